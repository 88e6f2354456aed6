"""Tables as plain Parquet files, one per year, as a script without a lake would write them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from smallcap.tables import TABLES


def write_by_year(frame: pl.DataFrame, name: str, folder: Path) -> None:
    """Write ``<folder>/<name>/<year>.parquet`` for each year, or ``all.parquet`` without years or rows."""
    parts = (
        {key[0]: part for key, part in frame.partition_by("year", as_dict=True).items()}
        if "year" in frame.columns and frame.height
        else {"all": frame}
    )
    (folder / name).mkdir(parents=True, exist_ok=True)
    for year, part in parts.items():
        part.write_parquet(folder / name / f"{year}.parquet")


def read_year(name: str, year: int, folder: Path) -> pl.DataFrame:
    """Read the rows of a year; none where it had none, and so no file."""
    file = folder / name / f"{year}.parquet"
    return pl.read_parquet(file) if file.is_file() else TABLES[name].empty()
