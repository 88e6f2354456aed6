"""The flows of a quarterly record: those of the three months and those of the year to date."""

from __future__ import annotations

from typing import Final

INCOME_FLOWS: Final = (
    "revenue_usd",
    "cost_of_revenue_usd",
    "gross_profit_usd",
    "operating_income_usd",
    "interest_expense_usd",
    "net_interest_expense_usd",
    "pretax_income_usd",
    "income_tax_usd",
    "net_income_usd",
)
CASH_FLOWS: Final = (
    "depreciation_amortization_usd",
    "operating_cash_flow_usd",
    "capital_expenditures_usd",
    "dividends_paid_usd",
    "net_share_repurchases_usd",
)
"""Flows that are found in the statement of cash flows, which a 10-Q gives for the year to date only."""

FLOWS: Final = (*INCOME_FLOWS, *CASH_FLOWS)
NEVER_FALLING: Final = (
    "revenue_usd",
    "cost_of_revenue_usd",
    "interest_expense_usd",
    "depreciation_amortization_usd",
    "dividends_paid_usd",
)
"""Flows of which every quarter adds something or nothing: their year to date does not fall."""


def year_to_date(flow: str) -> str:
    """Name the column of a flow's year to date."""
    return f"{flow.removesuffix('_usd')}_year_to_date_usd"


YEAR_TO_DATE: Final = {flow: year_to_date(flow) for flow in FLOWS}
"""The column of the year to date by flow."""
