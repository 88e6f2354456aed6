"""Filings of the companies with their tagged facts: annual reports, amendments, quarterly reports, proxies.

An annual report has its own year and the year before as then known, a quarterly report the balance sheet of
the last year end beside its own. So a figure stands in several filings, and the first that shows a year end
is often not the annual report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import polars as pl

from tests.standin.fields import MILLION
from tests.standin.sec_items import (
    BALANCE,
    BUYBACKS,
    CASH_FLOW,
    COUNTS,
    COVER_COUNT,
    FIRST_FILING_YEAR,
    INCOME,
    ISSUES,
    revenue_concepts,
)
from tests.standin.universe import Succession, Universe

Row = dict[str, Any]
SHORT_DAYS: Final = 350
QUARTERS: Final = (0.22, 0.47, 0.74)
"""Part of a year's flows that have come by the end of its first, second and third quarter."""
QUARTER_DAYS: Final = 91
FILED_AFTER_DAYS: Final = 40
ASSUMED_LAG_DAYS: Final = 90
MISLABELLED: Final = 5
"""Of so many companies one labels its quarterly reports as annual ones."""


class Fact(NamedTuple):
    """A value of a concept at a day, or from a day on."""

    taxonomy: str
    concept: str
    unit: str
    start: dt.date | None
    end: dt.date
    value: int | float


@dataclass(frozen=True)
class Filing:
    """One filing; `fy` and `fp` say what the filing is about, at times wrongly, and not its facts."""

    cik: int
    form: str
    filed: dt.date
    period_end: dt.date
    fy: int
    fp: str
    facts: tuple[Fact, ...]
    number: int = 0

    @property
    def accession(self) -> str:
        return f"{self.cik:010d}-{self.filed:%y}-{self.number:06d}"


@lru_cache(maxsize=2)
def filings_by_company(universe: Universe) -> dict[int, tuple[Filing, ...]]:
    """Return the filings of every company, oldest first."""
    companies = universe.lines.filter(
        pl.col("cik").is_not_null() & (pl.col("entity_id") == pl.col("issuer_id"))
    )
    rows: dict[int, list[Row]] = {}
    for row in universe.fundamentals.iter_rows(named=True):
        rows.setdefault(row["entity_id"], []).append(row)
    filings = {
        int(cik): _filings(int(cik), rows.get(entity, []))
        for cik, entity in companies.select("cik", "entity_id").iter_rows()
    }
    if universe.succession is not None:
        filings |= _divided(filings[universe.succession.new_cik], universe.succession)
    return {cik: _numbered(own) for cik, own in filings.items()}


def _divided(filings: list[Filing], succession: Succession) -> dict[int, list[Filing]]:
    """Divide a company's filings between its numbers; the new one begins with a form that says so."""
    old, new, day = succession
    earlier = [replace(filing, cik=old) for filing in filings if filing.filed < day]
    notice = Filing(new, "8-K12B", day, day, day.year, "", ())
    return {old: earlier, new: [notice, *(filing for filing in filings if filing.filed >= day)]}


def _numbered(filings: list[Filing]) -> tuple[Filing, ...]:
    ordered = sorted(filings, key=lambda filing: (filing.filed, filing.period_end, filing.form))
    return tuple(replace(filing, number=number) for number, filing in enumerate(ordered, start=1))


def filed_on(row: Row) -> dt.date:
    """Return the day of a statement's filing; EDGAR has one also where the sample has none."""
    day: dt.date = row["filing_date"] or row["period_end"] + dt.timedelta(ASSUMED_LAG_DAYS)
    return day


def _filings(cik: int, rows: list[Row]) -> list[Filing]:
    ordered = sorted(rows, key=lambda row: (filed_on(row), row["period_end"]))
    filings: list[Filing] = []
    for row in ordered:
        filed = filed_on(row)
        if filed.year < FIRST_FILING_YEAR:
            continue
        before = _known_before(ordered, row, filed)
        facts = (*_year_facts(cik, row), *(_year_facts(cik, before, has_cover=False) if before else ()))
        filings.append(Filing(cik, _form(row), filed, row["period_end"], row["fiscal_year"], "FY", facts))
    filings += _quarterly(cik, ordered)
    filings += [_proxy(filing) for filing in filings if filing.form == "10-K" and cik % 4 == 0]
    return filings


def _form(row: Row) -> str:
    form = "10-KT" if row["period_days"] is not None and row["period_days"] < SHORT_DAYS else "10-K"
    return form + "/A" if row["version"] == "restated" else form


def _known_before(ordered: list[Row], row: Row, filed: dt.date) -> Row | None:
    """Return the newest version of the year before, as known when a report was filed."""
    earlier = [
        other
        for other in ordered
        if other["period_end"] < row["period_end"]
        and filed_on(other) <= filed
        and (row["period_end"] - other["period_end"]).days < 400
        and other["currency"] == row["currency"]
    ]
    return max(earlier, key=lambda other: (other["period_end"], filed_on(other)), default=None)


def _year_facts(cik: int, row: Row, has_cover: bool = True) -> Iterator[Fact]:
    start = row["period_end"] - dt.timedelta((row["period_days"] or 365) - 1)
    yield from _flows(cik, row, start, row["period_end"], 1.0)
    yield from _balance(row, row["period_end"])
    yield from _buybacks(row, start, row["period_end"], 1.0)
    yield from _of(COUNTS, row, "shares", start, row["period_end"])
    if has_cover and row["shares_outstanding"] is not None and row["shares_outstanding_date"] is not None:
        count = round(row["shares_outstanding"] * MILLION)
        yield Fact("dei", COVER_COUNT, "shares", None, row["shares_outstanding_date"], count)


def _flows(cik: int, row: Row, start: dt.date, end: dt.date, part: float) -> Iterator[Fact]:
    if row["revenue"] is not None:
        for concept in revenue_concepts(cik, row["fiscal_year"]):
            value = round(row["revenue"] * MILLION * part)
            yield Fact("us-gaap", concept, row["currency"], start, end, value)
    yield from _of({**INCOME, **CASH_FLOW}, row, row["currency"], start, end, part)


def _balance(row: Row, end: dt.date) -> Iterator[Fact]:
    yield from _of(BALANCE, row, row["currency"], None, end)


def _buybacks(row: Row, start: dt.date, end: dt.date, part: float) -> Iterator[Fact]:
    if row["share_repurchases"] is None:
        return
    net = round(row["share_repurchases"] * MILLION * part)
    # A company that only buys or only issues does not file the other.
    yield Fact("us-gaap", BUYBACKS if net >= 0 else ISSUES, row["currency"], start, end, abs(net))


def _of(
    items: dict[str, tuple[str, int]],
    row: Row,
    unit: str,
    start: dt.date | None,
    end: dt.date,
    part: float = 1.0,
) -> Iterator[Fact]:
    for name, (concept, sign) in items.items():
        if row[name] is not None:
            yield Fact("us-gaap", concept, unit, start, end, sign * round(row[name] * MILLION * part))


def _quarterly(cik: int, ordered: list[Row]) -> Iterator[Filing]:
    """Make the reports of the first three quarters of each whole year whose report is there."""
    for row in ordered:
        if row["version"] != "original" or (row["period_days"] or 365) < SHORT_DAYS:
            continue
        start = row["period_end"] - dt.timedelta((row["period_days"] or 365) - 1)
        last = _known_before(ordered, row, filed_on(row))
        for number, part in enumerate(QUARTERS, start=1):
            end = start + dt.timedelta(number * QUARTER_DAYS - 1)
            usual = end + dt.timedelta(FILED_AFTER_DAYS)
            # Whoever files a year late files the next quarter after it.
            filed = usual if last is None else max(usual, filed_on(last) + dt.timedelta(number))
            if filed.year < FIRST_FILING_YEAR or filed >= filed_on(row):
                continue
            known = None if last is None else _newest_by(ordered, last, filed)
            facts = [
                *_flows(cik, row, start, end, part),
                *_buybacks(row, start, end, part),
                *_balance(row, end),
                *(_balance(known, known["period_end"]) if known is not None else ()),
            ]
            fp = "FY" if cik % MISLABELLED == 0 else f"Q{number}"
            yield Filing(cik, "10-Q", filed, end, row["fiscal_year"], fp, tuple(facts))


def _newest_by(ordered: list[Row], row: Row, filed: dt.date) -> Row:
    """Return the newest version of a year that was filed by a day."""
    versions = [
        other for other in ordered if other["period_end"] == row["period_end"] and filed_on(other) <= filed
    ]
    return max(versions, key=filed_on, default=row)


def _proxy(annual: Filing) -> Filing:
    """Make a proxy statement, whose facts are of executives' pay and no statement."""
    pay = Fact("ecd", "PeoTotalCompAmt", "USD", annual.period_end - dt.timedelta(364), annual.period_end, 1)
    filed = annual.filed + dt.timedelta(30)
    return replace(annual, form="DEF 14A", filed=filed, fp="", facts=(pay,))
