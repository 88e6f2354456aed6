"""core.filter_evaluations: each filter of a member on its own. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import AS_OF_YEAR, count, date, flag, key_date, key_id, number, ratio, text, year
from smallcap.tables.factor_regressions import VINTAGE_LATER

FILTER_NUMBER = (
    "position in the strict order: 1 business, 2 shariah, 3 balance_sheet, 4 income, 5 cash_flow, 6 value"
)


class FilterEvaluations(dy.Schema):
    """One row per as_of, member and filter 1 to 6, each evaluated on its own."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    filter_number = dy.Int64(primary_key=True, min=1, max=6, description=FILTER_NUMBER)
    filter_name = text("business, shariah, balance_sheet, income, cash_flow or value", nullable=False)
    stand_alone_status = text(
        "the filter's own verdict: pass, fail, verify if there is not enough data, or not_applicable if no "
        "rule of it can be asked of this kind of company",
        nullable=False,
    )
    measure = text("the rule of the filter that decided, to which value, threshold and headroom refer")
    value = ratio(
        "the company's figure: a fraction, multiple or number of years, depending on measure",
        unit="as measure",
    )
    threshold = ratio("threshold compared with value", unit="as measure")
    headroom = ratio("distance of value from the threshold, positive on the passing side", unit="as measure")
    is_borderline = flag("passes, but close to a threshold")
    reason = text("the verdict in words", nullable=False)
    debt_to_market_cap = ratio("filter 2: interest-bearing debt over the standard's market value")
    cash_to_market_cap = ratio(
        "filter 2: cash and short-term investments over the standard's market value, if it has this rule"
    )
    interest_income_to_revenue = ratio(
        "filter 2: interest income, or the upper or lower bound that decided, over revenue"
    )
    least_net_margin = ratio("filter 4: the lowest net margin of the years")
    net_income_growth_over_years = ratio("filter 4: net income over that of the first year, less one")
    margin_slope = ratio(
        "filter 4: least-squares slope of the gross margin (else of the operating margin)",
        unit="fraction per year",
    )
    least_operating_margin = ratio("filter 4: the lowest operating margin of the years")
    years_without_cash_backing = number(
        "filter 4: years whose operating cash flow does not back net income", "fiscal years"
    )
    cash_conversion_over_years = ratio(
        "filters 4 and 5: sum of operating cash flow over sum of net income", unit="multiple"
    )
    least_operating_cash_flow_to_assets = ratio(
        "filter 5: the lowest ratio of operating cash flow to total assets of the years"
    )
    years_without_free_cash_flow = number("filter 5: years without positive free cash flow", "fiscal years")
    years_used = count("consecutive fiscal years used by filters 4 and 5", nullable=True, unit="fiscal years")
    universe_members = count(
        "companies behind the threshold, if it is derived from the universe", nullable=True, unit="members"
    )
    record_age_days = count(
        "days from the visible record's period_end to as_of; null for filter 1", nullable=True, unit="days"
    )
    statement_footing = text(
        "the record that was judged: quarter (latest balance sheet, trailing flows) or annual; null for "
        "filter 1 and without a record"
    )
    balance_sheet_date = date("end of the quarter or fiscal year of that record; null likewise")
    flows_end = date("end of the twelve months of its flows; null where they are unknown")
    is_interest_income_bounded = flag("filter 2: interest income is unknown; its upper bound passes")
    is_lease_unchecked = flag(
        "filter 2: the standard's treatment of leases cannot be applied to the source's debt"
    )
    is_operating_margin_used = flag("filter 4: no gross margin is known; the operating margin is used")
    vintage = text(
        "filter 2: YYYYMM of the vintage of the factors that the risk-free rate comes from; null for others"
    )
    is_vintage_later = flag(f"filter 2: {VINTAGE_LATER}; null for other filters", nullable=True)
    company_kind = text("kind of the company (core.members), which decides what it is asked; null if unknown")
    rules_not_asked = count("rules of the filter that cannot be asked of this kind of company", unit="rules")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def known_status(cls) -> pl.Expr:
        """A status is pass, fail, verify or not_applicable."""
        return pl.col("stand_alone_status").is_in(["pass", "fail", "verify", "not_applicable"])

    @dy.rule()
    def borderline_passes(cls) -> pl.Expr:
        """Only a pass can be borderline."""
        return ~pl.col("is_borderline") | (pl.col("stand_alone_status") == "pass")
