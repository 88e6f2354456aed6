"""The lists around each reconstitution, and its windows of whole months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.index.calendar import data_month_end, events_frame
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.reconstitutions import Reconstitution

BEFORE_RANK, TO_EFFECTIVE, ANNOUNCEMENT, ANNOUNCED, EFFECTIVE, AFTER = (
    "before_rank", "rank_to_effective", "announcement_month", "announcement_to_effective", "effective_month",
    "after_effective",
)  # fmt: skip
WINDOWS: Final = (BEFORE_RANK, TO_EFFECTIVE, ANNOUNCEMENT, ANNOUNCED, EFFECTIVE, AFTER)
WHOLE_MONTHS: Final = "whole_months"
_NEEDS: Final = {
    BEFORE_RANK: "rank_date",
    TO_EFFECTIVE: "rank_date",
    ANNOUNCEMENT: "announcement_date",
    ANNOUNCED: "announcement_date",
    EFFECTIVE: "effective_date",
    AFTER: "effective_date",
}
"""The day that a window is counted from; without it there is no window."""


def with_lists(
    events: Sequence[Reconstitution], members: pl.DataFrame, rules: EventStudyRules
) -> pl.DataFrame:
    """Find, for each event, the last list before its effective day and the first of the new index.

    Both are of one fund. Of several funds with both lists, the one whose lists are closest is taken.

    Parameters
    ----------
    events
        The calendar.
    members
        Rows of core.members: as_of, fund, snapshot_date. Events of other years are left out.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per event with a known effective day, sorted by it: the calendar's columns, previous_as_of,
        as_of, fund and lists_reason, which says why there is no usable pair of lists.
    """
    lists = members.select("as_of", "fund", "snapshot_date").unique("as_of").sort("as_of")
    years = lists["as_of"].dt.year().unique()
    own = (
        events_frame(events)
        .drop_nulls("effective_date")
        .filter(pl.col("effective_date").dt.year().is_in(years.implode()))
    )
    is_before = pl.col("snapshot_date") < pl.col("effective_date")
    is_after = (pl.col("snapshot_date") >= pl.col("first_list_date")) & (
        pl.col("as_of") >= pl.col("first_list_date")
    )
    pairs = (
        own.join(lists, how="cross")
        .group_by("event", "fund")
        .agg(
            pl.col("as_of").filter(is_before).max().alias("previous_as_of"),
            pl.col("as_of").filter(is_after).min().alias("as_of"),
        )
        .with_columns((pl.col("as_of") - pl.col("previous_as_of")).dt.total_days().alias("days"))
        .sort("event", "days", "fund", nulls_last=True)
        .unique("event", keep="first", maintain_order=True)
    )
    far = pl.format(
        "the lists of one fund around the effective day are {} days apart, more than {}",
        "days",
        pl.lit(rules.max_days_between_lists),
    )
    reason = (
        pl.when(pl.col("days").is_null())
        .then(pl.lit("no list of one fund on both sides of the effective day"))
        .when(pl.col("days") > rules.max_days_between_lists)
        .then(far)
    )
    return (
        own.join(pairs, on="event", how="left")
        .with_columns(reason.alias("lists_reason"))
        .drop("days")
        .sort("effective_date", "event")
    )


def windows(dated: pl.DataFrame, last_month: pl.Expr, rules: EventStudyRules) -> pl.DataFrame:
    """Lay out the windows of each event, in whole months.

    A window that begins after a day begins with the first month after the day's own, because that month has
    begun before it. A window that ends at the effective day ends with that day's month, which has at most
    five sessions more.

    Parameters
    ----------
    dated
        What `with_lists` returns.
    last_month
        The last month with returns.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per event and window: `window`, first_month, last_month, months, known_date and reason, which
        says why there is no window.
    """
    bounds = _bounds(rules)
    laid = pl.concat(
        dated.with_columns(
            pl.lit(window).alias("window"),
            pl.lit(_NEEDS[window].removesuffix("_date")).alias("needed"),
            pl.col(_NEEDS[window]).is_null().alias("is_undated"),
            first.alias("first_month"),
            last.alias("last_month"),
        )
        for window, (first, last) in bounds.items()
    )
    first, last = pl.col("first_month"), pl.col("last_month")
    counted = laid.with_columns(_months_between(first, last).alias("months"))
    known = pl.max_horizontal(last, _month_end(pl.col("as_of"), 1)).alias("known_date")
    dated_rows = counted.with_columns(known).with_columns(
        (pl.col("known_date") <= last_month).alias("is_known")
    )
    return dated_rows.with_columns(_reason().alias("reason"))


def _bounds(rules: EventStudyRules) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """Return the first and last month of each window."""
    rank, announced, effective = (pl.col(f"{day}_date") for day in ("rank", "announcement", "effective"))
    ranked = data_month_end("rank_date")
    in_effect = _month_end(effective, 0)
    return {
        BEFORE_RANK: (_month_end(ranked, 1 - rules.months_before), ranked),
        TO_EFFECTIVE: (_month_end(rank, 1), in_effect),
        ANNOUNCEMENT: (_month_end(announced, 0), _month_end(announced, 0)),
        ANNOUNCED: (_month_end(announced, 1), in_effect),
        EFFECTIVE: (in_effect, in_effect),
        AFTER: (_month_end(effective, 1), _month_end(effective, rules.months_after)),
    }


def _month_end(day: pl.Expr, months: int) -> pl.Expr:
    """Return the last day of the month that is so many months after a day's."""
    return day.dt.month_start().dt.offset_by(f"{months}mo").dt.month_end()


def _months_between(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Count the months from first to last, both included."""
    return 12 * (last.dt.year() - first.dt.year()) + last.dt.month() - first.dt.month() + 1


def _reason() -> pl.Expr:
    """Say why there is no window, or why it cannot be known yet."""
    return (
        pl.when(pl.col("is_undated"))
        .then(pl.format("no source names the {} day", "needed"))
        .when(pl.col("lists_reason").is_not_null())
        .then("lists_reason")
        .when(pl.col("months") < 1)
        .then(pl.lit("no whole month between the two days; daily prices would be needed"))
        .when(~pl.col("is_known").fill_null(False))
        .then(pl.format("known on {}, after the last month with returns", "known_date"))
    )
