"""The tables of the seven filters and the three lenses, in core and marts. Names of columns here are built upon by others and stay."""

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

FILTER_NUMBER = (
    "place in the strict order: 1 business, 2 shariah, 3 balance_sheet, 4 income, 5 cash_flow, 6 value"
)


class FilterEvaluations(dy.Schema):
    """One row per as_of, member and filter 1 to 6, each evaluated on its own."""

    year = year(AS_OF_YEAR)
    as_of = key_date("the date the question is asked about")
    entity_id = key_id("the company, ours")
    filter_number = dy.Int64(primary_key=True, min=1, max=6, description=FILTER_NUMBER)
    filter_name = text("business, shariah, balance_sheet, income, cash_flow or value", nullable=False)
    stand_alone_status = text(
        "the filter's verdict by itself: pass, fail, or verify where there is not enough data", nullable=False
    )
    measure = text("what value, threshold and headroom are of: the rule of the filter that decided")
    value = ratio(
        "the company's figure; a fraction, a multiple or a count of years, as measure says", unit="as measure"
    )
    threshold = ratio("the limit that value is held against", unit="as measure")
    headroom = ratio("distance of value to the threshold, positive inside", unit="as measure")
    is_borderline = flag("passes, but close to a threshold")
    reason = text("the verdict in plain words", nullable=False)
    debt_to_market_cap = ratio("filter 2: interest-bearing debt over the standard's market value")
    cash_to_market_cap = ratio("filter 2: cash and short-term investments over it, where the standard asks")
    interest_income_to_revenue = ratio(
        "filter 2: interest income, or the bound or floor of it that decided, over revenue"
    )
    least_net_margin = ratio("filter 4: the lowest net margin of the years")
    net_income_growth_over_years = ratio("filter 4: net income over that of the first of the years, less one")
    margin_slope = ratio(
        "filter 4: least-squares slope of the gross margin (else of the operating margin)",
        unit="fraction per year",
    )
    least_operating_margin = ratio("filter 4: the lowest operating margin of the years")
    years_without_cash_backing = number(
        "filter 4: years whose operating cash flow does not back net income", "fiscal years"
    )
    cash_conversion_over_years = ratio(
        "filters 4 and 5: operating cash flow over net income, sums of the years", unit="multiple"
    )
    least_operating_cash_flow_to_assets = ratio(
        "filter 5: the lowest operating cash flow over total assets of the years"
    )
    years_without_free_cash_flow = number("filter 5: years without positive free cash flow", "fiscal years")
    years_used = count(
        "consecutive fiscal years that filters 4 and 5 looked at", nullable=True, unit="fiscal years"
    )
    universe_members = count(
        "companies behind the threshold, where it is taken from the universe", nullable=True, unit="members"
    )
    record_age_days = count(
        "days from the visible record's period_end to as_of; null for filter 1", nullable=True, unit="days"
    )
    is_interest_income_bounded = flag("interest income is unknown; its upper bound passes (filter 2)")
    is_lease_unchecked = flag(
        "the standard asks for leases to be treated in a way that the source's debt does not show (filter 2)"
    )
    is_operating_margin_used = flag("no gross margin is known; the operating margin stands in (filter 4)")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def known_status(cls) -> pl.Expr:
        """A status is one of three."""
        return pl.col("stand_alone_status").is_in(["pass", "fail", "verify"])

    @dy.rule()
    def borderline_passes(cls) -> pl.Expr:
        """Only a pass can be borderline."""
        return ~pl.col("is_borderline") | (pl.col("stand_alone_status") == "pass")


class FunnelOutcomes(dy.Schema):
    """One row per as_of, member and filter 1 to 6 in strict order: a fail stops, what comes after is not reached."""

    year = year(AS_OF_YEAR)
    as_of = key_date("the date the question is asked about")
    entity_id = key_id("the company, ours")
    ticker = text("the symbol of the company's largest line", nullable=False)
    filter_number = dy.Int64(primary_key=True, min=1, max=6, description=FILTER_NUMBER)
    filter_name = text("business, shariah, balance_sheet, income, cash_flow or value", nullable=False)
    status = text("pass, fail, verify, or not_reached after a fail", nullable=False)
    stand_alone_status = text("the filter's verdict by itself: pass, fail or verify", nullable=False)
    measure = text("what value, threshold and headroom are of")
    value = ratio("the company's figure", unit="as measure")
    threshold = ratio("the limit that value is held against", unit="as measure")
    headroom = ratio("distance of value to the threshold, positive inside", unit="as measure")
    is_borderline = flag("passes, but close to a threshold")
    reason = text("the verdict in plain words", nullable=False)
    outcome = text(
        "of the company, on each of its rows: survivor (all pass), survivor_unverified (no fail, "
        "verify in filters 1 and 2 alone),"
        " undetermined (no fail, verify in 3 to 6) or failed",
        nullable=False,
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def known_status(cls) -> pl.Expr:
        """A status is one of four, and equals the stand-alone status wherever the filter is reached."""
        return (pl.col("status") == "not_reached") | (pl.col("status") == pl.col("stand_alone_status"))

    @dy.rule()
    def known_outcome(cls) -> pl.Expr:
        """An outcome is one of four."""
        return pl.col("outcome").is_in(["survivor", "survivor_unverified", "undetermined", "failed"])


class FunnelSummary(dy.Schema):
    """One row per as_of and filter: how many companies entered it, and what became of them."""

    year = year(AS_OF_YEAR)
    as_of = key_date("the date the question is asked about")
    filter_number = dy.Int64(
        primary_key=True, min=1, max=7, description=f"{FILTER_NUMBER}, 7 factor_validation"
    )
    filter_name = text("name of the filter", nullable=False)
    members = count("members at as_of", unit="members")
    entered = count("of those, not failed by an earlier filter", unit="members")
    passed = count("of those that entered, passed", unit="members")
    failed = count("of those that entered, failed", unit="members")
    verify = count("of those that entered, to be verified for want of data", unit="members")
    not_reached = count("members that an earlier filter failed", unit="members")
    borderline = count("of those that passed, close to a threshold", unit="members")
    left = count("members that no filter up to this one failed", unit="members")
    left_verified = count("of those, passed by every filter up to this one", unit="members")
    stand_alone_passed = count("members that the filter by itself passes", unit="members")
    stand_alone_failed = count("members that the filter by itself fails", unit="members")
    stand_alone_verify = count("members that the filter by itself cannot judge", unit="members")
    outcome_survivor = count(
        "members whose outcome is survivor; the same on every filter's row", unit="members"
    )
    outcome_survivor_unverified = count("members whose outcome is survivor_unverified", unit="members")
    outcome_undetermined = count("members whose outcome is undetermined", unit="members")
    outcome_failed = count("members whose outcome is failed", unit="members")

    @dy.rule()
    def statuses_add_up(cls) -> pl.Expr:
        """Every member is counted once."""
        return pl.col("passed") + pl.col("failed") + pl.col("verify") + pl.col("not_reached") == pl.col(
            "members"
        )


class StatementLenses(dy.Schema):
    """One row per as_of, member and item of the three statements: its value, what an analyst would like to see, and whether it is so."""

    year = year(AS_OF_YEAR)
    as_of = key_date("the date the question is asked about")
    entity_id = key_id("the company, ours")
    statement = key_text("balance_sheet, cash_flow or income")
    item = key_text("what is looked at; six per statement")
    value = ratio("the company's figure", unit="as item")
    preference = text("what an analyst would like to see, in words", nullable=False)
    threshold = ratio("the number in the preference; null where there is none", unit="as item")
    verdict = text("met, missed or unknown", nullable=False)
    reason = text("why the verdict is unknown, in plain words; null where it is known")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def unknown_is_explained(cls) -> pl.Expr:
        """An unknown verdict has a reason, a known one has none."""
        return (pl.col("verdict") == "unknown") == pl.col("reason").is_not_null()


class ScreenChanges(dy.Schema):
    """One row per as_of and company that entered or left the survivors since the as_of before, with the input that caused it."""

    year = year(AS_OF_YEAR)
    as_of = key_date("the date the question is asked about")
    entity_id = key_id("the company, ours")
    previous_as_of = date("the as_of before", nullable=False)
    ticker = text("the symbol of the company's largest line", nullable=False)
    change = text("entered or left the survivors (survivor and survivor_unverified)", nullable=False)
    outcome_from = text("outcome at previous_as_of; null where it was no member")
    outcome_to = text("outcome at as_of; null where it is no member")
    filter_number = dy.Int64(
        nullable=True, min=1, max=6, description="the filter that decided; null where membership did"
    )
    filter_name = text("name of that filter")
    status_from = text("the filter's verdict at previous_as_of")
    status_to = text("the filter's verdict at as_of")
    measure = text("what the values are of: the rule of the filter that decided")
    value_from = ratio("the company's figure at previous_as_of", unit="as measure")
    value_to = ratio("the company's figure at as_of", unit="as measure")
    threshold_from = ratio("the limit at previous_as_of", unit="as measure")
    threshold_to = ratio("the limit at as_of", unit="as measure")
    cause = text(
        "membership, going_stale, new_filing, restatement, price_move, universe_median or rule",
        nullable=False,
    )
    reason = text(
        "the filter's verdict in plain words: of as_of for a company that left, of previous_as_of "
        "for one that entered"
    )


class MetricDifferences(dy.Schema):
    """One row per ratio that a vendor serves ready-made and we compute too: both, and whether they agree."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("the company, ours")
    period_end = key_date("end of the fiscal year")
    source = key_text("the vendor")
    metric = key_text("roe, debt_to_assets, fcf_margin, interest_coverage or altman_z_score")
    available_date = date("when the vendor's row became known", nullable=False)
    served = ratio("as the vendor serves it", unit="as metric")
    computed = ratio("as we compute it", unit="as metric")
    difference = ratio("served less computed", unit="as metric")
    tolerance = ratio("the difference that is let pass", unit="as metric")
    status = text("agrees, differs, only_served or only_computed", nullable=False)
    market_cap_usd = usd("market value at period_end behind altman_z_score, the vendor's own")
    rule_set = text("name and version of the rule set", nullable=False)
