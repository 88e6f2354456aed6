"""marts.index_sectors: the index by sector."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.index import valuation
from smallcap.tables.index_profile import IndexSectors

UNKNOWN_SECTOR = "unknown"


def index_sectors(valued: pl.DataFrame) -> pl.DataFrame:
    """Aggregate the members of each sector.

    Parameters
    ----------
    valued
        Rows of `valued_members`; members without a sector are aggregated as `unknown`.

    Returns
    -------
    pl.DataFrame
        One row per as_of and sector, in the columns of marts.index_sectors, sorted by both.
    """
    cap = pl.col("market_cap_usd")
    named = valued.with_columns(pl.col("sector").fill_null(UNKNOWN_SECTOR))
    summed = named.group_by("year", "as_of", "sector", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("members"),
        valuation.weight_of(pl.lit(True)).alias("weight"),
        cap.count().cast(pl.Int64).alias("market_cap_members"),
        pl.when(cap.count() > 0).then(cap.sum()).alias("market_cap_usd"),
        *valuation.unprofitable(),
        *valuation.pe_excluding_losses(),
    )
    return in_columns_of(without_nan(summed), IndexSectors).sort("as_of", "sector")
