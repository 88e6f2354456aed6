"""The reconstitution calendar at a date: the rank day, the event expected, and lists not yet settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.reconstitutions import Reconstitution

DATES = ("rank_date", "announcement_date", "effective_date", "effective_month_end", "first_list_date")
TEXTS = ("rank_status", "status", "source")
SUPERSEDED = "superseded"
FRIDAY = 5
_MEMORIAL_DAYS = [
    next(day for day in (dt.date(year, 5, 31 - back) for back in range(7)) if day.weekday() == 0)
    for year in range(2000, 2060)
]


def events_frame(events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Return the events that are not superseded: event, the dates, and where they come from."""
    schema = {"event": pl.String, **dict.fromkeys(DATES, pl.Date), **dict.fromkeys(TEXTS, pl.String)}
    rows = [
        (
            *(e.event, e.rank_date, e.announcement_date, e.effective_day, e.effective_month_end),
            *(e.first_list_date, e.rank_status, e.status, e.source),
        )
        for e in events
        if e.status != SUPERSEDED
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_rank_day(dates: pl.DataFrame, events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Add to each as_of the latest rank day at or before it, and the month end that holds its data.

    Parameters
    ----------
    dates
        Rows with `as_of`.
    events
        The calendar.

    Returns
    -------
    pl.DataFrame
        The rows sorted by as_of, with `rank_date` and `rank_as_of`; null before the first event.
    """
    ranked = events_frame(events).drop_nulls("rank_date").select("rank_date").unique().sort("rank_date")
    asked = dates.sort("as_of").join_asof(ranked, left_on="as_of", right_on="rank_date", coalesce=False)
    return asked.with_columns(data_month_end("rank_date").alias("rank_as_of"))


def data_month_end(date: str) -> pl.Expr:
    """Return the month end whose closes are those of a day or of the latest sessions before it.

    It is that of the day's own month if no session of the month follows: no weekday but Memorial Day, the
    last Monday of May. Otherwise it is that of the month before.
    """
    day = pl.col(date)
    month_end = day.dt.month_end()
    further = pl.business_day_count(day, month_end.dt.offset_by("1d"), holidays=_MEMORIAL_DAYS) - (
        day.dt.weekday() <= FRIDAY
    ).cast(pl.Int32)
    return pl.when(further <= 0).then(month_end).otherwise(day.dt.month_start().dt.offset_by("-1d"))


def settled_rows(rows: pl.DataFrame, lists: pl.DataFrame, events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Leave out the rows of dates whose list may still be that of the index before a reconstitution.

    Parameters
    ----------
    rows
        Rows with `as_of`.
    lists
        Rows with `as_of` and `snapshot_date`.
    events
        The calendar.

    Returns
    -------
    pl.DataFrame
        The other rows, in their order.
    """
    dates = with_pending(lists.select("as_of", "snapshot_date").unique("as_of"), events)
    return rows.join(dates.filter("is_reconstitution_pending"), on="as_of", how="anti", maintain_order="left")


def with_pending(lists: pl.DataFrame, events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Add `is_reconstitution_pending`: the list may still be that of the index before a reconstitution.

    It is so from the effective day on, for a list dated before the second session after it.

    Parameters
    ----------
    lists
        Rows with `as_of` and `snapshot_date`, one per as_of.
    events
        The calendar.

    Returns
    -------
    pl.DataFrame
        The rows sorted by as_of.
    """
    settled = (
        events_frame(events)
        .drop_nulls(["effective_date", "first_list_date"])
        .select("effective_date", "first_list_date")
        .unique()
        .sort("effective_date")
    )
    latest = lists.sort("as_of").join_asof(
        settled, left_on="as_of", right_on="effective_date", coalesce=False
    )
    is_pending = (pl.col("snapshot_date") < pl.col("first_list_date")).fill_null(False)
    return latest.with_columns(is_pending.alias("is_reconstitution_pending")).drop(
        "effective_date", "first_list_date"
    )


def with_expected_event(dates: pl.DataFrame, events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Add the events effective after `previous_as_of` and up to `as_of`, and the rank day of the last one.

    An event of which only the month is known is expected by the end of that month.

    Parameters
    ----------
    dates
        Rows with `as_of` and `previous_as_of`.
    events
        The calendar.

    Returns
    -------
    pl.DataFrame
        The rows sorted by as_of, with `expected_event` (names joined by a semicolon) and `event_rank_date`;
        null if none is expected.
    """
    calendar = events_frame(events).with_columns(
        pl.coalesce("effective_date", "effective_month_end").alias("expected_date")
    )
    is_between = (pl.col("previous_as_of") < pl.col("expected_date")) & (
        pl.col("expected_date") <= pl.col("as_of")
    )
    expected = (
        dates.join(calendar, how="cross")
        .filter(is_between)
        .sort("as_of", "expected_date", "event")
        .group_by("as_of", maintain_order=True)
        .agg(
            pl.col("event").unique(maintain_order=True).str.join("; ").alias("expected_event"),
            pl.col("rank_date").last().alias("event_rank_date"),
        )
    )
    return dates.join(expected, on="as_of", how="left").sort("as_of")
