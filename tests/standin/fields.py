"""The vendor's names and units of statement items and ratios, beside ours. Data only.

Money and share counts of statements and the market capitalisation of metrics are in millions.
"""

from __future__ import annotations

from typing import Final

MILLION: Final = 1e6

STATEMENT_ITEMS: Final = {
    "revenue": "revenue_usd",
    "cost_of_revenue": "cost_of_revenue_usd",
    "gross_profit": "gross_profit_usd",
    "operating_income": "operating_income_usd",
    "interest_expense": "interest_expense_usd",
    "net_interest_expense": "net_interest_expense_usd",
    "pretax_income": "pretax_income_usd",
    "income_tax_expense": "income_tax_usd",
    "net_income": "net_income_usd",
    "cash_and_short_term_investments": "cash_and_short_term_investments_usd",
    "accounts_receivable": "receivables_usd",
    "inventory": "inventories_usd",
    "current_assets_total": "current_assets_usd",
    "property_plant_equipment_net": "property_plant_equipment_usd",
    "goodwill": "goodwill_usd",
    "total_assets": "total_assets_usd",
    "short_term_debt": "short_term_debt_usd",
    "current_liabilities_total": "current_liabilities_usd",
    "long_term_debt": "long_term_debt_usd",
    "total_liabilities": "total_liabilities_usd",
    "retained_earnings": "retained_earnings_usd",
    "total_equity": "shareholders_equity_usd",
    "depreciation_amortization": "depreciation_amortization_usd",
    "operating_cash_flow": "operating_cash_flow_usd",
    "capital_expenditures": "capital_expenditures_usd",
    "dividends_paid": "dividends_paid_usd",
    "share_repurchases": "net_share_repurchases_usd",
    "shares_outstanding": "shares_outstanding",
    "weighted_avg_shares_basic": "shares_basic",
    "weighted_avg_shares_diluted": "shares_diluted",
}
"""Vendor's name to ours; all in millions."""

UNSCALED_ITEMS: Final = ("currency", "period_days", "shares_outstanding_date")
"""Served under our own names and as they are."""

UNSEEN_ITEMS: Final = ("accounts_receivable", "net_interest_expense", *UNSCALED_ITEMS)
"""Names that no public text of the vendor shows; a setting leaves them out."""

STATEMENT_STRUCTURE: Final = (
    "entity_id", "ticker", "entity_name", "gics_sector", "period_end", "period_type",
    "fiscal_year", "fiscal_period", "filing_date", "version", "source",
)  # fmt: skip

METRICS: Final = {
    "roe": "roe",
    "fcf_margin": "fcf_margin",
    "debt_to_assets": "debt_to_assets",
    "interest_coverage": "interest_coverage",
    "altman_z_score": "altman_z_score",
    "market_cap": "market_cap_period_end_usd",
}
METRIC_STRUCTURE: Final = ("entity_id", "ticker", "entity_name", "period_end")
METRIC_CATEGORIES: Final = {
    "valuation": ("market_cap",),
    "profitability": ("roe", "fcf_margin"),
    "leverage": ("debt_to_assets", "interest_coverage"),
    "liquidity": (),
    "efficiency": (),
    "per_share": (),
    "dividends": (),
    "scores": ("altman_z_score",),
    "growth": (),
    "volatility": (),
}

PRICE_STRUCTURE: Final = ("entity_id", "ticker", "entity_name", "gics_sector", "date")
PRICE_FIELDS: Final = (
    "open", "high", "low", "close", "adj_close", "volume", "return_daily",
    "shares_outstanding", "exchange_code", "split_ratio", "dividend",
)  # fmt: skip
OPT_IN_PRICE_FIELDS: Final = ("market_cap",)
