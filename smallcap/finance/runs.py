"""Rows that follow each other with the same key: the row before, and values carried forward.

The same with `over` groups the rows anew and works group by group, which takes several times as long for
groups of two or three rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def place_in_run(key: Sequence[str]) -> pl.Expr:
    """Count the rows before each one in its run of rows with the same key; nulls are equal.

    Parameters
    ----------
    key
        Columns by which the rows are in order.
    """
    row = pl.int_range(pl.len())
    begins = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in key) | (row == 0)
    return row - pl.when(begins).then(row).forward_fill()


def row_before(value: pl.Expr, place: str) -> pl.Expr:
    """Return the value of the row before in the same run; null for the first.

    Parameters
    ----------
    value
        The value.
    place
        The column of `place_in_run`.
    """
    return pl.when(pl.col(place) > 0).then(value.shift(1))


def carried_in_runs(frame: pl.DataFrame, place: str) -> pl.DataFrame:
    """Fill each null with the last value before it in its run.

    Parameters
    ----------
    frame
        Rows in order of their runs.
    place
        The column of `place_in_run`; it is kept as it is.
    """
    longest = frame.select(pl.col(place).max()).item() or 0
    names = [name for name in frame.columns if name != place]
    step = 1
    # After a step each row has looked at twice as many rows before it.
    while step <= longest:
        frame = frame.with_columns(
            pl.when(pl.col(place) >= step)
            .then(pl.coalesce(pl.col(name), pl.col(name).shift(step)))
            .otherwise(pl.col(name))
            .alias(name)
            for name in names
        )
        step *= 2
    return frame
