"""core.trailing_metrics: trailing twelve months, made from quarterly statements."""

from __future__ import annotations

from smallcap.tables.annual import AnnualMetrics
from smallcap.tables.columns import date, flag, text, usd


class TrailingMetrics(AnnualMetrics):
    """One row per company and day on which a statement became known: ratios on the latest footing.

    Flows are those of the twelve months to flows_end, balance sheet items those at balance_sheet_date; a null
    flow has its reason in trailing_reason. period_end and version are those of the latest statement, annual
    or quarterly; its period_end equals balance_sheet_date unless it has no balance sheet.
    """

    balance_sheet_date = date("end of the latest quarter or fiscal year of which a balance sheet is known")
    flows_end = date("end of the twelve months that the flows cover; null where flows are null")
    trailing_basis = text(
        "where the flows come from: annual, annual plus year to date, four quarters; null where they are null"
    )
    trailing_reason = text(
        "why the flows are null; restated_basis also where only some are (unknown_flows); null if known"
    )
    unknown_flows = text("flows that are null although others, and a part of them, are known")
    is_annual_only = flag("no quarter is known after the latest annual record: its figures are used")
    is_trailing_basis_mixed = flag(
        "a newer comparative of the year-to-date subtracted differs by more than 1% from the one used"
    )
    cost_of_revenue_usd = usd("cost of revenue, a positive expense")
    gross_profit_usd = usd("gross profit, else revenue less cost of revenue")
    operating_income_usd = usd("operating income")
    interest_expense_usd = usd("gross interest expense, a positive expense")
    net_interest_expense_usd = usd("interest expense less interest income; negative is net interest income")
    pretax_income_usd = usd("income before tax")
    income_tax_usd = usd("income tax, a positive expense")
    depreciation_amortization_usd = usd("depreciation and amortisation")
    capital_expenditures_usd = usd("capital expenditures, a positive outflow")
    net_share_repurchases_usd = usd("buybacks less issues; zero if blank and blank means none")
    cash_and_short_term_investments_usd = usd("cash and short-term investments")
    receivables_usd = usd("receivables")
    inventories_usd = usd("inventories")
    current_assets_usd = usd("current assets")
    property_plant_equipment_usd = usd("property, plant and equipment, net")
    goodwill_usd = usd("goodwill")
    short_term_debt_usd = usd("debt due within a year, including the current part of long-term debt")
    long_term_debt_usd = usd("debt due after a year")
    current_liabilities_usd = usd("current liabilities")
