"""Dated ticker aliases that normalisation cannot derive (data/reference/ticker_aliases.csv)."""

from __future__ import annotations

import dataclasses

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rows
from smallcap.rules.types.base import field_names
from smallcap.rules.types.tickers import ALIASES_FILE, TickerAlias

ALIASES_SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(field_names(TickerAlias), pl.String),
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


def load_ticker_aliases(reference_dir: ReferenceDir) -> pl.DataFrame:
    """Read the dated aliases, one row each; a missing file means none. Raises what `read_rows` raises."""
    is_there = (reference_dir / ALIASES_FILE).is_file()
    aliases = read_rows(reference_dir, ALIASES_FILE, TickerAlias) if is_there else ()
    return pl.DataFrame([dataclasses.asdict(alias) for alias in aliases], schema=ALIASES_SCHEMA)


def canonical_in_list(lines: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `symbol`, the canonical ticker of each line of a dated list.

    Parameters
    ----------
    lines
        Columns `ticker` and `snapshot_date`.
    aliases
        The dated aliases; those of relation ``same_line`` apply while they are valid.
    """
    spelled = lines.with_columns(symbol=normalised(pl.col("ticker")))
    applied = valid_aliases(spelled, aliases, "same_line")
    return (
        spelled.join(applied, on=["symbol", "snapshot_date"], how="left", maintain_order="left")
        .with_columns(symbol=pl.coalesce("canonical_ticker", "symbol"))
        .drop("canonical_ticker")
    )


def valid_aliases(lines: pl.DataFrame, aliases: pl.DataFrame, relation: str) -> pl.DataFrame:
    """Find the aliases of a relation that are valid on the day of a list; of several the newest.

    Parameters
    ----------
    lines, aliases, relation
        Columns `symbol` and `snapshot_date`; the dated aliases, and one of their relations.

    Returns
    -------
    pl.DataFrame
        symbol, snapshot_date and `canonical_ticker`, one row per symbol and day with an alias.
    """
    dated = aliases.filter(pl.col("relation") == relation).rename({"ticker": "symbol"})
    has_begun = pl.col("valid_from") <= pl.col("snapshot_date")
    has_ended = (pl.col("valid_to") < pl.col("snapshot_date")).fill_null(False)
    days = lines.select("symbol", "snapshot_date").unique()
    return (
        days.join(dated, on="symbol")
        .filter(has_begun, ~has_ended)
        .sort("valid_from")
        .unique(["symbol", "snapshot_date"], keep="last", maintain_order=True)
        .select("symbol", "snapshot_date", "canonical_ticker")
    )


def canonical_in_table(rows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `symbol` to rows of a table that uses one ticker for a company throughout its history.

    Such tables use today's ticker for every year, so the aliases' dates do not apply. An alias is not
    followed where the table contains the canonical ticker itself.
    """
    spelled = rows.with_columns(symbol=normalised(pl.col("ticker")))
    own = spelled["symbol"].unique()
    followed = aliases.filter(
        (pl.col("relation") == "same_line") & ~pl.col("canonical_ticker").is_in(own.implode())
    ).unique("ticker", keep="first", maintain_order=True)
    return spelled.with_columns(pl.col("symbol").replace(followed["ticker"], followed["canonical_ticker"]))
