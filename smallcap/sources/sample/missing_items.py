"""Items that the sample's annual records leave out, by company and by year."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from smallcap.sources.sample.filings import Records
from smallcap.sources.sample.randomness import Flags, stream
from smallcap.sources.sample.universe import SCIENCE, Companies

MISSING_BY_COMPANY: Final = {
    "interest_expense_usd": 0.22,
    "net_interest_expense_usd": 0.65,
    "cost_of_revenue_usd": 0.10,
    "operating_income_usd": 0.03,
    "receivables_usd": 0.04,
    "inventories_usd": 0.25,
    "goodwill_usd": 0.10,
    "retained_earnings_usd": 0.02,
    "depreciation_amortization_usd": 0.03,
    "net_share_repurchases_usd": 0.12,
    "dividends_paid_usd": 0.03,
}
MISSING_BY_YEAR: Final = {
    "interest_expense_usd": 0.02,
    "capital_expenditures_usd": 0.012,
    "operating_cash_flow_usd": 0.003,
    "short_term_debt_usd": 0.015,
    "long_term_debt_usd": 0.008,
    "income_tax_usd": 0.01,
    "current_liabilities_usd": 0.01,
    "shares_outstanding": 0.008,
    "shares_basic": 0.008,
    "shares_diluted": 0.02,
    "shareholders_equity_usd": 0.002,
}
"""Shares of the companies that never report an item, and of the company-years in which it is missing."""
NOT_OF_FINANCIALS: Final = (
    "cost_of_revenue_usd",
    "gross_profit_usd",
    "inventories_usd",
    "current_assets_usd",
    "current_liabilities_usd",
)
NET_ONLY_SHARE: Final = 0.15


def missing_items(companies: Companies, records: Records, seed: int) -> dict[str, Flags]:
    """Flag the missing items of each record; original and restated records of a year miss the same items."""
    rng = stream(seed, "missing items")
    count = len(companies)
    missing = _missing_at_random(rng, count, records)
    items = records.items
    debt = items["short_term_debt_usd"] + items["long_term_debt_usd"]
    missing["interest_expense_usd"] |= debt == 0
    has_net_only = (rng.random(count) < NET_ONLY_SHARE)[records.company]
    missing["net_interest_expense_usd"] |= missing["interest_expense_usd"] & (debt > 0) & ~has_net_only
    leaves_revenue_blank = (rng.random(count) < 0.5)[records.company]
    missing["revenue_usd"] = (items["revenue_usd"] == 0) & leaves_revenue_blank
    without_cost = missing["cost_of_revenue_usd"] | (
        (companies.group == SCIENCE)[records.company] & (items["revenue_usd"] == 0)
    )
    missing["cost_of_revenue_usd"] = without_cost
    missing["gross_profit_usd"] = without_cost
    is_financial = companies.is_kind("bank", "insurer")[records.company]
    is_unclassified = is_financial | companies.is_kind("property")[records.company]
    for name in NOT_OF_FINANCIALS:
        missing[name] = missing.get(name, np.zeros(len(records), dtype=np.bool_)) | is_unclassified
    skips_operating_income = (rng.random(count) < 0.6)[records.company]
    missing["operating_income_usd"] |= is_financial & skips_operating_income
    return missing


def _missing_at_random(rng: np.random.Generator, count: int, records: Records) -> dict[str, Flags]:
    """Draw the items that a company never reports, and those that it does not report in a year."""
    years = int(records.year.max(initial=0)) + 1
    missing = {}
    for name in sorted({*MISSING_BY_COMPANY, *MISSING_BY_YEAR}):
        never = rng.random(count) < MISSING_BY_COMPANY.get(name, 0.0)
        this_year = rng.random((count, years)) < MISSING_BY_YEAR.get(name, 0.0)
        missing[name] = never[records.company] | this_year[records.company, records.year]
    return missing


def without_missing(records: Records, missing: dict[str, Flags]) -> Records:
    """Blank the missing items."""
    blanked = {
        name: np.where(missing[name], np.nan, values) if name in missing else values
        for name, values in records.items.items()
    }
    return replace(records, items=blanked)
