"""The tables of the event study of reconstitutions: each event, and all events pooled."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, flag, key_date, key_text, number, ratio, text

GROUP = (
    "additions: all of from_above, from_below, new_listing, addition_unknown; deletions: all of graduated, "
    "too_small, acquired, failed, deletion_unknown; additions_less_deletions"
)
WINDOW = (
    "before_rank, rank_to_effective, announcement_month, announcement_to_effective, effective_month or "
    "after_effective"
)
ADJUSTMENT = (
    "none; index: less the index's return; five_factor: less loadings times factors, for a name without "
    "loadings less the index's return"
)
ESTIMATED_OR_NOT = "estimated or insufficient"


class ReconstitutionEvents(dy.Schema):
    """One row per reconstitution, group of companies, window and adjustment: the mean of the group's names.

    Returns of months after the event, and causes that later prices tell: known from known_date on.
    """

    event = key_text("the reconstitution")
    group = key_text(GROUP)
    window = key_text(WINDOW)
    adjustment = key_text(ADJUSTMENT)
    effective_date = date("day after whose close the new index applies", nullable=False)
    rank_date = date("rank day; null if no source names it")
    is_rank_date_unconfirmed = flag("the rank day is inferred from other years", nullable=True)
    announcement_date = date("day of the first lists of additions and deletions; null if no source names it")
    fund = text("the fund whose lists are compared; null if they are of the index itself or name no fund")
    previous_as_of = date("date of the last list before the effective day")
    as_of = date("date of the first list of the new index")
    window_basis = text(
        "whole_months: month-end prices alone are known, so a window is made of whole months", nullable=False
    )
    first_month = date("first month of the window")
    last_month = date("last month of the window")
    known_date = date("day from which the row can be known: its months are over and its causes can be told")
    is_known = flag(
        "known_date is not after the last month with returns; null if there is no window", nullable=True
    )
    names = count("companies of the group", unit="companies")
    names_with_returns = count(
        "those with a return in at least one month: they are in the mean", unit="companies"
    )
    names_incomplete = count(
        "those of them without a return in some month, most because they stopped: they count with the months "
        "that are known",
        unit="companies",
    )
    names_with_loadings = count("those of them with loadings and factors in these months", unit="companies")
    mean_return = ratio("mean over the names of the return over the window, after the adjustment")
    index_return = ratio("return of the index over the window")
    index_weight_covered = ratio("least share of the index's weight with a return, over the months", min=0)
    is_index_survivors_only = flag(
        "more of the index's weight has no return than the rule set allows", nullable=True
    )
    factor_vintage = text("YYYYMM of the factors; null if there are none")
    turnover = ratio(
        "half the sum of the weights added and removed; only for additions_less_deletions", min=0, max=1
    )
    fund_cost = ratio(
        "turnover x mean_return: what a fund lost that bought the additions and sold the deletions at the "
        "window's end and not at its beginning; only for additions_less_deletions, adjusted"
    )
    status = text(ESTIMATED_OR_NOT, nullable=False)
    reason = text("why there is no number; null if there is")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A mean that was not estimated has a reason and no number."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("mean_return").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )

    @dy.rule()
    def counts_are_nested(cls) -> pl.Expr:
        """Names with returns are among the names, and incomplete ones among those."""
        return (pl.col("names_with_returns") <= pl.col("names")) & (
            pl.col("names_incomplete") <= pl.col("names_with_returns")
        )


class ReconstitutionPooled(dy.Schema):
    """One row per reconstitution, group, window, adjustment and measure: the mean over the events up to it.

    Each event is one observation. A row does not change with later events.
    """

    through_effective_date = key_date("effective day of the last event that may count")
    group = key_text(GROUP)
    window = key_text(WINDOW)
    adjustment = key_text(ADJUSTMENT)
    measure = key_text("mean_return, or fund_cost for additions_less_deletions")
    events = count("events with an estimate", unit="events")
    names = count("names of these events, each event's own", unit="companies")
    unconfirmed_events = count("of the events, those whose rank day is inferred", unit="events")
    first_effective_date = date("effective day of the first of the events")
    last_effective_date = date("effective day of the last")
    known_date = date("day from which the row can be known")
    estimate = number("mean over the events", "fraction")
    std_error = number("standard deviation of the events over the root of their number", "fraction", min=0)
    t_stat = number("estimate over std_error", "ratio")
    p_value = number("two-sided, Student's t with events less 1", "probability", min=0, max=1)
    ci_low = number("lower end of the interval", "fraction")
    ci_high = number("upper end of the interval", "fraction")
    status = text(ESTIMATED_OR_NOT, nullable=False)
    reason = text("why there is no number; null if there is")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A mean that was not estimated has a reason and no number."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("estimate").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )
