"""Quarters of a company that overlap: which of them are refused."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.day_range import DayRange


def overlapping(rows: pl.DataFrame, quarter: DayRange) -> pl.Series:
    """Find the rows of quarters that overlap one that was known before.

    Quarters whose different ends are less than `min_days` apart overlap. The one that was known later is
    refused, of two that became known on the same day the one that ends later; a refused quarter refuses no
    other. Rows with the same period_end are versions of one quarter.

    Parameters
    ----------
    rows
        Rows with `row`, `entity_id`, `period_end` and `available_date`.
    quarter
        The lengths that a quarter may have.

    Returns
    -------
    pl.Series
        Values of `row`.
    """
    ends = (
        rows.group_by("entity_id", "period_end")
        .agg(pl.col("available_date").min())
        .sort("entity_id", "period_end")
    )
    is_near = (pl.col("period_end").diff().over("entity_id").dt.total_days() < quarter.min_days).fill_null(
        value=False
    )
    near = ends.filter(is_near)
    if near.is_empty():
        return rows["row"].clear()
    order = ends.filter(pl.col("entity_id").is_in(near["entity_id"].unique().implode())).sort(
        "entity_id", "available_date", "period_end"
    )
    refused = _later(order.with_row_index("end"), quarter)
    broken = order.with_row_index("end").filter(pl.col("end").is_in(refused.implode()))
    return rows.join(broken, on=["entity_id", "period_end"], how="semi")["row"]


def _later(order: pl.DataFrame, quarter: DayRange) -> pl.Series:
    """Return the ends, numbered in the order in which they became known, that an earlier one excludes."""
    gap = (pl.col("period_end") - pl.col("period_end_other")).dt.total_days().abs()
    pairs = (
        order.join(order, on="entity_id", suffix="_other")
        .filter((pl.col("end_other") < pl.col("end")) & (gap > 0) & (gap < quarter.min_days))
        .select("end", "end_other")
    )
    refused = pairs["end"].unique().sort()
    # A refused quarter excludes none, so the set is found in steps: each step settles one more in order.
    while True:
        held = pairs.filter(~pl.col("end_other").is_in(refused.implode()))["end"].unique().sort()
        if held.equals(refused):
            return refused
        refused = held
