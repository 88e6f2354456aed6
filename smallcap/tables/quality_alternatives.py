"""The tables of quality otherwise defined: other measures of members, and their agreement with the score."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    ratio,
    text,
    year,
)

AS_OF = "as-of date, for which the row is computed"


def _signal(what: str) -> dy.Bool:
    return flag(f"signal of Piotroski's F: {what}; null if unknown or a financial", nullable=True)


def _top(what: str) -> dy.Int64:
    return count(f"companies in the top quintile {what}", nullable=True, unit="companies")


class QualityAlternatives(dy.Schema):
    """One row per as_of and member: other definitions of quality, from the visible annual record."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("our id of the company")
    ticker = text("ticker of the company's largest line", nullable=False)
    ranked_among = text("financial or not_financial: the companies whose ranks are compared", nullable=False)
    exclusion_reason = text("no_fundamentals or stale; null if the visible record is used")
    period_end = date("end of the fiscal year of the visible record; null if it is not used")
    available_date = date("when the visible record became known; never after as_of")
    gross_profitability = ratio("gross profit over assets; null for financials")
    roe = ratio("net income over equity")
    ebitda_margin = ratio("EBIT plus depreciation and amortisation, over revenue; null for financials")
    piotroski_f = dy.Int64(
        nullable=True,
        min=0,
        max=9,
        metadata={"unit": "points"},
        description="number of the nine signals that are true; null unless all are known, and for financials",
    )
    piotroski_signals_known = dy.Int64(
        nullable=True,
        min=0,
        max=9,
        metadata={"unit": "signals"},
        description="signals that are known; null for financials",
    )
    is_income_positive = _signal("net income is above zero")
    is_cash_flow_positive = _signal("operating cash flow is above zero")
    is_return_on_assets_up = _signal(
        "net income over assets at the year's beginning is above the year before"
    )
    is_cash_flow_above_income = _signal("operating cash flow is above net income")
    is_leverage_down = _signal("long-term debt over mean assets is below the year before")
    is_current_ratio_up = _signal("the current ratio is above the year before")
    is_share_count_not_up = _signal("share_count_change is zero or less")
    is_gross_margin_up = _signal("the gross margin is above the year before")
    is_asset_turnover_up = _signal("revenue over assets at the year's beginning is above the year before")
    qmj_profitability = ratio(
        "mean rank of gross profit, net income and operating cash flow over assets, ROE, gross margin and "
        "low accruals, standardised; null for financials",
        unit="deviations",
    )
    qmj_growth = ratio(
        "mean rank of the growth of the first five over three to five years, standardised; null for "
        "financials",
        unit="deviations",
    )
    qmj_safety = ratio(
        "mean rank of low debt to assets, stable ROE and Altman Z'', standardised; null for financials",
        unit="deviations",
    )
    qmj = ratio("sum of the three, standardised: after quality minus junk", unit="deviations")
    equity_to_assets = ratio("equity over assets")
    return_on_assets = ratio("net income over assets")
    return_on_assets_stability = ratio(
        "less the sample deviation of return on assets over three to six years: near zero is stable", max=0
    )
    financial_score = ratio(
        "mean rank among financials of ROE, return on assets, equity to assets and stability of return on "
        "assets, standardised; null for others",
        unit="deviations",
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def nothing_from_the_future(cls) -> pl.Expr:
        """Every figure used was known at as_of."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("as_of"))

    @dy.rule()
    def known_or_explained(cls) -> pl.Expr:
        """A member has either a record or a reason."""
        return pl.col("period_end").is_null() == pl.col("exclusion_reason").is_not_null()


class QualityAgreement(dy.Schema):
    """One row per as_of, method and other definition: how far it ranks like the score, point in time."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    method = key_text("method of the score: published, or debt_free_aware")
    alternative = key_text(
        "ebitda_margin, financial_score, gross_profitability, piotroski_f, qmj or roe, as in "
        "marts.quality_alternatives"
    )
    companies = count("companies with both", unit="companies")
    rank_correlation = ratio(
        "Spearman's rank correlation of the two; null for too few companies",
        unit="correlation",
        min=-1,
        max=1,
    )
    score_top = _top("by the score, among these companies")
    alternative_top = _top("by the other definition; ties at the edge are below it")
    both_top = _top("by both")
    top_overlap = ratio("both_top over score_top", min=0, max=1)
    chance_overlap = ratio(
        "what top_overlap would be by chance: alternative_top over companies", min=0, max=1
    )
    rule_set = text("name and version of the rule set", nullable=False)
