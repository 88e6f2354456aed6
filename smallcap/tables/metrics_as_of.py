"""core.metrics_as_of: the metrics of each member's visible record, with market values at a date."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    date,
    flag,
    key_date,
    key_id,
    number,
    ratio,
    reason,
    text,
    usd,
    year,
)


class MetricsAsOf(dy.Schema):
    """One row per as_of and member: the metrics of the visible annual record, and market values at as_of."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    period_end = date("end of the fiscal year of the visible record; null if there is none")
    version = text("version of the visible record")
    available_date = date("when the visible record became known; never after as_of")
    is_stale = flag(
        "the visible record's period_end is more than stale_months before as_of: shown, not used",
        nullable=True,
    )
    is_available_date_assumed = flag("available_date is assumed", nullable=True)
    is_value_restated = flag(
        "the values are later restatements, visible by date but not as filed", nullable=True
    )
    is_scale_suspect = flag("at least one figure of the record may be in another unit", nullable=True)
    scale_suspect_fields = text("figures that may be in another unit; what uses them is null")
    is_amendment_partial = flag("the record has figures taken over from an earlier version", nullable=True)
    is_loss_extreme = flag("net income or loss is more than three times total assets", nullable=True)
    is_interest_net = flag("net interest expense is used instead of gross", nullable=True)
    is_debt_assumed_zero = flag("blank debt is taken as zero", nullable=True)
    is_debt_explained_zero = flag("blank debt is none, shown by the balance sheet", nullable=True)
    is_debt_partial = flag("total debt is a lower bound: one part is unknown", nullable=True)
    revenue_usd = usd("revenue")
    net_income_usd = usd("net income")
    ebit_usd = usd("earnings before interest and tax")
    free_cash_flow_usd = usd("free cash flow")
    total_debt_usd = usd("total debt")
    net_cash_usd = usd("cash and short-term investments less total debt")
    dividends_paid_usd = usd("dividends paid; zero if blank and the source declares that blank means none")
    total_assets_usd = usd("total assets")
    shareholders_equity_usd = usd("shareholders' equity")
    roe = ratio("return on equity")
    roe_reason = reason("roe")
    roe_average = ratio("return on average equity")
    gross_margin = ratio("gross margin")
    operating_margin = ratio("operating margin")
    net_margin = ratio("net margin")
    ebitda_margin = ratio("EBITDA margin")
    fcf_margin = ratio("free cash flow margin")
    fcf_margin_reason = reason("fcf_margin")
    debt_to_assets = ratio("total debt over total assets")
    debt_to_assets_reason = reason("debt_to_assets")
    debt_to_equity = ratio("total debt over equity")
    debt_to_equity_reason = reason("debt_to_equity")
    interest_coverage = ratio("interest coverage", unit="multiple")
    interest_coverage_reason = reason("interest_coverage")
    current_ratio = ratio("current ratio; null for financials and equity trusts", unit="multiple")
    current_ratio_reason = reason("current_ratio")
    accruals_cash_flow = ratio("accruals, cash-flow form")
    accruals_balance_sheet = ratio("accruals, balance-sheet form")
    cash_conversion = ratio("cash conversion", unit="multiple")
    cash_conversion_5y = ratio("cash conversion over five years", unit="multiple")
    capex_intensity = ratio("capital expenditures over revenue")
    share_count_change = ratio(
        "growth of the share count on one split footing: splits between the two counts are taken out"
    )
    is_share_count_change_unchecked = flag(
        "split data between the days of the two share counts are incomplete", nullable=True
    )
    revenue_growth = ratio("growth of revenue")
    net_income_growth = ratio("growth of net income")
    price_usd = number("price as traded used for market values", "USD per share")
    price_date = date("date of price_usd")
    price_basis = text("close, holdings_file or null with price_adjusted_only")
    is_price_stale = flag("the price is from the holdings file, not from the last session", nullable=True)
    shares = number(
        "latest visible shares, adjusted to the price's split basis where splits are known", "shares"
    )
    shares_basis = text("outstanding, basic_average or diluted_average")
    is_split_unchecked = flag(
        "split data between the dates of the share count and the price are incomplete", nullable=True
    )
    shares_footing = text(
        "split basis of the count: as_filed, split_adjusted (for splits after the price), or undecided"
    )
    shares_footing_basis = text("what says so: declared, vote or vintages; null where undecided")
    later_split_ratio = number(
        "new shares per old of the splits after the price, if price over adjusted close is a simple ratio",
        "ratio",
        min_exclusive=0,
    )
    footing_vote = text(
        "what a company with a clear later split says of its table: as_filed or split_adjusted"
    )
    is_shares_footing_inferred = flag(
        "shares were brought back by an inferred split: by vote, or by an earlier version", nullable=True
    )
    is_shares_footing_doubtful = flag(
        "the table is split-adjusted, and the count is near the list's median neither way",
        nullable=True,
    )
    is_footing_known_later = flag(
        "undecided or as_filed by the list of as_of; a later list of the year finds the table split-adjusted",
        nullable=True,
    )
    inferred_split_ratio = number(
        "new shares per old of splits that consecutive lists show and the prices have not; shares include it",
        "ratio",
        min_exclusive=0,
    )
    is_split_inferred = flag(
        "shares were multiplied by splits inferred from the fund's holdings", nullable=True
    )
    fund_share_of_company = ratio("shares that the fund holds over the company's shares", min=0)
    holding_ratio = ratio("fund_share_of_company over the median of the list", unit="multiple", min=0)
    is_share_count_small_for_holding = flag(
        "holding_ratio is above 1.4: shares were issued since the count, or the count is stale", nullable=True
    )
    market_cap_usd = usd("price as traded x shares of the company, all lines")
    market_cap_reason = reason("market_cap_usd")
    market_cap_period_end_usd = usd("market value at period_end, if the vendor serves it")
    pe = ratio("market cap over net income", unit="multiple")
    pe_reason = reason("pe")
    pb = ratio("market cap over equity", unit="multiple")
    pb_reason = reason("pb")
    ps = ratio("market cap over revenue", unit="multiple")
    ps_reason = reason("ps")
    p_fcf = ratio("market cap over free cash flow", unit="multiple")
    p_fcf_reason = reason("p_fcf")
    earnings_yield = ratio("net income over market cap")
    book_to_market = ratio("equity over market cap")
    dividend_yield = ratio("dividends paid over market cap")
    altman_z = ratio("Altman Z of 1968 with the market value at as_of; null for financials", unit="score")
    altman_z_reason = reason("altman_z")
    altman_z_zone = text("distress, grey or safe")
    altman_z_double_prime = ratio("Altman Z''; null for financials", unit="score")
    note = text(
        "in words: debt-free, net cash or net debt with its amount, dividends, doubts about the record; null "
        "without a record"
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def nothing_from_the_future(cls) -> pl.Expr:
        """Every number used was known at as_of."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("as_of"))
