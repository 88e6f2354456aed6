"""marts.reconstitution_effects: returns of additions less deletions around each reconstitution."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.index.calendar import events_frame
from smallcap.finance.index.membership import ADDED, REMOVED, membership_changes
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.index import ReconstitutionRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.index_changes import ReconstitutionEffects

TO_EFFECTIVE, AFTER = "rank_to_effective", "after_effective"
SPAN = ["event", "effective_date", "span"]
SIDES = {ADDED: "additions", REMOVED: "deletions"}


def reconstitution_effects(
    members: pl.DataFrame, returns: pl.DataFrame, events: Sequence[Reconstitution], rules: ReconstitutionRules
) -> pl.DataFrame:
    """Compare additions and deletions from the rank day to the effective day, and over the months after.

    Returns are of complete months: from the month after the rank day to that of the effective day. A company
    counts only with a return in every month of the span, so one acquired during the span does not.
    Companies are equally weighted.

    Parameters
    ----------
    members
        Rows of core.members; only events in years with members are evaluated.
    returns
        Rows of core.monthly_returns.
    events
        The calendar.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        Two rows per event with a known effective day, in the columns of marts.reconstitution_effects, sorted
        by day, event and span.
    """
    dated = _around(events_frame(events).drop_nulls("effective_date"), members)
    spans = _spans(dated, rules)
    moved = _moved(dated, members, rules)
    earned = _earned(spans, moved, returns)
    summed = _summed(spans, moved, earned)
    reason = _reason(rules)
    difference = pl.col("additions_return") - pl.col("deletions_return")
    estimated = summed.with_columns(reason.alias("reason")).with_columns(
        pl.when(pl.col("reason").is_null()).then(difference).alias("effect"),
        pl.when(pl.col("reason").is_null())
        .then((pl.col("additions_error2") + pl.col("deletions_error2")).sqrt())
        .alias("std_error"),
        pl.when(pl.col("reason").is_null())
        .then(pl.lit(ESTIMATED))
        .otherwise(pl.lit(INSUFFICIENT))
        .alias("status"),
    )
    return in_columns_of(without_nan(estimated), ReconstitutionEffects).sort(
        "effective_date", "event", "span"
    )


def _around(events: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Add to each event the latest list before its effective day, and the first at or after it."""
    dates = members.select("as_of").unique().sort("as_of")
    years = dates["as_of"].dt.year().unique()
    own = events.filter(pl.col("effective_date").dt.year().is_in(years.implode())).sort(
        "effective_date", "event"
    )
    before = own.join_asof(
        dates.rename({"as_of": "previous_as_of"}),
        left_on="effective_date",
        right_on="previous_as_of",
        allow_exact_matches=False,
        coalesce=False,
    )
    both = before.join_asof(
        dates, left_on="effective_date", right_on="as_of", strategy="forward", coalesce=False
    )
    return both.rename({"status": "event_status"})


def _spans(dated: pl.DataFrame, rules: ReconstitutionRules) -> pl.DataFrame:
    """Expand each event into its two spans of months."""
    to_effective = dated.with_columns(
        pl.lit(TO_EFFECTIVE).alias("span"),
        _months_later("rank_date", 1).alias("first_month"),
        pl.col("effective_date").dt.month_end().alias("last_month"),
    )
    after = dated.with_columns(
        pl.lit(AFTER).alias("span"),
        _months_later("effective_date", 1).alias("first_month"),
        _months_later("effective_date", rules.months_after).alias("last_month"),
    )
    first, last = pl.col("first_month").dt, pl.col("last_month").dt
    days_between_lists = (pl.col("as_of") - pl.col("previous_as_of")).dt.total_days()
    return pl.concat([to_effective, after]).with_columns(
        (12 * (last.year() - first.year()) + last.month()).sub(first.month()).add(1).alias("months"),
        (days_between_lists <= rules.max_days_between_lists).alias("is_near"),
    )


def _months_later(date: str, months: int) -> pl.Expr:
    """Return the last day of the month that is so many months after a date's."""
    return pl.col(date).dt.month_start().dt.offset_by(f"{months}mo").dt.month_end()


def _moved(dated: pl.DataFrame, members: pl.DataFrame, rules: ReconstitutionRules) -> pl.DataFrame:
    """Find additions and removals between the two lists of each event, if the lists are close enough."""
    apart = (pl.col("as_of") - pl.col("previous_as_of")).dt.total_days()
    pairs = dated.filter(apart <= rules.max_days_between_lists).select(
        "event", "effective_date", "as_of", "previous_as_of"
    )
    dates = pairs.select("as_of", "previous_as_of").unique()
    return pairs.join(membership_changes(members, dates, ["security_id"]), on=["as_of", "previous_as_of"])


def _earned(spans: pl.DataFrame, moved: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Compound the returns of each span for each company that has every month.

    Returns event, span, change, entity_id and total_return.
    """
    companies = spans.select(*SPAN, "first_month", "last_month", "months").join(
        moved, on=["event", "effective_date"]
    )
    months = companies.join(returns.select("security_id", "month", "total_return"), on="security_id").filter(
        pl.col("month").is_between(pl.col("first_month"), pl.col("last_month"))
    )
    whole = months.sort(*SPAN, "entity_id", "month").group_by(
        *SPAN, "change", "entity_id", "months", maintain_order=True
    )
    compounded = whole.agg(
        pl.len().alias("known"), ((1 + pl.col("total_return")).product() - 1).alias("total_return")
    )
    return compounded.filter(pl.col("known") == pl.col("months")).drop("known", "months")


def _summed(spans: pl.DataFrame, moved: pl.DataFrame, earned: pl.DataFrame) -> pl.DataFrame:
    """Add the counts, mean return and squared standard error of both sides."""
    summed = spans
    for change, side in SIDES.items():
        is_side = pl.col("change") == change
        listed = (
            moved.filter(is_side).group_by("event", "effective_date").agg(pl.len().cast(pl.Int64).alias(side))
        )
        with_returns = (
            earned.filter(is_side)
            .group_by(SPAN, maintain_order=True)
            .agg(
                pl.len().cast(pl.Int64).alias(f"{side}_with_returns"),
                pl.col("total_return").mean().alias(f"{side}_return"),
                (pl.col("total_return").var(ddof=1) / pl.len()).alias(f"{side}_error2"),
            )
        )
        summed = summed.join(listed, on=["event", "effective_date"], how="left").join(
            with_returns, on=SPAN, how="left"
        )
        summed = summed.with_columns(pl.col(side, f"{side}_with_returns").fill_null(0))
    return summed


def _reason(rules: ReconstitutionRules) -> pl.Expr:
    fewest = pl.min_horizontal("additions_with_returns", "deletions_with_returns")
    return (
        pl.when(pl.col("rank_date").is_null())
        .then(pl.lit("the rank day is not known"))
        .when(pl.col("previous_as_of").is_null() | pl.col("as_of").is_null())
        .then(pl.lit("no list on one side of the effective day"))
        .when(~pl.col("is_near"))
        .then(
            pl.format(
                "the lists around the effective day are more than {} days apart",
                pl.lit(rules.max_days_between_lists),
            )
        )
        .when(fewest < rules.min_names)
        .then(pl.format("{} names with returns on one side, {} are needed", fewest, pl.lit(rules.min_names)))
    )
