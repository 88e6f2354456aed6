"""The sample's 10-Qs and their restatements, before `quarter_blemishes` adds errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import FIRST_STATEMENT_DATE, Dates, Integers, month_starts
from smallcap.sources.sample.filings import CLOCK_DAY, Records, last_days, period_ends, shares_on
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.quarter_ends import QUARTERS, QuarterDates, quarter_dates
from smallcap.sources.sample.quarter_flows import acquisitions, quarter_balances, quarter_flows
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream
from smallcap.sources.sample.universe import Companies

GAP_SHARE: Final = 0.012
"""Quarters that the source does not have."""

USUAL_ANNUAL_LAG_DAYS: Final = 75
"""Assumed for an annual report that is not there."""

RESTATED_SHARE: Final = 0.03
RESTATED_AFTER_DAYS: Final = (40, 420)
WITHOUT_BALANCE_SHEET: Final = 0.5
"""Quarters that are restated, and the share of these that come as a comparative, without a balance sheet."""

LONGER: Final = "_year_to_date"
MOVED: Final = (
    "revenue_usd",
    "gross_profit_usd",
    "operating_income_usd",
    "pretax_income_usd",
    "net_income_usd",
)
MOVED_AT_END: Final = (
    "receivables_usd",
    "current_assets_usd",
    "total_assets_usd",
    "shareholders_equity_usd",
    "retained_earnings_usd",
)


@dataclass(frozen=True)
class QuarterRecords:
    """Quarterly records, one entry each.

    Attributes
    ----------
    company, year, quarter
        Positions of the company in `Companies`, of the fiscal year, and of the quarter in it from 0.
    start, period_end, period_days
        First day of the fiscal year; end and length of the quarter.
    filing_date
        Day of filing.
    is_restated
        Whether the values are a later restatement.
    items
        Items by name; flows of the year to date have `LONGER` before the unit.
    """

    company: Integers
    year: Integers
    quarter: Integers
    start: Dates
    period_end: Dates
    period_days: Integers
    filing_date: Dates
    is_restated: Flags
    items: Items

    def __len__(self) -> int:
        return len(self.company)

    def take(self, rows: Integers) -> QuarterRecords:
        """Return some of the records."""
        arrays = {name: values[rows] for name, values in vars(self).items() if name != "items"}
        return QuarterRecords(**arrays, items={name: values[rows] for name, values in self.items.items()})


def joined(first: QuarterRecords, second: QuarterRecords) -> QuarterRecords:
    """Return the records of both."""
    arrays = {
        name: np.concatenate([values, getattr(second, name)])
        for name, values in vars(first).items()
        if name != "items"
    }
    items = {name: np.concatenate([values, second.items[name]]) for name, values in first.items.items()}
    return QuarterRecords(**arrays, items=items)


def longer(flow: str) -> str:
    """Name a flow of the year to date."""
    return f"{flow.removesuffix('_usd')}{LONGER}_usd"


def file_quarters(
    companies: Companies, market: Market, statements: Items, annual: Records, seed: int
) -> QuarterRecords:
    """Return the original and the restated records of the first three quarters of each fiscal year.

    Parameters
    ----------
    companies, market, statements
        The companies, their market values, and their annual statements.
    annual
        The annual reports as first filed.
    seed
        Seed of the universe.
    """
    dates = quarter_dates(companies, annual_filings(companies, annual), seed)
    company, year, quarter = _filed(companies, market, dates, seed)
    flows, balances = (
        quarter_flows(statements, seed),
        quarter_balances(statements, acquisitions(statements, seed)),
    )
    at = (company, year, quarter)
    items = {name: values[at] for name, values in {**flows, **balances}.items()}
    items |= {longer(name): values.cumsum(axis=2)[at] for name, values in flows.items()}
    before = np.where(
        quarter > 0, dates.end[company, year, np.maximum(quarter - 1, 0)], dates.start[company, year] - 1
    )
    originals = QuarterRecords(
        company=company,
        year=year,
        quarter=quarter,
        start=dates.start[company, year],
        period_end=dates.end[at],
        period_days=(dates.end[at] - before).astype(np.int64),
        filing_date=dates.filing_date[at],
        is_restated=np.zeros(len(company), dtype=np.bool_),
        items=items,
    )
    return _with_shares(_restated(originals, market, seed), market, statements, seed)


def annual_filings(companies: Companies, annual: Records) -> Dates:
    """Return when the report of each fiscal year is filed: companies by years."""
    filings = period_ends(companies) + USUAL_ANNUAL_LAG_DAYS
    filings[annual.company, annual.year] = annual.filing_date
    return np.asarray(filings)


def _filed(
    companies: Companies, market: Market, dates: QuarterDates, seed: int
) -> tuple[Integers, Integers, Integers]:
    """Return the quarters that were filed while the company was listed, and that the source has."""
    rng = stream(seed, "quarter filings")
    known = (
        companies.is_resolved[:, None, None]
        & (dates.end >= FIRST_STATEMENT_DATE)
        & (dates.filing_date <= CLOCK_DAY)
        & (dates.filing_date > month_starts()[companies.first_month][:, None, None])
        & (dates.filing_date <= last_days(market)[:, None, None])
        & (rng.random(dates.end.shape) >= GAP_SHARE)
    )
    known[:, 0] = False
    company, year, quarter = (positions.astype(np.int64) for positions in np.nonzero(known))
    return company, year, quarter


def _restated(records: QuarterRecords, market: Market, seed: int) -> QuarterRecords:
    """Add restated versions of some records; what a later quarter's 10-Q shows of the year includes them."""
    rng = stream(seed, "quarter restatements")
    rows = pick(rng, len(records), RESTATED_SHARE)
    again = records.filing_date[rows] + rng.integers(*RESTATED_AFTER_DAYS, len(rows)).astype("timedelta64[D]")
    change = _changes(records.items, rows, rng)
    has_no_balance_sheet = rng.random(len(rows)) < WITHOUT_BALANCE_SHEET
    is_known = (again <= CLOCK_DAY) & (again <= last_days(market)[records.company[rows]])
    carried = _carried(records, rows[is_known], again[is_known], change[is_known])
    old = records.take(rows)
    items = {name: values.copy() for name, values in old.items.items()}
    for name in (*MOVED, *(longer(name) for name in MOVED), *MOVED_AT_END):
        items[name] += change
    for name in BALANCE:
        items[name][has_no_balance_sheet] = np.nan
    restated = replace(old, filing_date=again, is_restated=np.ones(len(old), dtype=np.bool_), items=items)
    return joined(carried, restated.take(np.flatnonzero(is_known)))


BALANCE: Final = (
    *MOVED_AT_END,
    *("cash_and_short_term_investments_usd", "inventories_usd", "property_plant_equipment_usd"),
    *("goodwill_usd", "short_term_debt_usd", "current_liabilities_usd", "long_term_debt_usd"),
    "total_liabilities_usd",
)


def _changes(items: Items, rows: Integers, rng: np.random.Generator) -> Floats:
    """Draw how much revenue of a quarter was booked too early."""
    most = np.minimum(0.4 * items["receivables_usd"][rows], 0.15 * items["revenue_usd"][rows])
    return np.asarray(-np.round(most * rng.uniform(0.05, 1.0, len(rows)) / 1e3) * 1e3)


def _carried(records: QuarterRecords, rows: Integers, again: Dates, change: Floats) -> QuarterRecords:
    """Add each change to the years to date that are filed after it, of later quarters of the same year."""
    positions = (
        records.company * (records.year.max(initial=0) + 1) + records.year
    ) * QUARTERS + records.quarter
    items = {name: values.copy() for name, values in records.items.items()}
    for step in range(1, QUARTERS):
        at = np.searchsorted(positions, positions[rows] + step)
        at = np.minimum(at, len(records) - 1)
        is_later = (
            (positions[at] == positions[rows] + step)
            & (records.quarter[rows] + step < QUARTERS)
            & (records.filing_date[at] >= again)
        )
        for name in MOVED:
            np.add.at(items[longer(name)], at[is_later], change[is_later])
    return replace(records, items=items)


def _with_shares(records: QuarterRecords, market: Market, statements: Items, seed: int) -> QuarterRecords:
    """Add the count of the cover and the averages of the quarter."""
    rng = stream(seed, "quarter shares")
    cover = np.maximum(records.filing_date - rng.integers(3, 12, len(records)), records.period_end + 5)
    basic = shares_on(market, records.company, records.period_end)
    annual = {
        name: statements[name][records.company, records.year] for name in ("shares_basic", "shares_diluted")
    }
    items = records.items | {
        "shares_outstanding": shares_on(market, records.company, np.minimum(cover, CLOCK_DAY)),
        "cover_date": cover.astype(np.int64).astype(np.float64),
        "shares_basic": basic,
        "shares_diluted": np.round(basic * annual["shares_diluted"] / annual["shares_basic"]),
    }
    return replace(records, items=items)
