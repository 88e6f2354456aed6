"""The reconstitution calendar at a date: the rank day that applies and the event expected."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.reconstitutions import Reconstitution

DATES = ("rank_date", "effective_date", "effective_month_end")


def events_frame(events: Sequence[Reconstitution]) -> pl.DataFrame:
    """Return the events as a frame with columns event, the dates, status and source."""
    schema = {"event": pl.String, **dict.fromkeys(DATES, pl.Date), "status": pl.String, "source": pl.String}
    rows = [
        (e.event, e.rank_date, e.effective_day, e.effective_month_end, e.status, e.source) for e in events
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
    return asked.with_columns(pl.col("rank_date").dt.month_end().alias("rank_as_of"))


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
