"""Deliberate errors in the sample's quarterly records, and quarters of companies that change their year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import Integers
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.quarter_ends import QUARTERS
from smallcap.sources.sample.quarter_filings import BALANCE, QuarterRecords, longer
from smallcap.sources.sample.quarter_flows import DRAWN_BY_THEMSELVES, DRAWN_WITH_REVENUE
from smallcap.sources.sample.randomness import Flags, pick, stream

FLOWS: Final = (*DRAWN_WITH_REVENUE, *DRAWN_BY_THEMSELVES, "cost_of_revenue_usd", "net_income_usd")
NO_FILING_DATE_SHARE: Final = 0.01
NO_BALANCE_SHEET_SHARE: Final = 0.004
CHANGED_YEAR_SHARE: Final = 0.004
ERROR_SHARE: Final = 0.0004
"""Quarters with each kind of error; at least one of each."""

WRONG_CONTEXT: Final = ("revenue_usd", "pretax_income_usd", "net_income_usd")
"""Items whose nine months show the figures of three months where a filing has this error."""


def with_changed_years(records: QuarterRecords, seed: int) -> QuarterRecords:
    """Let some companies begin a new fiscal year with their third quarter: the year to date begins anew."""
    rows = _third_quarters(records, CHANGED_YEAR_SHARE, seed, "changed years")
    start = records.start.copy()
    start[rows] = records.period_end[rows] - records.period_days[rows] + 1
    return replace(records, start=start, items=_with_three_months(records.items, rows, FLOWS))


def with_errors(records: QuarterRecords, seed: int) -> tuple[QuarterRecords, Flags, Flags]:
    """Add errors to some records.

    Returns
    -------
    tuple
        The records, flags of those in Canadian dollars, and flags of those without a filing date.
    """
    rng = stream(seed, "quarter errors")
    originals = np.flatnonzero(~records.is_restated)
    size = max(1, round(len(originals) * ERROR_SHARE))
    chosen = rng.choice(originals, min(4 * size, len(originals)), replace=False)
    early, foreign, scale, longer_than = (np.sort(part) for part in np.array_split(chosen, 4))
    filing_date, period_days = records.filing_date.copy(), records.period_days.copy()
    filing_date[early] = records.period_end[early] - rng.integers(3, 30, len(early))
    period_days[longer_than] += 91
    wrong = _third_quarters(records, ERROR_SHARE, seed, "wrong contexts")
    items = _with_three_months(records.items, wrong, WRONG_CONTEXT)
    for name, values in items.items():
        if name.endswith("_usd") or name.startswith("shares_"):
            values[scale] /= 1000
    blank = pick(stream(seed, "quarters without balance sheet"), len(records), NO_BALANCE_SHEET_SHARE)
    for name in BALANCE:
        items[name][blank] = np.nan
    is_foreign, is_undated = (np.zeros(len(records), dtype=np.bool_) for _ in range(2))
    is_foreign[foreign] = True
    is_undated[pick(stream(seed, "quarters without date"), len(records), NO_FILING_DATE_SHARE)] = True
    wrong_records = replace(records, filing_date=filing_date, period_days=period_days, items=items)
    return wrong_records, is_foreign, is_undated


def _third_quarters(records: QuarterRecords, share: float, seed: int, stage: str) -> Integers:
    """Choose original third quarters: a share of all records."""
    thirds = np.flatnonzero((records.quarter == QUARTERS - 1) & ~records.is_restated)
    return thirds[pick(stream(seed, stage), len(thirds), share)]


def _with_three_months(items: Items, rows: Integers, flows: Sequence[str]) -> Items:
    """Copy the items, with the figures of the three months as the year to date of some rows."""
    copied = {name: values.copy() for name, values in items.items()}
    for name in flows:
        copied[longer(name)][rows] = copied[name][rows]
    return copied
