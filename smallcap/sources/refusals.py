"""How a refused row is written down for core.rejects: its partition, the rule it breaks, and the row itself as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.sources.base import REFUSED_SCHEMA


def write_refused(rows: pl.DataFrame, year: pl.Expr, cells: Sequence[str]) -> pl.DataFrame:
    """Write rows down in the columns of `REFUSED_SCHEMA`, in their order.

    Parameters
    ----------
    rows
        Refused rows with the column `rule`.
    year
        The partition in which the row would have been.
    cells
        The columns that the JSON shows.
    """
    written = rows.select(year=year, rule="rule", row_json=pl.struct(cells).struct.json_encode())
    return written.select(pl.col(name).cast(dtype) for name, dtype in REFUSED_SCHEMA.items())
