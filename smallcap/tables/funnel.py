"""The tables of the funnel of the seven filters. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    flag,
    key_date,
    key_id,
    ratio,
    text,
    year,
)
from smallcap.tables.factor_regressions import VINTAGE_LATER
from smallcap.tables.filter_evaluations import FILTER_NUMBER


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
