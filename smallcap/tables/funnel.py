"""The tables of the seven filters and the three lenses. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    KNOWN_YEAR,
    count,
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
from smallcap.tables.factors import VINTAGE_LATER

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


class FunnelOutcomes(dy.Schema):
    """One row per as_of, member and filter 1 to 6 in strict order; filters after a fail are not reached."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    ticker = text("ticker of the company's largest line", nullable=False)
    filter_number = dy.Int64(primary_key=True, min=1, max=6, description=FILTER_NUMBER)
    filter_name = text("business, shariah, balance_sheet, income, cash_flow or value", nullable=False)
    status = text("pass, fail, verify, not_applicable, or not_reached after a fail", nullable=False)
    stand_alone_status = text(
        "the filter's own verdict: pass, fail, verify or not_applicable", nullable=False
    )
    measure = text("the rule of the filter that decided, to which value, threshold and headroom refer")
    value = ratio("the company's figure", unit="as measure")
    threshold = ratio("threshold compared with value", unit="as measure")
    headroom = ratio("distance of value from the threshold, positive on the passing side", unit="as measure")
    is_borderline = flag("passes, but close to a threshold")
    reason = text("the verdict in words", nullable=False)
    outcome = text(
        "outcome of the company, on each of its rows: survivor (all pass), survivor_unverified (no fail, "
        "verify only in filters 1 and 2), undetermined (no fail, verify or not_applicable in 3 to 6) or "
        "failed",
        nullable=False,
    )
    is_vintage_later = flag(f"filter 2, on which the outcome rests: {VINTAGE_LATER}", nullable=True)
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def known_status(cls) -> pl.Expr:
        """A status is not_reached or equals the stand-alone status."""
        return (pl.col("status") == "not_reached") | (pl.col("status") == pl.col("stand_alone_status"))

    @dy.rule()
    def known_outcome(cls) -> pl.Expr:
        """An outcome is survivor, survivor_unverified, undetermined or failed."""
        return pl.col("outcome").is_in(["survivor", "survivor_unverified", "undetermined", "failed"])


class FunnelSummary(dy.Schema):
    """One row per as_of and filter: the number of companies that entered it, and their statuses."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    filter_number = dy.Int64(
        primary_key=True, min=1, max=7, description=f"{FILTER_NUMBER}, 7 factor_validation"
    )
    filter_name = text("name of the filter", nullable=False)
    members = count("members at as_of", unit="members")
    entered = count("members that did not fail an earlier filter", unit="members")
    passed = count("of those that entered, status pass", unit="members")
    failed = count("of those that entered, status fail", unit="members")
    verify = count("of those that entered, status verify, because data are missing", unit="members")
    not_reached = count("members that failed an earlier filter", unit="members")
    borderline = count("of those that passed, close to a threshold", unit="members")
    left = count("members that failed neither this filter nor an earlier one", unit="members")
    left_verified = count("members that passed this filter and all earlier ones", unit="members")
    stand_alone_passed = count("members with stand-alone status pass", unit="members")
    stand_alone_failed = count("members with stand-alone status fail", unit="members")
    stand_alone_verify = count("members with stand-alone status verify", unit="members")
    not_applicable = count(
        "of those that entered, status not_applicable: it cannot be asked of them", unit="members"
    )
    stand_alone_not_applicable = count("members with stand-alone status not_applicable", unit="members")
    outcome_survivor = count("members with outcome survivor; the same on every filter's row", unit="members")
    outcome_survivor_unverified = count("members with outcome survivor_unverified", unit="members")
    outcome_undetermined = count("members with outcome undetermined", unit="members")
    outcome_failed = count("members with outcome failed", unit="members")
    vintage = text("filter 7: vintage of the factors that the book is regressed on; null for other filters")
    is_vintage_later = flag(f"filter 7: {VINTAGE_LATER}; null for other filters", nullable=True)

    @dy.rule()
    def statuses_add_up(cls) -> pl.Expr:
        """Every member is counted in exactly one status."""
        counts = ("passed", "failed", "verify", "not_applicable", "not_reached")
        return pl.sum_horizontal(counts) == pl.col("members")


class StatementLenses(dy.Schema):
    """One row per as_of, member and statement item: its value, an analyst's preference and the verdict."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    statement = key_text("balance_sheet, cash_flow or income")
    item = key_text("name of the item; six per statement")
    value = ratio("the company's figure", unit="as item")
    preference = text("what an analyst would prefer, in words", nullable=False)
    threshold = ratio("the number in the preference; null if there is none", unit="as item")
    verdict = text(
        "met, missed, unknown, or not_applicable if the item says nothing of this kind of company",
        nullable=False,
    )
    reason = text("why the verdict is unknown or the item not applicable, in words; null if it is known")
    statement_footing = text("the record of the figure: quarter or annual; null without a record")
    balance_sheet_date = date("end of the quarter or fiscal year of that record")
    flows_end = date("end of the twelve months of its flows; null where they are unknown")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def unknown_is_explained(cls) -> pl.Expr:
        """A row has a reason if and only if the verdict is unknown or not applicable."""
        return pl.col("verdict").is_in(["unknown", "not_applicable"]) == pl.col("reason").is_not_null()


class ScreenChanges(dy.Schema):
    """One row per as_of and company that entered or left the survivors since the previous date, and why."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    previous_as_of = date("the previous as_of", nullable=False)
    ticker = text("ticker of the company's largest line", nullable=False)
    change = text("entered or left the survivors (survivor and survivor_unverified)", nullable=False)
    outcome_from = text("outcome at previous_as_of; null if not a member")
    outcome_to = text("outcome at as_of; null if not a member")
    filter_number = dy.Int64(
        nullable=True, min=1, max=6, description="the filter that decided; null if membership decided"
    )
    filter_name = text("name of that filter")
    status_from = text("the filter's verdict at previous_as_of")
    status_to = text("the filter's verdict at as_of")
    measure = text("the rule of the filter that decided, to which the values refer")
    value_from = ratio("the company's figure at previous_as_of", unit="as measure")
    value_to = ratio("the company's figure at as_of", unit="as measure")
    threshold_from = ratio("the threshold at previous_as_of", unit="as measure")
    threshold_to = ratio("the threshold at as_of", unit="as measure")
    cause = text(
        "membership, going_stale, new_filing, restatement, price_move, universe_median or rule",
        nullable=False,
    )
    reason = text(
        "the filter's verdict in words: at as_of for a company that left, at previous_as_of for one that "
        "entered"
    )
    explanation = text(
        "the figure before and after, and the report that brought it; null where no report decided"
    )
    is_vintage_later = flag(
        f"filter 2 at as_of or at previous_as_of, on which the outcomes rest: {VINTAGE_LATER}", nullable=True
    )


class MetricDifferences(dy.Schema):
    """One row per ratio that a vendor serves and we also compute: both values, and whether they agree."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year")
    source = key_text("the vendor")
    metric = key_text("roe, debt_to_assets, fcf_margin, interest_coverage or altman_z_score")
    available_date = date("when the vendor's row became known", nullable=False)
    served = ratio("the vendor's value", unit="as metric")
    computed = ratio("our value", unit="as metric")
    difference = ratio("served less computed", unit="as metric")
    tolerance = ratio("the largest difference that counts as agreement", unit="as metric")
    status = text("agrees, differs, only_served or only_computed", nullable=False)
    market_cap_usd = usd("the vendor's market value at period_end, used in altman_z_score")
    rule_set = text("name and version of the rule set", nullable=False)
