"""Deliberate errors in the sample's annual records: missing dates, bad rows, wrong units."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import Dates, Integers
from smallcap.sources.sample.filings import CLOCK_DAY, Records, joined
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream

NO_FILING_DATE_SHARE: Final = 0.01
ERROR_SHARE: Final = 0.0007
"""Company-years with each kind of error; at least one of each."""

SHORT_PERIOD_DAYS: Final = 184
FLOWS: Final = (
    "revenue_usd", "cost_of_revenue_usd", "gross_profit_usd", "operating_income_usd", "interest_expense_usd",
    "net_interest_expense_usd", "pretax_income_usd", "income_tax_usd", "net_income_usd",
    "depreciation_amortization_usd", "operating_cash_flow_usd", "capital_expenditures_usd",
    "dividends_paid_usd", "net_share_repurchases_usd",
)  # fmt: skip


def with_errors(records: Records, seed: int) -> tuple[Records, Flags]:
    """Add errors to some original records, and short transition periods.

    Returns
    -------
    tuple
        The records, and flags of those in Canadian dollars.
    """
    rng = stream(seed, "errors")
    originals = np.flatnonzero(~records.is_restated)
    early, foreign, loss, scale, short = _five_sets(rng, originals)
    filing_date = records.filing_date.copy()
    filing_date[early] = records.period_end[early] - rng.integers(3, 40, len(early))
    items = {name: values.copy() for name, values in records.items.items()}
    items["net_income_usd"][loss] = -np.round(
        items["total_assets_usd"][loss] * rng.uniform(3.5, 9.0, len(loss))
    )
    for name, values in items.items():
        if name.endswith("_usd") or name.startswith("shares_"):
            values[scale] /= 1000
    wrong = replace(records, filing_date=filing_date, items=items)
    with_short = joined(wrong, _transition_periods(records.take(short)))
    is_foreign = np.zeros(len(with_short), dtype=np.bool_)
    is_foreign[foreign] = True
    return with_short, is_foreign


def filing_dates_with_gaps(records: Records, seed: int) -> tuple[Dates, Flags]:
    """Return the filing dates, and flags of those that the source does not have."""
    is_missing = np.zeros(len(records), dtype=np.bool_)
    is_missing[pick(stream(seed, "missing dates"), len(records), NO_FILING_DATE_SHARE)] = True
    return records.filing_date, is_missing


def _five_sets(rng: np.random.Generator, rows: Integers) -> list[Integers]:
    size = max(1, round(len(rows) * ERROR_SHARE))
    chosen = rng.choice(rows, min(5 * size, len(rows)), replace=False)
    return [np.sort(part) for part in np.array_split(chosen, 5)]


def _transition_periods(records: Records) -> Records:
    """Make short periods after full years, as when a company changes its fiscal year end."""
    end = records.period_end + SHORT_PERIOD_DAYS
    known = np.flatnonzero(end + 92 <= CLOCK_DAY)
    items = {name: _half(values) if name in FLOWS else values for name, values in records.items.items()}
    items["cover_date"] = (end + 80).astype(np.int64).astype(np.float64)
    days = np.full(len(records), SHORT_PERIOD_DAYS)
    return replace(records, period_end=end, period_days=days, filing_date=end + 90, items=items).take(known)


def _half(values: Floats) -> Floats:
    return np.asarray(np.round(values / 2e3) * 1e3)
