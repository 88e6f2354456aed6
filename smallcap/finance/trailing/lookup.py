"""Records of a given period, or a given distance before one, as known on a day."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import by_standing
from smallcap.rules.types.metrics import DayRange


def of_period(records: pl.DataFrame, asked: pl.DataFrame) -> pl.Series:
    """Return for each question the row number of the newest record of the period known then.

    Parameters
    ----------
    records
        Rows with `entity_id`, `period_end`, `available_date`, and `version` and `source` where they have
        them.
    asked
        Rows with `entity_id`, `period_end` and `known_by`; nulls find nothing.
    """
    key = ["entity_id", "period_end"]
    newest = (
        by_standing(records)
        .drop_nulls("available_date")
        .unique([*key, "available_date"], keep="last", maintain_order=True)
        .sort("available_date")
    )
    numbered = asked.select(*key, "known_by").with_row_index("question")
    found = (
        numbered.drop_nulls()
        .sort("known_by")
        .join_asof(
            newest.select(*key, "available_date", "row"),
            left_on="known_by",
            right_on="available_date",
            by=key,
            check_sortedness=False,
        )
    )
    return numbered.join(found.select("question", "row"), on="question", how="left", maintain_order="left")[
        "row"
    ]


def at_distance(records: pl.DataFrame, asked: pl.DataFrame, days: DayRange) -> pl.Series:
    """Return for each question the row number of the newest record a number of days before a period.

    Of several periods within the range the latest is taken of those known then.

    Parameters
    ----------
    records
        As for `of_period`.
    asked
        Rows with `entity_id`, `period_end` and `known_by`; nulls find nothing.
    days
        Distance from the record's period_end to that of the question.
    """
    numbered = asked.select("entity_id", "period_end", "known_by").with_row_index("question")
    periods = numbered.select("entity_id", "period_end").drop_nulls().unique()
    candidates = numbered.join(pairs(periods, records, days), on=["entity_id", "period_end"]).select(
        "question", "entity_id", pl.col("earlier").alias("period_end"), "known_by"
    )
    found = (
        candidates.with_columns(of_period(records, candidates).alias("row"))
        .drop_nulls("row")
        .sort("question", "period_end")
        .unique("question", keep="last", maintain_order=True)
    )
    return numbered.select("question").join(found, on="question", how="left", maintain_order="left")["row"]


def pairs(periods: pl.DataFrame, records: pl.DataFrame, days: DayRange) -> pl.DataFrame:
    """Pair each period with the ends that lie within the range of days before it.

    Parameters
    ----------
    periods, records
        Rows with `entity_id` and `period_end`; the periods are distinct.
    days
        Distance from the record's period_end to that of the period.

    Returns
    -------
    pl.DataFrame
        `entity_id`, `period_end` of the period, and `earlier`, that of the record; each pair once.
    """
    end = pl.col("period_end")
    first, last = (
        end.dt.offset_by(f"-{distance}d").dt.year().cast(pl.Int64)
        for distance in (days.max_days, days.min_days)
    )
    earlier = (
        records.select("entity_id", end.alias("earlier"))
        .unique()
        .with_columns(pl.col("earlier").dt.year().cast(pl.Int64).alias("in_year"))
    )
    # By calendar year, so that not every period of a company is compared with every other.
    by_year = periods.select(
        "entity_id", "period_end", pl.int_ranges(first, last + 1).alias("in_year")
    ).explode("in_year")
    apart = (end - pl.col("earlier")).dt.total_days()
    return (
        by_year.join(earlier, on=["entity_id", "in_year"])
        .filter(apart.is_between(days.min_days, days.max_days))
        .select("entity_id", "period_end", "earlier")
    )
