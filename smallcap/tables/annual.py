"""The core tables of annual statements and of the metrics of each fiscal year."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    KNOWN_YEAR,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    number,
    ratio,
    reason,
    text,
    usd,
    year,
)
from smallcap.tables.statements import AnnualRecord


class AnnualFundamentals(AnnualRecord):
    """One row per company, fiscal year, version and filing: typed, checked and flagged if doubtful."""

    is_scale_suspect = flag("at least one figure may be in another unit: see scale_suspect_fields")
    scale_suspect_fields = text(
        "figures that differ by a factor of 100 or more from most earlier years; kept here, unknown to all "
        "that uses them"
    )
    is_amendment_partial = flag("the row left out figures of an earlier version, which were taken over")
    inherited_fields = text("figures taken over from the version before")
    amended_fields = text("figures that differ from the version before")
    is_loss_extreme = flag("net income or loss is more than three times total assets")
    is_capex_negative = flag("capital expenditures are negative: net of disposals")
    is_revenue_negative = flag("revenue is negative")
    is_debt_negative = flag("short-term or long-term debt is negative: total debt is taken as unknown")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def available_after_period_end(cls) -> pl.Expr:
        """A figure is not known before its period has ended."""
        return pl.col("available_date") > pl.col("period_end")

    @dy.rule()
    def currency_is_usd(cls) -> pl.Expr:
        """The currency is the US dollar."""
        return pl.col("currency") == "USD"


class AnnualMetrics(dy.Schema):
    """One row per company, fiscal year, version and filing: ratios without market prices.

    Prior years are as known at available_date.
    """

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year")
    version = key_text("original or restated")
    available_date = key_date("first day on which the row could be known")
    source = key_text("source of the row")
    fiscal_year = dy.Int64(
        nullable=True, metadata={"unit": "fiscal year"}, description="fiscal year as numbered by the source"
    )
    is_available_date_assumed = flag("no filing date is known; available_date is period_end + 90 days")
    is_value_restated = flag("the values are later restatements, visible by date but not as filed")
    is_scale_suspect = flag("at least one figure may be in another unit: see scale_suspect_fields")
    scale_suspect_fields = text("figures that may be in another unit; what uses them is null")
    is_amendment_partial = flag("figures that the row left out were taken over from an earlier version")
    is_loss_extreme = flag("net income or loss is more than three times total assets")
    revenue_usd = usd("revenue")
    net_income_usd = usd("net income")
    operating_cash_flow_usd = usd("cash flow from operations")
    total_assets_usd = usd("total assets")
    total_liabilities_usd = usd("total liabilities")
    shareholders_equity_usd = usd("shareholders' equity")
    retained_earnings_usd = usd("retained earnings")
    working_capital_usd = usd("current assets less current liabilities")
    dividends_paid_usd = usd("dividends paid; zero if blank and the source declares that blank means none")
    shares = number("shares outstanding, else the period's average", "shares")
    shares_basis = text("outstanding, basic_average or diluted_average")
    shares_date = date("the day of the count; period_end if the source gives none")
    shares_split_basis = text(
        "which splits the count carries, where declared: as_filed, or split_adjusted_to and a date"
    )
    ebit_usd = usd("operating income, else pretax income + interest expense")
    ebit_basis = text("operating_income or pretax_income_plus_interest")
    free_cash_flow_usd = usd("operating cash flow less capital expenditures")
    total_debt_usd = usd("short-term + long-term debt")
    total_debt_reason = reason("total_debt_usd")
    is_debt_partial = flag("one of the two parts of debt is unknown: total debt is at least the other")
    is_debt_part_assumed_zero = flag(
        "blank long-term debt is none: current liabilities explain the liabilities"
    )
    is_debt_assumed_zero = flag("both parts are blank and the source declares that blank means none")
    is_debt_explained_zero = flag(
        "blank debt is none: other liabilities explain the balance sheet, and nothing in filings shows debt"
    )
    net_cash_usd = usd("cash and short-term investments less total debt")
    roe = ratio("net income over equity at period_end")
    roe_reason = reason("roe")
    roe_average = ratio("net income over mean equity of this and last year")
    roe_average_reason = reason("roe_average")
    gross_margin = ratio("gross profit over revenue")
    gross_margin_reason = reason("gross_margin")
    operating_margin = ratio("operating income over revenue")
    operating_margin_reason = reason("operating_margin")
    net_margin = ratio("net income over revenue")
    net_margin_reason = reason("net_margin")
    ebitda_margin = ratio("EBIT + depreciation and amortization, over revenue")
    ebitda_margin_reason = reason("ebitda_margin")
    fcf_margin = ratio("free cash flow over revenue")
    fcf_margin_reason = reason("fcf_margin")
    debt_to_assets = ratio("total debt over total assets")
    debt_to_assets_reason = reason("debt_to_assets")
    debt_to_equity = ratio("total debt over equity")
    debt_to_equity_reason = reason("debt_to_equity")
    interest_coverage = ratio("EBIT over interest expense", unit="multiple")
    interest_coverage_reason = reason("interest_coverage")
    is_interest_net = flag("only net interest expense is known and is used instead of gross")
    current_ratio = ratio("current assets over current liabilities", unit="multiple")
    current_ratio_reason = reason("current_ratio")
    goodwill_to_assets = ratio("goodwill over total assets")
    goodwill_to_assets_reason = reason("goodwill_to_assets")
    accruals_cash_flow = ratio(
        "(net income - operating cash flow) over mean total assets; Hribar and Collins 2002"
    )
    accruals_cash_flow_reason = reason("accruals_cash_flow")
    accruals_balance_sheet = ratio("balance-sheet accruals over mean total assets; Sloan 1996")
    accruals_balance_sheet_reason = reason("accruals_balance_sheet")
    is_taxes_payable_assumed_zero = flag(
        "the change in taxes payable is unknown and taken as zero in accruals_balance_sheet"
    )
    cash_conversion = ratio("operating cash flow over net income, if positive", unit="multiple")
    cash_conversion_reason = reason("cash_conversion")
    cash_conversion_5y = ratio("the same over the sums of up to five visible years", unit="multiple")
    cash_conversion_5y_reason = reason("cash_conversion_5y")
    capex_intensity = ratio("capital expenditures over revenue")
    capex_intensity_reason = reason("capex_intensity")
    shareholder_payout_usd = usd("dividends + net buybacks")
    shareholder_payout_reason = reason("shareholder_payout_usd")
    share_count_change = ratio("shares over last year's shares, less one; a split between them is in it")
    share_count_change_reason = reason("share_count_change")
    shares_prior_date = date("the day of last year's count; null without a change")
    unusual_items_share = ratio("|pretax income - (EBIT - net interest expense)| over |pretax income|")
    unusual_items_share_reason = reason("unusual_items_share")
    altman_z_double_prime = ratio("Altman Z'' for non-manufacturers", unit="score")
    altman_z_double_prime_reason = reason("altman_z_double_prime")
    altman_z_double_prime_zone = text("distress, grey or safe")
    revenue_growth = ratio("revenue over last year's revenue, less one")
    revenue_growth_reason = reason("revenue_growth")
    net_income_growth = ratio("net income over last year's, less one, if last year's was positive")
    net_income_growth_reason = reason("net_income_growth")
    rule_set = text("name and version of the rule set", nullable=False)
