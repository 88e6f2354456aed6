"""Maps our columns to the vendor's names, types and units: statements are in millions. Data only."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.sources.xfinlink.frames import Column

MILLION: Final = 1e6

STATEMENT_ITEMS: Final = {
    "revenue_usd": "revenue",
    "cost_of_revenue_usd": "cost_of_revenue",
    "gross_profit_usd": "gross_profit",
    "operating_income_usd": "operating_income",
    "interest_expense_usd": "interest_expense",
    "pretax_income_usd": "pretax_income",
    "income_tax_usd": "income_tax_expense",
    "net_income_usd": "net_income",
    "cash_and_short_term_investments_usd": "cash_and_short_term_investments",
    "inventories_usd": "inventory",
    "current_assets_usd": "current_assets_total",
    "property_plant_equipment_usd": "property_plant_equipment_net",
    "goodwill_usd": "goodwill",
    "total_assets_usd": "total_assets",
    "short_term_debt_usd": "short_term_debt",
    "current_liabilities_usd": "current_liabilities_total",
    "long_term_debt_usd": "long_term_debt",
    "total_liabilities_usd": "total_liabilities",
    "retained_earnings_usd": "retained_earnings",
    "shareholders_equity_usd": "total_equity",
    "depreciation_amortization_usd": "depreciation_amortization",
    "operating_cash_flow_usd": "operating_cash_flow",
    "capital_expenditures_usd": "capital_expenditures",
    "dividends_paid_usd": "dividends_paid",
    "net_share_repurchases_usd": "share_repurchases",
    "shares_outstanding": "shares_outstanding",
    "shares_basic": "weighted_avg_shares_basic",
    "shares_diluted": "weighted_avg_shares_diluted",
}
"""Our column to the vendor's, all in millions; a response without one of them is refused."""

UNCERTAIN_ITEMS: Final = {
    "receivables_usd": "accounts_receivable",
    "net_interest_expense_usd": "net_interest_expense",
}
"""The same for items that the vendor does not document: null where they are not served."""

METRICS: Final = ("roe", "fcf_margin", "debt_to_assets", "interest_coverage", "altman_z_score")
"""Columns whose names and units are the vendor's too: fractions, multiples and scores."""

_KEY_ID = Column(pl.Int64(), is_nullable=False)
_KEY_DATE = Column(pl.Date(), is_nullable=False)
_TEXT = Column(pl.String())
_NUMBER = Column(pl.Float64())
_UNCERTAIN_NUMBER = Column(pl.Float64(), is_required=False)

FUNDAMENTALS_READ: Final = {
    "entity_id": _KEY_ID,
    "period_end": _KEY_DATE,
    "version": Column(pl.String(), is_nullable=False, allowed=("original", "restated")),
    "filing_date": Column(pl.Date()),
    "period_type": Column(pl.String(), is_nullable=False, allowed=("annual",)),
    "ticker": _TEXT,
    "fiscal_year": Column(pl.Int64()),
    "period_days": Column(pl.Int64(), is_required=False),
    "currency": Column(pl.String(), is_required=False),
    "shares_outstanding_date": Column(pl.Date(), is_required=False),
    **dict.fromkeys(STATEMENT_ITEMS.values(), _NUMBER),
    **dict.fromkeys(UNCERTAIN_ITEMS.values(), _UNCERTAIN_NUMBER),
}
QUARTERS_READ: Final = {
    **FUNDAMENTALS_READ,
    "period_type": Column(pl.String(), is_nullable=False, allowed=("quarterly",)),
}
METRICS_READ: Final = {
    "entity_id": _KEY_ID,
    "period_end": _KEY_DATE,
    **dict.fromkeys((*METRICS, "market_cap"), _NUMBER),
}
PRICES_READ: Final = {
    "entity_id": _KEY_ID,
    "date": _KEY_DATE,
    **dict.fromkeys(("close", "adj_close", "return_daily", "split_ratio"), _NUMBER),
}
INDEX_READ: Final = {"entity_id": Column(pl.Int64()), "ticker": _TEXT, "entity_name": _TEXT}
