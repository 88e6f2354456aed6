"""The rules of filter 1: excluded lines of business, and dated verdicts on companies; from CSV files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator

from smallcap.rules.types.base import FIRST_DAY, LAST_DAY, Day, FieldError, Row, require
from smallcap.rules.types.kinds import KINDS
from smallcap.rules.types.tickers import Ticker

EXCLUSIONS_FILE: Final = "business_exclusions.csv"
OVERRIDES_FILE: Final = "business_overrides.csv"
CODES: Final = {
    "sic": (r"\d{4}(-\d{4})?", "a SIC code of four digits, or a range like 2080-2085"),
    "gics": (r"\d{2}|\d{4}|\d{6}|\d{8}", "a GICS code of two, four, six or eight digits"),
    "sector": (r".+", "a sector's name"),
    "kind": ("|".join(KINDS), "a kind of company"),
}
"""Format of a code in each system, as a pattern and in words."""


def _letters_and_digits(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())


CompanyPrefix = Annotated[str, AfterValidator(_letters_and_digits)]
"""The beginning of a company's name, letters and digits only, in upper case; empty for any name."""


@dataclass(frozen=True)
class Exclusion(Row):
    """An excluded line of business: SIC code or range, GICS prefix, sector name, or kind of company."""

    code_system: Literal["sic", "gics", "sector", "kind"]
    code: str
    line_of_business: str
    verdict: Literal["fail", "verify"]
    source: str

    def __post_init__(self) -> None:
        pattern, words = CODES[self.code_system]
        require(re.fullmatch(pattern, self.code) is not None, "code", f"must be {words}; got '{self.code}'")
        require(self.first <= self.last, "code", f"ends before it begins: '{self.code}'")

    @property
    def first(self) -> str:
        """The first code of a SIC range (inclusive); for other codes the code itself."""
        return self.code.partition("-")[0] if self.code_system == "sic" else self.code

    @property
    def last(self) -> str:
        """The last code of a SIC range (inclusive); for other codes the code itself."""
        return self.code.rpartition("-")[2] if self.code_system == "sic" else self.code

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a code that overlaps with an earlier row."""
        for other in earlier:
            is_same = (
                self.code_system == other.code_system
                and self.first <= other.last
                and other.first <= self.last
            )
            require(
                not is_same,
                "code",
                f"({self.code}) overlaps with the row of {other.line_of_business} ({other.code})",
            )


@dataclass(frozen=True, kw_only=True)
class Override(Row):
    """A verdict on one company that overrides its industry code.

    Attributes
    ----------
    ticker
        Upper case, no separators.
    company
        Prefix of the company's name, letters and digits only, so that the verdict does not apply to another
        company that later takes over the ticker. Empty: any.
    valid_from, valid_to
        First and last day, both included.
    """

    ticker: Ticker
    company: CompanyPrefix = ""
    valid_from: Day = FIRST_DAY
    valid_to: Day = LAST_DAY
    verdict: Literal["fail", "verify", "pass"]
    reason: str
    source: str

    def __post_init__(self) -> None:
        require(
            self.valid_from <= self.valid_to,
            "valid_to",
            f"({self.valid_to}) is before 'valid_from' ({self.valid_from})",
        )

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second verdict on a company for the same day."""
        for other in earlier:
            is_same_company = self.company.startswith(other.company) or other.company.startswith(self.company)
            is_same_day = self.valid_from <= other.valid_to and other.valid_from <= self.valid_to
            if self.ticker == other.ticker and is_same_company and is_same_day:
                held = f"{other.valid_from} to {other.valid_to}"
                raise FieldError(
                    "valid_from", f"({self.valid_from}): {self.ticker} has another verdict from {held}"
                )


@dataclass(frozen=True)
class BusinessRules:
    """The rules of filter 1.

    Attributes
    ----------
    label
        Value of the column `rule_set`: a name and a digest of the files' contents.
    exclusions, overrides
        Rows of the two files, in order.
    """

    label: str
    exclusions: tuple[Exclusion, ...]
    overrides: tuple[Override, ...]
