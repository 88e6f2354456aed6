"""The contract of a table, checked before a commit: what stops a write, and which rows are refused."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.errors import AuditError
from smallcap.tables import Table


def check_contract(
    found: Table, frame: pl.DataFrame, years: Sequence[int] | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame into rows that keep the table's rules and rows that break one.

    Parameters
    ----------
    found
        The table.
    frame
        The rows that are to be written.
    years
        The years that may occur; None for a table that is not partitioned.

    Returns
    -------
    tuple of frames
        The rows that keep every rule, in the table's columns; and the others as year, rule, row_json.

    Raises
    ------
    AuditError
        When a column is missing or of another type, a key occurs twice, or a row is outside the years.
    """
    _check_columns(found, frame)
    rows = frame.select(list(found.columns))
    _check_key(found, rows)
    if years is not None:
        outside = rows.filter(~pl.col("year").is_in(list(years)) | pl.col("year").is_null())
        if outside.height:
            raise AuditError(
                f"{found.name}: {outside.height} rows lie outside the years {min(years)} to {max(years)}, "
                f"first {outside.row(0, named=True)}"
            )
    kept, failure = found.schema.filter(rows)
    if len(failure) == 0:
        # The rows as they came: those that were kept are a copy in several pieces.
        return rows, pl.DataFrame(schema={"year": pl.Int32, "rule": pl.String, "row_json": pl.String})
    return pl.DataFrame(kept), _explain(found, failure.details())


def require_contract(found: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table that is not partitioned, in the table's columns.

    Raises
    ------
    AuditError
        When a row breaks a rule, or a rule of the table is broken.
    """
    kept, broken = check_contract(found, frame, None)
    if broken.height:
        raise AuditError(
            f"{found.name}: {broken.height} rows break rule {broken['rule'][0]}, first "
            f"{broken['row_json'][0]}; nothing was written"
        )
    return kept


def in_order(found: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Sort rows by year and key, in one piece.

    Most tables are computed in this order, and checking costs far less than sorting.
    """
    order = _order(found)
    ordered = rows if _is_strictly_ascending(rows, order) else rows.sort(order)
    # Handed several pieces, the Delta writer does not keep their order.
    return ordered.rechunk()


def to_json_rows(frame: pl.DataFrame) -> pl.Series:
    """Write each row of a frame as JSON."""
    if frame.is_empty():
        return pl.Series([], dtype=pl.String)
    return frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()


def _check_columns(found: Table, frame: pl.DataFrame) -> None:
    missing = [name for name in found.columns if name not in frame.columns]
    if missing:
        raise AuditError(f"{found.name}: columns are missing: {', '.join(missing)}; nothing was written")
    wrong = [
        f"{name} is {frame.schema[name]}, not {dtype}"
        for name, dtype in found.columns.items()
        if frame.schema[name] != dtype
    ]
    if wrong:
        raise AuditError(f"{found.name}: columns have another type: {'; '.join(wrong)}; nothing was written")


def _order(found: Table) -> list[str]:
    return ["year", *found.key] if found.is_partitioned else list(found.key)


def _is_strictly_ascending(rows: pl.DataFrame, order: Sequence[str]) -> bool:
    """Whether each row sorts after the one before it, and so no two share a key.

    A null in the order says no.
    """
    if rows.height < 2:
        return True
    stands_after = pl.lit(False)
    for name in reversed(order):
        this, before = pl.col(name), pl.col(name).shift(1)
        stands_after = (this > before) | ((this == before) & stands_after)
    return bool(rows.select(stands_after.slice(1).fill_null(False).all()).item())


def _check_key(found: Table, rows: pl.DataFrame) -> None:
    if _is_strictly_ascending(rows, found.key):
        return
    duplicated = (
        rows.filter(pl.struct(found.key).is_duplicated())
        if rows.select(found.key).n_unique() != rows.height
        else rows.clear()
    )
    if duplicated.height:
        first = duplicated.select(found.key).sort(found.key).row(0, named=True)
        raise AuditError(
            f"{found.name}: {duplicated.height} rows share a key, first {first}; nothing was written"
        )


def _explain(found: Table, details: pl.DataFrame) -> pl.DataFrame:
    """Name, for each refused row, the first rule that it breaks."""
    names = list(found.columns)
    rules = [column for column in details.columns if column not in names]
    rule = pl.coalesce(
        pl.when(pl.col(name).cast(pl.String) == "invalid").then(pl.lit(name)) for name in rules
    )
    year = pl.col("year").cast(pl.Int32) if "year" in names else pl.lit(None, pl.Int32)
    return details.select(
        year.alias("year"), rule.alias("rule"), to_json_rows(details.select(names)).alias("row_json")
    )
