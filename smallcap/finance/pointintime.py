"""The visibility rule: when a figure became known, and which record was visible at a date.

Among the records of a company with ``available_date <= horizon`` the visible one has the latest
``period_end``, then the latest ``available_date``. A late restatement of an old year is therefore never
visible in place of a newer year.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.day_range import DayRange

DAYS_PER_YEAR = 365.25
DAYS = 2**31
"""More than any date is away from 1970."""


def available_dates(rows: pl.DataFrame, sessions: pl.Series, assumed_lag_days: int) -> pl.DataFrame:
    """Add to each row the first day on which its figures could be known.

    Parameters
    ----------
    rows
        Rows with the dates `filing_date` (nullable) and `period_end`.
    sessions
        Trading days, ascending. For a filing date outside their range the next calendar day is used.
    assumed_lag_days
        Days after `period_end` at which a row without a filing date is taken as known.

    Returns
    -------
    pl.DataFrame
        The rows with `available_date`, the first session strictly after the filing date, and
        `is_available_date_assumed`.
    """
    filed = rows["filing_date"]
    calendar = sessions.cast(pl.Date)
    next_session = (
        calendar.gather(calendar.search_sorted(filed, side="right"), null_on_oob=True)
        if len(calendar)
        else filed.clear(len(filed))
    )
    is_inside = pl.col("filing_date") >= calendar.min()
    return rows.with_columns(
        pl.when(pl.col("filing_date").is_null())
        .then(pl.col("period_end").dt.offset_by(f"{assumed_lag_days}d"))
        .when(is_inside & next_session.is_not_null())
        .then(next_session)
        .otherwise(pl.col("filing_date").dt.offset_by("1d"))
        .alias("available_date"),
        pl.col("filing_date").is_null().alias("is_available_date_assumed"),
    )


def visible(records: pl.DataFrame, questions: pl.DataFrame, horizon: str = "as_of") -> pl.DataFrame:
    """Join to each question the record of its company that was visible at the horizon.

    Parameters
    ----------
    records
        Rows with `entity_id`, `period_end`, `available_date`; `version` and `source`, where present, break
        ties.
    questions
        Rows with `entity_id` and the date column `horizon`.
    horizon
        Name of the date up to which a record may have become known.

    Returns
    -------
    pl.DataFrame
        Every question once, in order, with the record's columns; null if nothing was visible. A column that
        both frames have keeps the question's values.
    """
    own = [name for name in records.columns if name not in questions.columns]
    return questions.hstack(take(records.select(own), visible_rows(records, questions, horizon)))


def visible_rows(records: pl.DataFrame, questions: pl.DataFrame, horizon: str = "as_of") -> pl.Series:
    """Return the row number in `records` of each question's visible record; null if there is none.

    Parameters are as for `visible`.
    """
    asked = questions.select("entity_id", pl.col(horizon).alias("horizon"))
    is_in_order = asked["horizon"].is_sorted()
    ordered = asked if is_in_order else asked.with_row_index("question").sort("horizon")
    seen = ordered.join_asof(
        _front(records), left_on="horizon", right_on="available_date", by="entity_id", check_sortedness=False
    )
    return (seen if is_in_order else seen.sort("question"))["record"]


def _front(records: pl.DataFrame) -> pl.DataFrame:
    """List the records that are ever visible, in the order in which they became known."""
    ties = _ties(records)
    # A record without a date never became known, and must not hide those that did.
    ordered = (
        records.select("entity_id", "available_date", "period_end", *ties)
        .with_row_index("record")
        .drop_nulls("available_date")
        .sort("entity_id", "available_date", "period_end", *_restated_last(ties), *ties)
    )
    # The place of a later company is always greater, so one running maximum over all rows restarts with each
    # company: far cheaper than one window per company. Among records of one period the order decides.
    period = pl.col("period_end").to_physical().cast(pl.Int64).fill_null(-DAYS)
    place = pl.col("entity_id").rle_id().cast(pl.Int64) * (2 * DAYS) + period
    is_last_of_day = pl.any_horizontal(
        pl.col(name) != pl.col(name).shift(-1) for name in ("entity_id", "available_date")
    )
    return (
        # Only a record that ranks above everything known before it is ever visible.
        ordered.filter(place == place.cum_max())
        .filter(is_last_of_day.fill_null(True))
        .select("entity_id", "available_date", "record")
        .sort("available_date")
    )


def take(rows: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Take rows by number; a null number gives a row of nulls."""
    if rows.is_empty():
        return rows.clear(len(numbers))
    if not numbers.null_count():
        return rows.select(pl.all().gather(numbers))
    # Masking what was gathered takes half the time of gathering by numbers with nulls.
    is_there, numbers = numbers.is_not_null(), numbers.fill_null(0)
    return rows.select(pl.when(is_there).then(pl.all().gather(numbers)))


def is_stale(period_end: str | pl.Expr, as_of: str | pl.Expr, months: int) -> pl.Expr:
    """Whether `period_end` is more than `months` calendar months before `as_of`; null if either is null.

    The months are counted back from `as_of`, so a period that ended exactly `months` months before is not
    stale.
    """
    return _expression(period_end) < _expression(as_of).dt.offset_by(f"-{months}mo")


def visible_history(
    records: pl.DataFrame, years_back: int, prior_year: DayRange, asked: pl.Series | None = None
) -> pl.DataFrame:
    """Find, for each record of a year or quarter, the records of earlier years as known when it became known.

    Parameters
    ----------
    records
        As for `visible`.
    years_back
        Number of years to look back.
    prior_year
        Range of days between a record's `period_end` and that of the year before; each further year back adds
        365.25 days.
    asked
        For each record whether it is asked about; None for all.

    Returns
    -------
    pl.DataFrame
        One row per record and earlier year that was known: `record` and `prior`, row numbers in `records`,
        and `years_back`, 1 for the year before.
    """
    ordered = by_standing(records)
    apart = years_apart(pl.col("period_end"), pl.col("period_end_prior"), prior_year)
    questions = ordered if asked is None else ordered.filter(asked.gather(ordered["row"]))
    known = (
        questions.join(ordered, on="entity_id", suffix="_prior")
        .filter(pl.col("available_date_prior") <= pl.col("available_date"))
        .with_columns(apart.alias("years_back"))
        .filter(pl.col("years_back").is_between(1, years_back))
    )
    newest = known.group_by("standing", "years_back").agg(pl.col("standing_prior").max())
    rows = ordered["row"]
    return newest.select(
        rows.gather(newest["standing"]).alias("record"),
        "years_back",
        rows.gather(newest["standing_prior"]).alias("prior"),
    ).sort("record", "years_back")


def years_apart(later: pl.Expr, earlier: pl.Expr, prior_year: DayRange) -> pl.Expr:
    """Return the number of fiscal years between two period ends; null if it is not an integer.

    The distance of n years is accepted if it is within the `prior_year` range plus n - 1 years of 365.25
    days. The same day gives 0.
    """
    days = (later - earlier).dt.total_days()
    years = (days / DAYS_PER_YEAR).round().cast(pl.Int64)
    days_to_prior_year = days - ((years - 1) * DAYS_PER_YEAR).round()
    is_whole = (days == 0) | (
        (years > 0) & days_to_prior_year.is_between(prior_year.min_days, prior_year.max_days)
    )
    return pl.when(is_whole).then(years)


def by_standing(records: pl.DataFrame) -> pl.DataFrame:
    """Rank the records by `standing`: of a company's known records the one with the highest is visible.

    The order is total: `period_end`, then `available_date`, then restated versions above others, then version
    and source by name.
    """
    ties = _ties(records)
    return (
        records.select("entity_id", "period_end", "available_date", *ties)
        .with_row_index("row")
        .sort("period_end", "available_date", *_restated_last(ties), *ties)
        .with_row_index("standing")
        .select("entity_id", "period_end", "available_date", "row", "standing")
    )


def _ties(records: pl.DataFrame) -> list[str]:
    return [name for name in ("version", "source") if name in records.columns]


def _restated_last(ties: Sequence[str]) -> list[pl.Expr]:
    return [pl.col("version") == "restated"] if "version" in ties else []


def _expression(column: str | pl.Expr) -> pl.Expr:
    return pl.col(column) if isinstance(column, str) else column
