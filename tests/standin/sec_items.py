"""Which concept each statement item is filed under, and in which statement it stands. Data only."""

from __future__ import annotations

from typing import Final

FIRST_FILING_YEAR: Final = 2009
"""Figures are tagged from filings of this year on, with one comparative year before."""
REVENUE_OF_CONTRACTS_FROM: Final = 2018
"""Fiscal year from which some filers use the concept of the standard of that year."""

INCOME: Final = {
    "cost_of_revenue": ("CostOfRevenue", 1),
    "gross_profit": ("GrossProfit", 1),
    "operating_income": ("OperatingIncomeLoss", 1),
    "interest_expense": ("InterestExpense", 1),
    "net_interest_expense": ("InterestIncomeExpenseNet", -1),
    "pretax_income": (
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        1,
    ),
    "income_tax_expense": ("IncomeTaxExpenseBenefit", 1),
    "net_income": ("NetIncomeLoss", 1),
}
CASH_FLOW: Final = {
    "depreciation_amortization": ("DepreciationDepletionAndAmortization", 1),
    "operating_cash_flow": ("NetCashProvidedByUsedInOperatingActivities", 1),
    "capital_expenditures": ("PaymentsToAcquirePropertyPlantAndEquipment", 1),
    "dividends_paid": ("PaymentsOfDividends", 1),
}
BALANCE: Final = {
    "cash_and_short_term_investments": ("CashCashEquivalentsAndShortTermInvestments", 1),
    "accounts_receivable": ("AccountsReceivableNetCurrent", 1),
    "inventory": ("InventoryNet", 1),
    "current_assets_total": ("AssetsCurrent", 1),
    "property_plant_equipment_net": ("PropertyPlantAndEquipmentNet", 1),
    "goodwill": ("Goodwill", 1),
    "total_assets": ("Assets", 1),
    "short_term_debt": ("DebtCurrent", 1),
    "current_liabilities_total": ("LiabilitiesCurrent", 1),
    "long_term_debt": ("LongTermDebtNoncurrent", 1),
    "total_liabilities": ("Liabilities", 1),
    "retained_earnings": ("RetainedEarningsAccumulatedDeficit", 1),
    "total_equity": ("StockholdersEquity", 1),
}
COUNTS: Final = {
    "weighted_avg_shares_basic": ("WeightedAverageNumberOfSharesOutstandingBasic", 1),
    "weighted_avg_shares_diluted": ("WeightedAverageNumberOfDilutedSharesOutstanding", 1),
}
BUYBACKS: Final = "PaymentsForRepurchaseOfCommonStock"
ISSUES: Final = "ProceedsFromIssuanceOfCommonStock"
"""The net of both is the item; the concept of an outflow is never negative."""
COVER_COUNT: Final = "EntityCommonStockSharesOutstanding"


def revenue_concepts(cik: int, fiscal_year: int) -> tuple[str, ...]:
    """Return the concepts that a company files its revenue under in a year: they differ, and change."""
    if cik % 3 == 0:
        return ("Revenues",)
    if fiscal_year < REVENUE_OF_CONTRACTS_FROM:
        return ("SalesRevenueNet",)
    own = "RevenueFromContractWithCustomerExcludingAssessedTax"
    return (own, "Revenues") if cik % 3 == 1 else (own,)
