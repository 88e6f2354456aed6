"""The tables of quarterly statements, as delivered and as checked."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import date, flag, text, usd
from smallcap.tables.raw import MISSING_SINCE, SOURCE_ENTITY_ID
from smallcap.tables.statements import AnnualRecord


class QuarterlyRecord(AnnualRecord):
    """One row per company, quarter's end, version and filing.

    Flows without `year_to_date` in their name are those of the quarter alone, `period_days` long; balance
    sheet items are those at period_end. A later filing's comparative of the quarter is a row of its own,
    with the later filing date, where it differs.
    """

    fiscal_year_start = date("first day of the fiscal year, on which the year-to-date flows begin")
    revenue_year_to_date_usd = usd("revenue from fiscal_year_start to period_end")
    cost_of_revenue_year_to_date_usd = usd("cost of revenue from fiscal_year_start to period_end")
    gross_profit_year_to_date_usd = usd("gross profit from fiscal_year_start to period_end")
    operating_income_year_to_date_usd = usd("operating income from fiscal_year_start to period_end")
    interest_expense_year_to_date_usd = usd("gross interest expense from fiscal_year_start to period_end")
    net_interest_expense_year_to_date_usd = usd("net interest expense from fiscal_year_start to period_end")
    pretax_income_year_to_date_usd = usd("income before tax from fiscal_year_start to period_end")
    income_tax_year_to_date_usd = usd("income tax from fiscal_year_start to period_end")
    net_income_year_to_date_usd = usd("net income from fiscal_year_start to period_end")
    depreciation_amortization_year_to_date_usd = usd(
        "depreciation and amortisation from fiscal_year_start to period_end"
    )
    operating_cash_flow_year_to_date_usd = usd("cash flow from operations, fiscal_year_start to period_end")
    capital_expenditures_year_to_date_usd = usd("capital expenditures from fiscal_year_start to period_end")
    dividends_paid_year_to_date_usd = usd("dividends paid from fiscal_year_start to period_end")
    net_share_repurchases_year_to_date_usd = usd("buybacks less issues, fiscal_year_start to period_end")


class RawQuarterlyFundamentals(QuarterlyRecord):
    """One row per company, quarter's end, version and filing, as the source served it."""

    source_entity_id = text(SOURCE_ENTITY_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class QuarterlyFundamentals(QuarterlyRecord):
    """One row per company, quarter's end, version and filing: checked, with flows of the quarter alone."""

    fiscal_quarter = dy.Int64(
        nullable=True,
        min=1,
        max=4,
        metadata={"unit": "quarter"},
        description="position of the quarter in the fiscal year",
    )
    income_basis = text(
        "how the income statement's flows of the quarter were obtained: reported, difference of "
        "year-to-date, annual less nine months; null where there are none"
    )
    cash_flow_basis = text(
        "how the cash flows of the quarter were obtained: reported, difference of year-to-date, annual less "
        "nine months; null where there are none"
    )
    is_scale_suspect = flag("at least one figure may be in another unit: see scale_suspect_fields")
    scale_suspect_fields = text("figures that may be in another unit; what uses them is null")
    year_to_date_refused_fields = text(
        "items whose year-to-date figure contradicts the quarters and was taken out: it equals the three "
        "months of a later quarter, differs from its first quarter, or is below that of the quarter before"
    )
    restated_basis_fields = text(
        "items whose difference is null: the figure to be subtracted was restated by more than 5% since"
    )
    is_difference_basis_mixed = flag(
        "a figure that was subtracted has since been restated by more than 1%; the version that fits the "
        "minuend is used"
    )
    is_computed_anew = flag(
        "the row repeats a record because a figure of another quarter that its flows are computed from "
        "became known or changed; filing_date is that figure's"
    )
    is_amendment_partial = flag("the row left out figures of an earlier version, which were taken over")
    inherited_fields = text("figures taken over from the version before")
    amended_fields = text("figures that differ from the version before")
    has_balance_sheet = flag("total assets or shareholders' equity at period_end are known")
    is_loss_extreme = flag("net income or loss of the quarter is more than three times total assets")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def available_after_period_end(cls) -> pl.Expr:
        """A figure is not known before its period has ended."""
        return pl.col("available_date") > pl.col("period_end")

    @dy.rule()
    def currency_is_usd(cls) -> pl.Expr:
        """The currency is the US dollar."""
        return pl.col("currency") == "USD"
