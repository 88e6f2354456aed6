"""Reading a table's Parquet files, also those of an older release, and comparing complete tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from smallcap.tables import Table


def only_grew(before: pl.DataFrame, after: pl.DataFrame, growing: Sequence[str]) -> bool:
    """Whether every old row, apart from the `growing` columns, is still there."""
    compared = [column for column in before.columns if column not in growing]
    return before.join(after.select(compared), on=compared, how="anti", nulls_equal=True).is_empty()


def scan(files: Sequence[Path], found: Table) -> pl.LazyFrame:
    """Scan the files of a table; columns that files of an older release do not have are null."""
    in_files = {
        name: dtype for name, dtype in found.columns.items() if not (found.is_partitioned and name == "year")
    }
    return pl.scan_parquet(
        [str(file) for file in files],
        schema=in_files,
        hive_partitioning=found.is_partitioned,
        hive_schema={"year": pl.Int32()} if found.is_partitioned else None,
        missing_columns="insert",
        extra_columns="ignore",
    )
