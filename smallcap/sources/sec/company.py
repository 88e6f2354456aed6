"""One company's statements from its companyfacts file, as first filed and in every later version."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.input_limits import InputLimits
from smallcap.rules.types.concepts import Concepts
from smallcap.sources.sec.annual import annual_statements
from smallcap.sources.sec.blanks import signs_of
from smallcap.sources.sec.chains import (
    CORE_BALANCES,
    CORE_FLOWS,
    SHARES_OUTSTANDING,
    chains_among,
    chains_of,
    tags_of,
    units_of,
)
from smallcap.sources.sec.document import Document, read_document
from smallcap.sources.sec.facts import DEFAULT_TAXONOMY, Facts, read_facts
from smallcap.sources.sec.periods import Core
from smallcap.sources.sec.quarterly import quarterly_statements
from smallcap.sources.sec.refused import Refused
from smallcap.sources.sec.rows import annual_frame, quarterly_frame
from smallcap.sources.sec.statements import Company, Statement
from smallcap.sources.sec.tag_rows import missing_frame, tags_frame

CIK_DIGITS: Final = 10
IFRS: Final = "ifrs-full"
_MOST_NAMED: Final = 5


@dataclass(frozen=True)
class CompanyFacts:
    """What a companyfacts file says, as rows.

    Attributes
    ----------
    cik, entity_name
        The company.
    annual
        Annual rows, in the columns of `FUNDAMENTALS_COLUMNS`.
    quarterly
        Quarterly rows, in the columns of `rows.QUARTERLY_COLUMNS`.
    tags, quarterly_tags
        The concept and filing behind every annual figure, and behind every quarterly one.
    refused
        What could not be used, in the columns of `REFUSED_SCHEMA`.
    notices
        What a reader should know and no row says.
    missing
        The items that each annual row lacks, with the reason.
    """

    cik: int
    entity_name: str
    annual: pl.DataFrame
    quarterly: pl.DataFrame
    tags: pl.DataFrame
    quarterly_tags: pl.DataFrame
    refused: pl.DataFrame
    notices: tuple[str, ...]
    missing: pl.DataFrame


def read_company(
    payload: bytes, concepts: Concepts, what: str = "the file", limits: InputLimits | None = None
) -> CompanyFacts:
    """Read a companyfacts file, plain or as a gzip file.

    Parameters
    ----------
    payload
        The file.
    concepts
        Which concepts an item is read from, and how statements are read.
    what
        The file's name in messages.
    limits
        Limits on its size; those of input files for None.

    Raises
    ------
    InputError
        When it is another file, or damaged.
    """
    with _without_collections():
        document = read_document(payload, what, limits)
        refused = Refused({"cik": document.cik, "entity_name": document.entity_name})
        core = tags_of(concepts, CORE_FLOWS)
        facts = read_facts(document, units_of(concepts), core, concepts.rules, refused)
        return company_facts(document, facts, refused, concepts)


def company_facts(document: Document, facts: Facts, refused: Refused, concepts: Concepts) -> CompanyFacts:
    """Make statements of a company's facts, whichever file they are from.

    Parameters
    ----------
    document
        The company, with the taxonomies that its file has.
    facts
        Its facts.
    refused
        What was refused of the file so far; takes what is refused of the facts.
    concepts
        Which concepts an item is read from, and how statements are read.
    """
    core = Core(tags_of(concepts, CORE_FLOWS), tags_of(concepts, CORE_BALANCES))
    company = _company(facts, concepts)
    years = annual_statements(company, core, refused)
    quarters, notices = quarterly_statements(company, core, years, refused)
    if not years:
        _refuse_company(document, facts, refused, concepts.rules.forms.annual)
    company_id = str(document.cik).zfill(CIK_DIGITS)
    latest = facts.filings[-1].filed if facts.filings else 0
    return CompanyFacts(
        document.cik,
        document.entity_name,
        annual_frame(years, company_id),
        quarterly_frame(quarters, company_id),
        tags_frame(years, company_id),
        tags_frame(quarters, company_id),
        refused.frame(_year(latest, document)),
        (*_notices(document, years), *notices),
        missing_frame(years, company, company_id),
    )


@contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no cycles of garbage meanwhile.

    A file becomes some hundred thousand objects without a cycle; looking through them, again and again as
    they become more, takes a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _company(facts: Facts, concepts: Concepts) -> Company:
    unusable = {tag for filing in facts.filings for tags in filing.unusable.values() for tag in tags}
    used = unusable.union(*facts.seen.values())
    chains = chains_among(chains_of(concepts), used)
    return Company(facts, chains, signs_of(facts, concepts), concepts)


def _refuse_company(
    document: Document, facts: Facts, refused: Refused, annual_forms: Collection[str]
) -> None:
    """Say why a file gives no annual row at all."""
    if DEFAULT_TAXONOMY not in document.taxonomies:
        names = ", ".join(sorted(document.taxonomies)) or "none"
        kind = "an IFRS filer" if IFRS in document.taxonomies else "a filer without US GAAP facts"
        problem = f"{kind}: its facts are of {names}, and none of us-gaap"
        refused.add("not_us_gaap", 0, {"problem": problem})
    elif "currency_not_usd" in refused.rules():
        return
    elif IFRS in document.taxonomies:
        problem = (
            f"an IFRS filer: its statements are of {IFRS}; of us-gaap it has some facts, and no annual report"
        )
        refused.add("not_us_gaap", 0, {"problem": problem})
    else:
        forms = sorted({filing.form for filing in facts.filings})
        problem = (
            f"no annual report yet, only {', '.join(forms)}"
            if forms and not set(forms) & set(annual_forms)
            else "no annual report in US dollars with flows of its own year"
        )
        refused.add("no_annual_report", facts.filings[-1].filed if facts.filings else 0, {"problem": problem})


def _notices(document: Document, years: Sequence[Statement]) -> Iterable[str]:
    """Say which share counts are missing or were taken from elsewhere, and why."""
    problems: dict[str, list[str]] = {}
    for year in years:
        end = dt.date.fromordinal(year.period.end).isoformat()
        if year.count.problem:
            instead = "the balance sheet's count is used" if year.count.value else "no count is used"
            problems.setdefault(f"{year.count.problem}; {instead}", []).append(end)
        if year.count.note:
            problems.setdefault(year.count.note, []).append(end)
    for problem, ends in problems.items():
        named = ", ".join(ends[:_MOST_NAMED])
        more = f" and {len(ends) - _MOST_NAMED} more" if len(ends) > _MOST_NAMED else ""
        company = f"{document.entity_name} (CIK {document.cik})"
        yield f"{company}: {problem} ({SHARES_OUTSTANDING} of {named}{more})"


def _year(latest: int, document: Document) -> int:
    """Return the year of the last filing of a whole document, to which what has no day belongs."""
    if latest:
        return dt.date.fromordinal(latest).year
    found = [
        fact["filed"][:4]
        for concepts in document.taxonomies.values()
        for concept in concepts.values()
        if isinstance(concept, dict) and isinstance(concept.get("units"), dict)
        for facts in concept["units"].values()
        if isinstance(facts, list)
        for fact in facts
        if isinstance(fact, dict) and isinstance(fact.get("filed"), str)
    ]
    years = [int(text) for text in found if text.isascii() and text.isdigit()]
    return max((year for year in years if year in range(1993, 2101)), default=1993)
