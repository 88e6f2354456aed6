"""Between watched names and the rules that judge members: stand-in ids there, nulls again afterwards."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.watched.names import WATCHLIST
from smallcap.tables.registry import TABLES


def outsiders(names: pl.DataFrame) -> pl.DataFrame:
    """Return the watched names that are no members, as rows of core.members.

    The rules follow companies by their ids. A ticker without a company gets a negative one, which no company
    has.

    Parameters
    ----------
    names
        Rows of core.watched_names.

    Returns
    -------
    pl.DataFrame
        The columns of core.members and `missing_filing`, sorted by as_of and entity_id.
    """
    stand_in = -pl.col("ticker").rank("dense").cast(pl.Int64)
    return (
        names.with_columns(pl.coalesce("entity_id", stand_in).alias("entity_id"))
        .filter(~pl.col("is_member"))
        .select(*TABLES["core.members"].columns, "missing_filing")
        .sort("as_of", "entity_id")
    )


def with_stand_ins(rows: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Give rows of a watched table the ids that `outsiders` gave their names."""
    ids = judged.select("as_of", "ticker", pl.col("entity_id").alias("stand_in"))
    return (
        rows.join(ids, on=["as_of", "ticker"], how="left", maintain_order="left")
        .with_columns(pl.col("stand_in").alias("entity_id"))
        .drop("stand_in")
    )


def as_watched(rows: pl.DataFrame, judged: pl.DataFrame, table_name: str) -> pl.DataFrame:
    """Turn rows of a members' table, computed for `judged`, into those of the watched table.

    Parameters
    ----------
    rows, judged, table_name
        Rows by as_of and entity_id, what `outsiders` returned, and the watched table.

    Returns
    -------
    pl.DataFrame
        The columns of the watched table, sorted by its key.
    """
    tickers = judged.select("as_of", "entity_id", "ticker")
    named = rows.drop("ticker", strict=False).join(
        tickers, on=["as_of", "entity_id"], how="left", maintain_order="left"
    )
    without_stand_ins = named.with_columns(
        pl.when(pl.col("entity_id") > 0).then("entity_id").alias("entity_id"),
        pl.lit(value=False).alias("is_member"),
    )
    return as_table(without_stand_ins, table_name).sort(TABLES[table_name].key)


def without_watched(returns: pl.DataFrame, names: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Leave out the returns of lines that are known only because they are watched.

    Parameters
    ----------
    returns
        Rows with `security_id`.
    names
        Rows of core.watched_names, of all dates.
    securities
        Rows of raw.securities: the other lines of a watched company are priced with it.

    Returns
    -------
    pl.DataFrame
        The rows without those of all lines of companies of the watchlist that are in no book and were no
        member at any date.
    """
    known = names.drop_nulls("security_id").group_by("security_id")
    only_watched = known.agg(pl.col("is_member").any(), pl.col("watched_by").max()).filter(
        ~pl.col("is_member"), pl.col("watched_by") == WATCHLIST
    )
    lines = securities.select("security_id", "entity_id").unique()
    companies = lines.join(only_watched, on="security_id", how="semi")
    of_companies = lines.join(companies, on="entity_id", how="semi")
    left_out = pl.concat([only_watched.select("security_id"), of_companies.select("security_id")])
    return returns.join(left_out, on="security_id", how="anti", maintain_order="left")
