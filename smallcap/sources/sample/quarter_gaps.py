"""What the sample's quarterly records leave out: what the annual ones do, and cash flows of a quarter."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from smallcap.sources.sample.filings import Records
from smallcap.sources.sample.quarter_filings import QuarterRecords, longer
from smallcap.sources.sample.randomness import Flags

CASH_FLOWS: Final = (
    "depreciation_amortization_usd",
    "operating_cash_flow_usd",
    "capital_expenditures_usd",
    "dividends_paid_usd",
    "net_share_repurchases_usd",
)


def without_missing(records: QuarterRecords, annual: Records, missing: dict[str, Flags]) -> QuarterRecords:
    """Blank what the company does not report in the annual record of the year, else of the year before.

    Parameters
    ----------
    records
        The quarters.
    annual, missing
        Annual records, and the items that each of them leaves out.
    """
    known = np.full((records.company.max(initial=0) + 1, records.year.max(initial=0) + 1), -1)
    inside = (annual.company < known.shape[0]) & (annual.year < known.shape[1]) & ~annual.is_restated
    rows = np.flatnonzero(inside)
    known[annual.company[rows], annual.year[rows]] = rows
    at = known[records.company, records.year]
    at = np.where(at >= 0, at, known[records.company, np.maximum(records.year - 1, 0)])
    items = dict(records.items)
    for name, flags in missing.items():
        is_blank = np.where(at >= 0, flags[at], False)
        for column in (name, longer(name)):
            if column in items:
                items[column] = np.where(is_blank, np.nan, items[column])
    return replace(records, items=items)


def without_quarterly_cash_flows(records: QuarterRecords) -> QuarterRecords:
    """Leave out what a 10-Q does not give: cash flows of the three months."""
    items = dict(records.items)
    for name in CASH_FLOWS:
        items[name] = np.full(len(records), np.nan)
    return replace(records, items=items)
