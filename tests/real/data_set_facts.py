"""The statements of every filer from the facts of a Financial Statement Data Set, read for the tests alone.

The product reads companyfacts, and of a data set only the table of filings. The facts of a data set are an
independent record of the same filings: they show that the chains of concepts hold for hundreds of filers.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from smallcap.rules.types.concepts import Concepts
from smallcap.sources.sec.chains import units_of
from smallcap.sources.sec.company import CompanyFacts, company_facts
from smallcap.sources.sec.data_sets import filers
from smallcap.sources.sec.document import Document
from smallcap.sources.sec.facts import DEFAULT_TAXONOMY, Context, Filing, indexed
from smallcap.sources.sec.refused import Refused

NUMBERS: Final = ("adsh", "tag", "version", "coreg", "segments", "ddate", "qtrs", "uom", "value")
"""Columns of `num` that are kept."""
_MONTHS_OF_QUARTER: Final = 3
_MONTHS: Final = 12
_MOST_QUARTERS: Final = 8


@dataclass(frozen=True)
class DataSet:
    """The tables of a data set, as text.

    Attributes
    ----------
    sub, num
        The filings in the columns `FILERS`, and their facts in the columns `NUMBERS`.
    """

    sub: pl.DataFrame
    num: pl.DataFrame


def statements_of(data: DataSet, concepts: Concepts) -> list[CompanyFacts]:
    """Make the statements of every filer, by the same rules as from companyfacts; sorted by company.

    Facts of a part of a company (segments, co-registrants) are left out. A data set rounds the end of a
    period to the end of a month and gives its length in quarters.
    """
    units = units_of(concepts)
    by_filing = _filings(data, units)
    companies: dict[str, list[tuple[Filing, str]]] = {}
    for row in filers(data.sub).iter_rows(named=True):
        filing = by_filing.get(row["adsh"])
        if filing is None or row["filed"] is None or not (row["source_entity_id"] or "").isdigit():
            continue
        filing.form, filing.filed = row["form"] or "", row["filed"].toordinal()
        companies.setdefault(row["source_entity_id"], []).append((filing, row["name"] or ""))
    return [_statements(company, filings, concepts) for company, filings in sorted(companies.items())]


def _statements(company: str, filings: list[tuple[Filing, str]], concepts: Concepts) -> CompanyFacts:
    name = max(filings, key=lambda pair: pair[0].standing)[1]
    document = Document(int(company), name, {DEFAULT_TAXONOMY: {}})
    refused = Refused({"cik": document.cik, "entity_name": name})
    for filing, _ in filings:
        filing.contexts = {
            context: values for context, values in filing.contexts.items() if context[1] <= filing.filed
        }
    return company_facts(document, indexed(filing for filing, _ in filings), refused, concepts)


def _filings(data: DataSet, units: Any) -> dict[str, Filing]:
    """Return the facts of the whole company in each filing, by concept and period."""
    is_standard = pl.col("version").str.starts_with(f"{DEFAULT_TAXONOMY}/")
    is_whole = pl.all_horizontal(pl.col("segments", "coreg").fill_null("").str.strip_chars() == "")
    rows = (
        data.num.filter(is_standard & is_whole & pl.col("tag").is_in(list(units)))
        .select(
            "adsh",
            "tag",
            "uom",
            pl.col("ddate").str.to_date("%Y%m%d", strict=False),
            pl.col("qtrs").cast(pl.Int64, strict=False),
            pl.col("value").cast(pl.Float64, strict=False),
        )
        .filter(pl.all_horizontal(pl.col("ddate", "qtrs", "value").is_not_null()))
        .filter(pl.col("value").is_finite() & pl.col("qtrs").is_between(0, _MOST_QUARTERS))
        .sort("adsh", "tag", "ddate", "qtrs", "value")
    )
    found: dict[str, Filing] = {}
    for adsh, tag, unit, day, quarters, value in rows.iter_rows():
        if unit in units[tag]:
            filing = found.setdefault(adsh, Filing(adsh, "", 0))
            filing.contexts.setdefault(_context(day, quarters), {}).setdefault(tag, value)
    return found


def _context(end: dt.date, quarters: int) -> Context:
    """Return the days of so many quarters up to the end of a month."""
    if quarters == 0:
        return 0, end.toordinal()
    months = end.year * _MONTHS + end.month - 1 - quarters * _MONTHS_OF_QUARTER
    year, month = divmod(months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, last).toordinal() + 1, end.toordinal()
