"""The quarters of the sample's fiscal years: when each ends, and when its 10-Q is filed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import FIRST_MONTH, Dates, Integers
from smallcap.sources.sample.filings import period_ends
from smallcap.sources.sample.randomness import Flags, stream
from smallcap.sources.sample.statements import fiscal_month_index
from smallcap.sources.sample.universe import Companies

QUARTERS: Final = 3
"""Quarters of a year that a 10-Q reports; the annual report contains the fourth."""

LAG_DAYS: Final = (35, 50)
LATE_SHARE: Final = 0.03
LATEST_DAYS: Final = 95
AFTER_ANNUAL_DAYS: Final = 10
"""Days from period end to filing; a company files no quarter before the annual report of the year before."""

LONG_FIRST_SHARE: Final = 0.25
"""Share of the companies with 52-week years whose first quarter has 16 weeks and the others 12."""

WEEKS: Final = np.array([13, 26, 39])
WEEKS_OF_LONG_FIRST: Final = np.array([16, 28, 40])


@dataclass(frozen=True)
class QuarterDates:
    """Dates by company, fiscal year and quarter.

    Attributes
    ----------
    start
        First day of the fiscal year: companies by years.
    end
        Last day of each quarter: companies by years by quarters.
    filing_date
        Day on which it is filed.
    """

    start: Dates
    end: Dates
    filing_date: Dates


def quarter_dates(companies: Companies, annual_filing: Dates, seed: int) -> QuarterDates:
    """Date the quarters.

    Parameters
    ----------
    companies
        The companies.
    annual_filing
        When the report of each fiscal year is filed: companies by years.
    seed
        Seed of the universe.
    """
    rng = stream(seed, "quarter dates")
    year_ends = period_ends(companies)
    before = np.concatenate([year_ends[:, :1] - 365, year_ends[:, :-1]], axis=1)
    has_long_first = companies.is_week_year & (rng.random(len(companies)) < LONG_FIRST_SHARE)
    end = _ends(companies, before, has_long_first)
    filed = end + _lags(rng, end.shape).astype("timedelta64[D]")
    # The first year has no year before, whose report it would have to wait for.
    filed[:, 1:] = np.maximum(filed[:, 1:], (annual_filing[:, :-1] + AFTER_ANNUAL_DAYS)[:, :, None])
    return QuarterDates(before + 1, end, np.maximum.accumulate(filed, axis=2))


def _ends(companies: Companies, before: Dates, has_long_first: Flags) -> Dates:
    """Return the ends of the first three quarters: month ends, or whole weeks after the year began."""
    months = fiscal_month_index(companies)[:, :, None] - 12 + 3 * np.arange(1, QUARTERS + 1)
    month_ends = (FIRST_MONTH + months + 1).astype("datetime64[D]") - 1
    weeks = np.where(has_long_first[:, None], WEEKS_OF_LONG_FIRST, WEEKS)
    week_ends = before[:, :, None] + 7 * weeks[:, None, :]
    return np.asarray(np.where(companies.is_week_year[:, None, None], week_ends, month_ends))


def _lags(rng: np.random.Generator, shape: tuple[int, ...]) -> Integers:
    ordinary = rng.integers(LAG_DAYS[0], LAG_DAYS[1] + 1, shape)
    late = rng.integers(LAG_DAYS[1] + 1, LATEST_DAYS + 1, shape)
    return np.where(rng.random(shape) < LATE_SHARE, late, ordinary).astype(np.int64)
