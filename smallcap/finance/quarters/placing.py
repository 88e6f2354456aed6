"""The place of a quarter in its fiscal year: the day on which the year began, and the quarter's number."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.sanity import SanityRules

DAYS_PER_QUARTER = 365.25 / 4


def placed(rows: pl.DataFrame, annual: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Complete `fiscal_year_start`, and add `fiscal_quarter`.

    Where the source does not give the start, it is the day after the last fiscal year of which a record was
    known when the row became known.

    Parameters
    ----------
    rows
        Quarterly rows.
    annual
        Annual rows with `entity_id`, `period_end` and `available_date`.
    rules
        The lengths of a year.

    Returns
    -------
    pl.DataFrame
        The rows in the same order. `fiscal_quarter` is null where the start is unknown or does not fit.
    """
    numbered = rows.with_row_index("row")
    derived = _derived_starts(numbered.filter(pl.col("fiscal_year_start").is_null()), annual, rules)
    start = pl.coalesce("fiscal_year_start", "derived_start")
    number = (((pl.col("period_end") - start).dt.total_days() + 1) / DAYS_PER_QUARTER).round().cast(pl.Int64)
    return (
        numbered.join(derived, on="row", how="left", maintain_order="left")
        .with_columns(
            start.alias("fiscal_year_start"),
            pl.when(number.is_between(1, 4)).then(number).alias("fiscal_quarter"),
        )
        .drop("row", "derived_start")
    )


def _derived_starts(unplaced: pl.DataFrame, annual: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Return `row` and `derived_start` of the rows for which a fiscal year before was known."""
    years = annual.select("entity_id", year_end="period_end", year_known="available_date")
    return (
        unplaced.select("row", "entity_id", "period_end", "available_date")
        .join(years, on="entity_id")
        .filter(
            pl.col("year_known") <= pl.col("available_date"),
            (pl.col("period_end") - pl.col("year_end")).dt.total_days().is_between(1, rules.period.max_days),
        )
        .group_by("row")
        .agg((pl.col("year_end").max() + pl.duration(days=1)).alias("derived_start"))
    )
