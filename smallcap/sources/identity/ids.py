"""Assigns our own ids: a source's names and ids in, raw.securities out.

The adapter decides which names mean one line. An id is a digest of the name that the source used when we
first saw the line or company, so it depends neither on the order of rows nor on other rows. Once assigned it
is kept, whatever the vendor calls the line later.
"""

from __future__ import annotations

import hashlib

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.tables import table

ID_BITS = 53
"""Ids of this size are exact in a double, which JSON and spreadsheets use."""
_FOREVER = pl.lit("9999-12-31").str.to_date()
_KEY = ["security_id", "source", "valid_from"]
_FLAGS = ["is_resolution_later", "is_resolution_corrected"]


def digest_id(name: str) -> int:
    """Hash a stable name to a positive id of 53 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> (64 - ID_BITS)


def mint(spells: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Assign an id to every line and company of a delivery.

    Parameters
    ----------
    spells
        What a source delivers (`SECURITIES_COLUMNS`).
    known
        The raw.securities of the home, possibly empty.

    Returns
    -------
    pl.DataFrame
        raw.securities: the delivery with ids, and every known row that it does not replace, sorted by key. A
        known row of a line that the source no longer names is dropped if another line has its ticker for the
        complete spell: the two are one line.

        A line keeps its id when the source uses the same name, or when the name we knew is gone and another
        name carries the line's ticker at that time: the vendor renumbered. The same holds for companies, by
        their lines.

    Raises
    ------
    SmallcapError
        When two names get the same id, or a line has two spells that start on the same day.
    """
    lines = _line_ids(spells, known)
    companies = _company_ids(spells, known, lines)
    minted = spells.join(lines, on=["source", "source_id"], how="left").join(
        companies, on=["source", "source_entity_id"], how="left"
    )
    columns = table("raw.securities").columns
    fresh = _widened(minted, known).select(pl.col(name).cast(dtype) for name, dtype in columns.items())
    kept = (
        known.select(*columns)
        .join(_restated(fresh, known), on=_KEY, how="anti")
        .join(_superseded(fresh, known), on=_KEY, how="anti")
        .join(fresh, on=_KEY, how="anti")
    )
    # Rows of homes that older releases made have no such flags.
    result = pl.concat([fresh, kept]).with_columns(pl.col(_FLAGS).fill_null(False)).sort(_KEY)
    _require_unique(result)
    return result


def _line_ids(spells: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Map (source, source_id) to security_id."""
    names = ["source", "source_id"]
    lines = spells.select(names).unique()
    same_name = lines.join(_first(known, names, "security_id"), on=names, how="inner")
    strangers = spells.join(same_name, on=names, how="anti")
    gone = known.join(lines, on=names, how="anti")
    renumbered = (
        strangers.join(
            gone.select("source", "ticker", "security_id", known_from="valid_from", known_to="valid_to"),
            on=["source", "ticker"],
            how="inner",
        )
        .filter(
            (pl.col("valid_from") <= pl.col("known_to").fill_null(_FOREVER))
            & (pl.col("known_from") <= pl.col("valid_to").fill_null(_FOREVER))
        )
        .sort("known_from", "source_id", "security_id", descending=[True, False, False])
        .unique(names, keep="first", maintain_order=True)
        .unique(["source", "security_id"], keep="first", maintain_order=True)
        .select(*names, "security_id")
    )
    return _with_new_ids(lines, pl.concat([same_name, renumbered]), names, "security_id", "line", known)


def _company_ids(spells: pl.DataFrame, known: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Map (source, source_entity_id) to entity_id."""
    names = ["source", "source_entity_id"]
    companies = spells.select(names).unique()
    same_name = companies.join(_first(known, names, "entity_id"), on=names, how="inner")
    strangers = spells.join(same_name, on=names, how="anti").join(
        lines, on=["source", "source_id"], how="left"
    )
    gone = known.join(companies, on=names, how="anti").join(same_name, on=["source", "entity_id"], how="anti")
    renumbered = (
        strangers.select(*names, "security_id")
        .join(
            gone.select("source", "security_id", "entity_id", known_from="valid_from"),
            on=["source", "security_id"],
            how="inner",
        )
        .sort("known_from", "source_entity_id", "entity_id")
        .unique(names, keep="first", maintain_order=True)
        .unique(["source", "entity_id"], keep="first", maintain_order=True)
        .select(*names, "entity_id")
    )
    return _with_new_ids(companies, pl.concat([same_name, renumbered]), names, "entity_id", "company", known)


def _first(known: pl.DataFrame, names: list[str], id_column: str) -> pl.DataFrame:
    return (
        known.sort("valid_from", id_column)
        .unique(names, keep="first", maintain_order=True)
        .select(*names, id_column)
    )


def _with_new_ids(
    everyone: pl.DataFrame,
    given: pl.DataFrame,
    names: list[str],
    id_column: str,
    kind: str,
    known: pl.DataFrame,
) -> pl.DataFrame:
    unnamed = everyone.join(given, on=names, how="anti").sort(names)
    # hashlib takes one name at a time, so this is the only loop over names.
    ids = [digest_id(f"{source}|{kind}|{name}") for source, name in unnamed.iter_rows()]
    new = unnamed.with_columns(pl.Series(id_column, ids, dtype=pl.Int64))
    together = pl.concat([new.select(*names, id_column), given.select(*names, id_column)])
    taken = known.join(given, on=id_column, how="anti").select("source", names[1], id_column)
    collided = pl.concat([together, taken]).unique().filter(pl.col(id_column).is_in(new[id_column].implode()))
    collided = collided.filter(pl.struct("source", names[1]).n_unique().over(id_column) > 1).sort(
        id_column, names[1]
    )
    if collided.height:
        raise SmallcapError(
            f"two {kind} names have the id {collided[id_column][0]}: {', '.join(collided[names[1]].head(2))} "
            f"(of source {collided['source'][0]}). Rename one of them in the input"
        )
    return together


def _widened(minted: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Extend a ticker's first spell back to the start that the home already has, so no run shortens it."""
    is_first = pl.col("valid_from") == pl.col("valid_from").min().over("source", "ticker")
    before = known.group_by("security_id", "source", "ticker").agg(known_from=pl.col("valid_from").min())
    joined = minted.join(before, on=["security_id", "source", "ticker"], how="left", maintain_order="left")
    return joined.with_columns(
        valid_from=pl.when(is_first)
        .then(pl.min_horizontal("valid_from", "known_from"))
        .otherwise("valid_from")
    )


def _restated(fresh: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Find the known rows of the same line and ticker that a fresh row overlaps."""
    restating = fresh.select("security_id", "source", "ticker", fresh_from="valid_from", fresh_to="valid_to")
    return (
        known.join(restating, on=["security_id", "source", "ticker"], how="inner")
        .filter(
            (pl.col("fresh_from") <= pl.col("valid_to").fill_null(_FOREVER))
            & (pl.col("valid_from") <= pl.col("fresh_to").fill_null(_FOREVER))
        )
        .select(_KEY)
        .unique()
    )


def _superseded(fresh: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Find the known rows of lines that the source no longer names, whose ticker another line now has."""
    gone = known.join(fresh, on=["source", "source_id"], how="anti")
    holders = fresh.select("source", "ticker", fresh_from="valid_from", fresh_to="valid_to")
    return (
        gone.join(holders, on=["source", "ticker"], how="inner")
        .filter(
            (pl.col("fresh_from") <= pl.col("valid_from"))
            & (pl.col("valid_to").fill_null(_FOREVER) <= pl.col("fresh_to").fill_null(_FOREVER))
        )
        .select(_KEY)
        .unique()
    )


def _require_unique(result: pl.DataFrame) -> None:
    repeated = result.filter(pl.struct(_KEY).is_duplicated())
    if repeated.height:
        first = repeated.row(0, named=True)
        raise SmallcapError(
            f"line {first['source_id']} of source {first['source']} has two spells that start on "
            f"{first['valid_from']}. Correct the dates in the input"
        )
