"""Whether two ways to compute a table came to the same: every key, every word, every number but for its last digits."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

RELATIVE = 1e-9
"""Numbers may differ by this share of the greater: sums taken in another order."""


def refuse_differences(
    name: str, ours: pl.DataFrame, theirs: pl.DataFrame, key: list[str], apart_from: Collection[str] = ()
) -> None:
    """Refuse to compare times where the two sides did not write the same rows.

    Parameters
    ----------
    name
        The table, for the message.
    ours, theirs
        What the two sides wrote, in any order; numbers may be of different width.
    key
        Columns that tell rows apart.
    apart_from
        Columns that each side words in its own way.

    Raises
    ------
    ValueError
        When columns, keys or any value differ; the message shows the first row of both.
    """
    if set(ours.columns) != set(theirs.columns):
        raise ValueError(
            f"{name}: the bare script wrote other columns than smallcap: "
            f"{sorted(set(ours.columns) ^ set(theirs.columns))}"
        )
    compared = [column for column in ours.columns if column not in apart_from]
    own, other = (
        ours.select(compared).sort(key),
        theirs.select(pl.col(column).cast(ours.schema[column]) for column in compared).sort(key),
    )
    if not own.select(key).equals(other.select(key)):
        raise ValueError(
            f"{name}: the bare script wrote other rows than smallcap ({other.height} and {own.height})"
        )
    beside = own.hstack(other.rename(lambda column: f"{column}_bare"))
    for column in compared:
        differing = beside.filter(_is_different(column, ours.schema[column]))
        if differing.height:
            first = differing.row(0, named=True)
            at = {part: str(first[part]) for part in key}
            raise ValueError(
                f"{name}: {column} differs in {differing.height} of {own.height} rows, first at {at}: "
                f"{first[column]} by smallcap, {first[f'{column}_bare']} by the bare script"
            )


def _is_different(column: str, kind: pl.DataType) -> pl.Expr:
    own, other = pl.col(column), pl.col(f"{column}_bare")
    if not kind.is_float():
        return own.ne_missing(other)
    is_apart = (own - other).abs() > RELATIVE * pl.max_horizontal(own.abs(), other.abs())
    return (own.is_null() != other.is_null()) | is_apart.fill_null(False)
