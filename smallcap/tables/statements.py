"""The raw tables of statements, and of ratios that a vendor serves, in canonical names and units."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    KNOWN_YEAR,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    number,
    ratio,
    text,
    usd,
    year,
)
from smallcap.tables.raw import MISSING_SINCE, SOURCE_ENTITY_ID


class AnnualRecord(dy.Schema):
    """One row per company, fiscal period, version and filing."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year; of a quarterly record, end of the quarter")
    version = key_text("original or restated")
    available_date = key_date(
        "first NYSE session after filing_date; if that is missing, period_end + 90 days"
    )
    source = key_text("source of the row")
    is_available_date_assumed = flag("no filing date is known; available_date is period_end + 90 days")
    is_value_restated = flag(
        "the values are later restatements served under the original filing date: visible by date but "
        "not as filed"
    )
    is_blank_debt_zero = flag("the source declares that blank debt, dividends and buybacks mean none")
    is_debt_explained_zero = flag(
        "a blank part of debt is none: other liabilities explain the balance sheet, and nothing shows debt"
    )
    ticker = text("the ticker as in the source")
    fiscal_year = dy.Int64(
        nullable=True, metadata={"unit": "fiscal year"}, description="fiscal year as numbered by the source"
    )
    period_days = dy.Int64(
        nullable=True, metadata={"unit": "days"}, description="length of the period, if the source gives it"
    )
    currency = text("currency of the money columns")
    filing_date = date("day the figures were filed")
    revenue_usd = usd("revenue")
    cost_of_revenue_usd = usd("cost of revenue, a positive expense")
    gross_profit_usd = usd("gross profit")
    operating_income_usd = usd("operating income")
    interest_expense_usd = usd("gross interest expense, a positive expense")
    net_interest_expense_usd = usd("interest expense less interest income; negative is net interest income")
    pretax_income_usd = usd("income before tax")
    income_tax_usd = usd("income tax, a positive expense")
    net_income_usd = usd("net income")
    cash_and_short_term_investments_usd = usd("cash and short-term investments")
    receivables_usd = usd("receivables")
    inventories_usd = usd("inventories")
    current_assets_usd = usd("current assets")
    property_plant_equipment_usd = usd("property, plant and equipment, net")
    goodwill_usd = usd("goodwill")
    total_assets_usd = usd("total assets")
    short_term_debt_usd = usd("debt due within a year, including the current part of long-term debt")
    current_liabilities_usd = usd("current liabilities")
    long_term_debt_usd = usd("debt due after a year")
    total_liabilities_usd = usd("total liabilities")
    retained_earnings_usd = usd("retained earnings; negative is an accumulated deficit")
    shareholders_equity_usd = usd("shareholders' equity")
    depreciation_amortization_usd = usd("depreciation and amortisation")
    operating_cash_flow_usd = usd("cash flow from operations")
    capital_expenditures_usd = usd(
        "capital expenditures, a positive outflow; net of disposals it may be negative"
    )
    dividends_paid_usd = usd("dividends paid, a positive outflow")
    net_share_repurchases_usd = usd("buybacks less issues, a positive outflow")
    shares_outstanding = number("shares on the cover or balance sheet", "shares")
    shares_outstanding_date = date("the day of that count")
    shares_basic = number("weighted average basic shares of the period", "shares")
    shares_diluted = number("weighted average diluted shares of the period", "shares")
    shares_split_basis = text(
        "which splits the share counts carry, where declared: as_filed, or split_adjusted_to and a date"
    )


class Fundamentals(AnnualRecord):
    """One row per company, fiscal period, version and filing, as the source served it."""

    source_entity_id = text(SOURCE_ENTITY_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class VendorMetrics(dy.Schema):
    """One row per company and fiscal period: ratios computed by a vendor."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year")
    source = key_text("source of the row")
    available_date = date(
        "available_date of the company's first fundamentals row of the same period_end", nullable=False
    )
    roe = ratio("return on equity as served")
    fcf_margin = ratio("free cash flow margin as served")
    debt_to_assets = ratio("total debt over total assets as served")
    interest_coverage = ratio("interest coverage as served", "multiple")
    altman_z_score = ratio("Altman Z as served", "score")
    market_cap_period_end_usd = usd("market capitalisation on the trading day of period_end")
    source_entity_id = text(SOURCE_ENTITY_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)
