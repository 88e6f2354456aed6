"""Converts refused rows to rows of core.rejects: partition, the rule that is broken, and the row as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.sources.base import REFUSED_SCHEMA


def write_refused(rows: pl.DataFrame, year: pl.Expr, cells: Sequence[str]) -> pl.DataFrame:
    """Convert refused rows to the columns of `REFUSED_SCHEMA`, in the same order.

    Parameters
    ----------
    rows
        Refused rows with the column `rule`.
    year
        The partition that the row would have been in.
    cells
        The columns that the JSON contains.
    """
    written = rows.select(year=year, rule="rule", row_json=pl.struct(cells).struct.json_encode())
    return written.select(pl.col(name).cast(dtype) for name, dtype in REFUSED_SCHEMA.items())
