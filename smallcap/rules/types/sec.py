"""How the SEC's public records are asked for: the typed form of data/reference/sec.toml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

from smallcap.rules.types.base import Record, RuleSet, require

FILE_NAME: Final = "sec.toml"
Host = Literal["www", "data", "efts"]
Form = Literal["json", "xml", "text", "zip"]
MOST_REQUESTS_PER_SECOND: Final = 10.0
"""What the SEC allows."""


@dataclass(frozen=True)
class SecFile(Record):
    """One kind of file.

    Attributes
    ----------
    host
        Which of the SEC's hosts serves it.
    path
        Its path, with names in braces for what is filled in.
    form
        What the body has to be.
    mean_bytes
        Bytes of one as it comes over the network.
    """

    host: Host
    path: str
    form: Form
    mean_bytes: int

    def __post_init__(self) -> None:
        require(self.path.startswith("/"), "path", f"must begin with a slash, got '{self.path}'")
        require(self.mean_bytes >= 1, "mean_bytes", f"must be at least 1, got {self.mean_bytes}")


@dataclass(frozen=True)
class SecFiles(Record):
    """Every kind of file that is asked for."""

    company_facts: SecFile
    submissions: SecFile
    older_submissions: SecFile
    company_tickers: SecFile
    fund_tickers: SecFile
    series_filings: SecFile
    series_search: SecFile
    fund_report: SecFile
    fails: SecFile
    statement_sets: SecFile
    company_index: SecFile
    daily_index: SecFile
    bulk_facts: SecFile

    def of(self, dataset: str) -> SecFile:
        """Return the file of a dataset by its name."""
        found: SecFile = getattr(self, dataset)
        return found

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all datasets."""
        return tuple(field.name for field in fields(cls))


@dataclass(frozen=True)
class SecRules(RuleSet):
    """Limits and addresses of the SEC's public records.

    Attributes
    ----------
    requests_per_second
        Of one user over all machines.
    connections
        Requests under way at the same time.
    block_minutes
        How long an address that asked too often does not ask again.
    bulk_companies
        Companies from which on the bulk file is asked for.
    index_gap_days
        Longest gap that daily indexes bridge.
    index_settles_days
        Age from which a day without an index has none.
    members, names_per_further_list
        What a first run expects before it knows a list: members, and names that each further list adds.
    statement_forms
        Forms after which a company's figures are asked for again; their amendments too.
    files
        The files.
    """

    requests_per_second: float
    connections: int
    block_minutes: float
    bulk_companies: int
    index_gap_days: int
    index_settles_days: int
    members: int
    names_per_further_list: int
    statement_forms: tuple[str, ...]
    files: SecFiles

    def __post_init__(self) -> None:
        require(
            0 < self.requests_per_second <= MOST_REQUESTS_PER_SECOND,
            "requests_per_second",
            f"must be above 0 and at most {MOST_REQUESTS_PER_SECOND:g}, which the SEC allows, "
            f"got {self.requests_per_second}",
        )
        require(1 <= self.connections <= 16, "connections", f"must be from 1 to 16, got {self.connections}")
        require(self.block_minutes >= 1, "block_minutes", f"must be at least 1, got {self.block_minutes}")
        for field in ("bulk_companies", "index_gap_days", "index_settles_days", "members"):
            require(getattr(self, field) >= 1, field, f"must be at least 1, got {getattr(self, field)}")
        require(bool(self.statement_forms), "statement_forms", "must name at least one form")

    def is_statement(self, form: str) -> bool:
        """Return whether a form, or the form that it amends, brings statements."""
        return form.removesuffix("/A") in self.statement_forms
