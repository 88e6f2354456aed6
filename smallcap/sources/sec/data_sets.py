"""The SEC's Financial Statement Data Sets: one zip a quarter, of which the table of filings is read.

`sub` says of each filing the industry and the filer's status on its day, which no other public file does.
Columns are read by their names, because their order changed.
"""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.archives import unzip
from smallcap.sources.sec.company import CIK_DIGITS

FILERS: Final = (
    *("adsh", "cik", "name", "sic", "former", "changed", "afs", "fye", "form", "period", "filed", "accepted"),
)
"""Columns of `sub` that are kept."""
OPTIONAL: Final = {"former", "changed", "afs", "fye", "accepted"}
"""Columns that are blank where a table has none: those of other builds lack some."""
SUB: Final = "sub.txt"
SIC_DIGITS: Final = 4


def read_filers(payload: bytes, what: str, limits: InputLimits | None = None) -> pl.DataFrame:
    """Read the table of filings of a data set, or of a zip that has this table alone; rows as `filers`.

    Raises
    ------
    InputError
        When it is no zip, or has no such table.
    """
    most = limits or InputLimits()
    found = unzip(payload, what, most.file_bytes, most.files, lambda name: PurePosixPath(name).name == SUB)
    if not found:
        raise InputError(f"{what} has no {SUB}; it is not a Financial Statement Data Set of the SEC")
    return filers(_read_table(found[0].payload, f"{what}, {SUB}"))


def filers(sub: pl.DataFrame) -> pl.DataFrame:
    """Return what each filing says of its filer, typed: one row per filing, sorted by it.

    A code of fewer than four digits is completed with zeros; a date that is none is null.
    """
    day = {name: pl.col(name).str.to_date("%Y%m%d", strict=False) for name in ("changed", "period", "filed")}
    return (
        sub.select(
            "adsh",
            pl.col("cik").str.zfill(CIK_DIGITS).alias("source_entity_id"),
            "name",
            pl.col("sic").str.zfill(SIC_DIGITS),
            "former",
            day["changed"],
            "afs",
            "fye",
            "form",
            day["period"],
            day["filed"],
            pl.col("accepted").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False),
        )
        .unique("adsh", keep="first", maintain_order=True)
        .sort("adsh")
    )


def _read_table(payload: bytes, what: str) -> pl.DataFrame:
    """Read the columns `FILERS` as text, by name: tabs, no quotes, lines that may end in either way."""
    try:
        read = pl.read_csv(
            io.BytesIO(payload),
            separator="\t",
            quote_char=None,
            infer_schema=False,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
        )
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise InputError(f"{what} is no table with tabs ({str(error).splitlines()[0]})") from None
    read = read.rename({name: name.strip() for name in read.columns})
    missing = [name for name in FILERS if name not in read.columns and name not in OPTIONAL]
    if missing:
        raise InputError(f"{what} has no column {', '.join(missing)}; it is not of a data set of the SEC")
    absent = [pl.lit(None, pl.String).alias(name) for name in FILERS if name not in read.columns]
    return read.with_columns(absent).select(pl.col(name).str.strip_chars("\r") for name in FILERS)
