"""Filings and restatements of annual statements: rows of raw.fundamentals, before `blemishes` adds errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import (
    CLOCK,
    FIRST_STATEMENT_DATE,
    MONTH_COUNT,
    Dates,
    Integers,
    day_to_month,
    last_sessions,
    month_ends,
    month_starts,
)
from smallcap.sources.sample.deaths import NEVER
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream
from smallcap.sources.sample.statements import fiscal_month_index
from smallcap.sources.sample.universe import Companies

CLOCK_DAY: Final = np.datetime64(CLOCK, "D")
LAG_DAYS: Final = (50, 120)
LATE_SHARE: Final = 0.04
LATEST_DAYS: Final = 250
"""Days from period end to filing: ordinary filers within `LAG_DAYS`, late ones up to `LATEST_DAYS`."""

GAP_SHARE: Final = 0.008
"""Company-years that the source does not have."""

RESTATED_SHARE: Final = 0.075
RESTATED_AFTER_DAYS: Final = (60, 420)
LATE_RESTATED_SHARE: Final = 0.015
LATE_RESTATED_AFTER_DAYS: Final = (2 * 365, 4 * 365 + 200)
"""Records restated soon after filing, and those restated when two to four newer years have been filed."""


@dataclass(frozen=True)
class Records:
    """Annual records, one entry each.

    Attributes
    ----------
    company, year
        Positions of the company in `Companies` and of the fiscal year.
    period_end, period_days
        End and length of the fiscal year.
    filing_date
        Day of filing.
    is_restated
        Whether the values are a later restatement.
    items
        Statement items by name.
    """

    company: Integers
    year: Integers
    period_end: Dates
    period_days: Integers
    filing_date: Dates
    is_restated: Flags
    items: Items

    def __len__(self) -> int:
        return len(self.company)

    def take(self, rows: Integers) -> Records:
        """Return some of the records."""
        return Records(
            self.company[rows],
            self.year[rows],
            self.period_end[rows],
            self.period_days[rows],
            self.filing_date[rows],
            self.is_restated[rows],
            {name: values[rows] for name, values in self.items.items()},
        )


def joined(first: Records, second: Records) -> Records:
    """Return the records of both."""
    return Records(
        np.concatenate([first.company, second.company]),
        np.concatenate([first.year, second.year]),
        np.concatenate([first.period_end, second.period_end]),
        np.concatenate([first.period_days, second.period_days]),
        np.concatenate([first.filing_date, second.filing_date]),
        np.concatenate([first.is_restated, second.is_restated]),
        {name: np.concatenate([values, second.items[name]]) for name, values in first.items.items()},
    )


def file_statements(companies: Companies, market: Market, statements: Items, seed: int) -> Records:
    """Return the original record of each company and fiscal year that was filed while it was listed."""
    rng = stream(seed, "filings")
    ends = period_ends(companies)
    filed = ends + _lags(rng, len(companies), ends.shape[1]).astype("timedelta64[D]")
    known = (
        companies.is_resolved[:, None]
        & (ends >= FIRST_STATEMENT_DATE)
        & (rng.random(ends.shape) >= GAP_SHARE)
    )
    known &= (filed <= CLOCK_DAY) & (ends + 92 <= CLOCK_DAY)
    known &= (filed > month_starts()[companies.first_month][:, None]) & (filed <= last_days(market)[:, None])
    known[:, 0] = False
    company, year = (positions.astype(np.int64) for positions in np.nonzero(known))
    period_end = ends[company, year]
    filing_date = filed[company, year]
    items = {name: values[company, year] for name, values in statements.items()}
    cover_date = np.maximum(filing_date - rng.integers(5, 20, len(company)), period_end + 15)
    items["shares_outstanding"] = shares_on(market, company, cover_date)
    items["cover_date"] = cover_date.astype(np.int64).astype(np.float64)
    days = (period_end - ends[company, year - 1]).astype(np.int64)
    return Records(
        company, year, period_end, days, filing_date, np.zeros(len(company), dtype=np.bool_), items
    )


def restate(records: Records, market: Market, seed: int) -> Records:
    """Return the restated versions of some records, with later filing dates and changed values."""
    rng = stream(seed, "restatements")
    soon = pick(rng, len(records), RESTATED_SHARE)
    late = pick(rng, len(records), LATE_RESTATED_SHARE)
    rows = np.concatenate([soon, late])
    after = np.concatenate(
        [rng.integers(*RESTATED_AFTER_DAYS, len(soon)), rng.integers(*LATE_RESTATED_AFTER_DAYS, len(late))]
    )
    old = records.take(rows)
    again = old.filing_date + after.astype("timedelta64[D]")
    is_known = (again <= CLOCK_DAY) & (again <= last_days(market)[old.company])
    restated = replace(
        old,
        filing_date=again,
        is_restated=np.ones(len(old), dtype=np.bool_),
        items=_with_less_revenue(old.items, rng),
    )
    return restated.take(np.flatnonzero(is_known))


def _with_less_revenue(items: Items, rng: np.random.Generator) -> Items:
    """Correct revenue that was booked as receivables too early, or left out; accounting identities hold."""
    receivables, revenue = items["receivables_usd"], items["revenue_usd"]
    size = np.minimum(0.4 * receivables, 0.06 * revenue) * rng.uniform(0.1, 1.0, len(revenue))
    change = np.round(np.where(rng.random(len(size)) < 0.8, -size, size) / 1e3) * 1e3
    change = np.where(np.abs(change) < 1e3, -np.minimum(1e3, receivables), change)
    moved = ("revenue_usd", "gross_profit_usd", "operating_income_usd", "pretax_income_usd", "net_income_usd",
             "receivables_usd", "current_assets_usd", "total_assets_usd", "shareholders_equity_usd",
             "retained_earnings_usd")  # fmt: skip
    return {name: values + change if name in moved else values for name, values in items.items()}


def period_ends(companies: Companies) -> Dates:
    """Return fiscal year ends: month ends, or the month's last Saturday for a 52- or 53-week year."""
    month = np.minimum(fiscal_month_index(companies), MONTH_COUNT + 11)
    starts = np.datetime64("2002-01", "M") + month
    ends = (starts + 1).astype("datetime64[D]") - 1
    saturdays = np.busday_offset(ends, 0, roll="backward", weekmask="Sat")
    return np.where(companies.is_week_year[:, None], saturdays, ends)


def _lags(rng: np.random.Generator, count: int, years: int) -> Integers:
    shortest, longest = LAG_DAYS
    habit = shortest + (longest - shortest) * rng.beta(1.6, 2.2, (count, 1))
    ordinary = np.clip(np.round(habit + 6 * rng.standard_normal((count, years))), shortest, longest)
    late = rng.integers(longest + 1, LATEST_DAYS + 1, (count, years))
    return np.where(rng.random((count, years)) < LATE_SHARE, late, ordinary).astype(np.int64)


def last_days(market: Market) -> Dates:
    """Return the last day on which each company files: the end of the month of its death, else the clock."""
    ends = month_ends()
    return np.where(
        market.death_month < NEVER, ends[np.minimum(market.death_month, MONTH_COUNT - 1)], CLOCK_DAY
    )


def shares_on(market: Market, company: Integers, day: Dates) -> Floats:
    """Return shares outstanding on a day, in that day's units; splits count from the month's last session."""
    month = day_to_month(day)
    month = np.where(day >= last_sessions()[month], month, month - 1)
    return np.asarray(np.round(market.first_shares[company, month] * market.split_factor[company, month]))
