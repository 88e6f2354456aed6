"""Which symbol each CUSIP had on the day of a list, by the fails-to-deliver files of the same weeks."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.cusip_identity import CusipIdentity

LINE: Final = ["source_id", "list_date"]


def with_symbol(lines: pl.DataFrame, fails: pl.DataFrame, rules: CusipIdentity) -> pl.DataFrame:
    """Add the symbol of each line's CUSIP.

    A symbol whose observations begin before the list and end after it comes first, then the one seen on most
    days, then the nearest: a single row with a wrong symbol decides nothing.

    Parameters
    ----------
    lines
        Rows with `source_id`, `list_date` and `cusip`.
    fails
        Rows of fails-to-deliver files (`smallcap.sources.fails.file.FAILS_SCHEMA`).
    rules
        How far the files may be from the list.

    Returns
    -------
    pl.DataFrame
        The rows in their order, with `symbol`; `symbol_date`, the nearest day on which the files show it;
        `symbol_name`, their description; and `is_symbol_near`, whether that day is at most `pair_days` away.
        Null where the files do not have the CUSIP.
    """
    seen = fails.drop_nulls(["cusip", "symbol"]).select(
        "cusip", "symbol", symbol_date="settlement_date", symbol_name="name"
    )
    distance = (pl.col("symbol_date") - pl.col("list_date")).dt.total_days()
    observed = (
        lines.select(*LINE, "cusip")
        .drop_nulls()
        .unique()
        .join(seen, on="cusip")
        .with_columns(distance=distance.abs(), is_before=distance <= 0)
        .filter(pl.col("distance") <= rules.reach_days)
        .with_columns(is_symbol_near=pl.col("distance") <= rules.pair_days)
    )
    # Where the weeks of the list show the CUSIP, other weeks say nothing of its symbol.
    nearest_weeks = observed.filter(pl.col("is_symbol_near") == pl.col("is_symbol_near").any().over(LINE))
    order = ["distance", "symbol_date", "symbol_name"]
    by_symbol = (
        nearest_weeks.sort(*LINE, "symbol", *order, nulls_last=True)
        .group_by(*LINE, "symbol", maintain_order=True)
        .agg(
            pl.col("symbol_date", "distance", "symbol_name", "is_symbol_near").first(),
            days=pl.col("symbol_date").n_unique(),
            is_around=pl.col("is_before").any() & (~pl.col("is_before")).any(),
        )
    )
    best = by_symbol.sort(
        *LINE, "is_around", "days", "distance", "symbol", descending=[False, False, True, True, False, False]
    ).unique(LINE, keep="first", maintain_order=True)
    wanted = [*LINE, "symbol", "symbol_date", "symbol_name", "is_symbol_near"]
    return lines.join(best.select(wanted), on=LINE, how="left", maintain_order="left")
