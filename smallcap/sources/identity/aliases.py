"""The dated aliases of tickers that normalising cannot know (data/reference/ticker_aliases.csv)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sources.csv_rows import csv_header, csv_place, csv_rows
from smallcap.sources.dates import DATE_FORM, local_dates

FILE_NAME = "ticker_aliases.csv"
ALIASES_SCHEMA: dict[str, type[pl.DataType]] = {
    "ticker": pl.String,
    "canonical_ticker": pl.String,
    "relation": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "source": pl.String,
}
RELATIONS = ("same_line", "same_company", "renamed")


def load_ticker_aliases(reference_dir: Path) -> pl.DataFrame:
    """Read the dated aliases; a missing file means none.

    Raises
    ------
    InputError
        When the file cannot be read, has other columns, a row of another length or a date that is none, or a row has an
        unknown relation; the message names file and row.
    """
    path = reference_dir / FILE_NAME
    if not path.is_file():
        return pl.DataFrame(schema=ALIASES_SCHEMA)
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if csv_header(payload, str(path)) != list(ALIASES_SCHEMA):
        raise InputError(f"{path}: the header must be {','.join(ALIASES_SCHEMA)}")
    text = csv_rows(payload, str(path))
    frame = text.with_columns(local_dates(text[name]) for name in ("valid_from", "valid_to"))
    for name in ("valid_from", "valid_to"):
        wrong = (text[name].is_not_null() & frame[name].is_null()).arg_true()
        if len(wrong):
            place = csv_place(payload, wrong[0] + 1)
            raise InputError(f"{path}, {place}: {name} '{text[name][wrong[0]]}' is not a date ({DATE_FORM})")
    unknown = frame.with_row_index("row", offset=2).filter(~pl.col("relation").is_in(RELATIONS).fill_null(False))
    if unknown.height:
        raise InputError(f"{path}, line {unknown['row'][0]}: relation '{unknown['relation'][0]}' is not one of {', '.join(RELATIONS)}")
    return frame.with_columns(
        normalised(pl.col("ticker")), normalised(pl.col("canonical_ticker")), pl.col("valid_from").fill_null(pl.date(1900, 1, 1))
    )


def canonical_in_list(lines: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `symbol`, the canonical ticker of each line of a dated list.

    Parameters
    ----------
    lines
        Columns `ticker` and `snapshot_date`.
    aliases
        The dated aliases; those of relation ``same_line`` apply while they are valid.
    """
    spelled = lines.with_row_index("_row").with_columns(symbol=normalised(pl.col("ticker")))
    same_line = aliases.filter(pl.col("relation") == "same_line").select(
        pl.col("ticker").alias("symbol"), "canonical_ticker", pl.col("valid_from").alias("_from"), pl.col("valid_to").alias("_to")
    )
    applied = (
        spelled.select("_row", "symbol", "snapshot_date")
        .join(same_line, on="symbol", how="inner")
        .filter((pl.col("snapshot_date") >= pl.col("_from")) & (pl.col("_to").is_null() | (pl.col("snapshot_date") <= pl.col("_to"))))
        .sort("_row", "_from")
        .unique("_row", keep="last", maintain_order=True)
        .select("_row", "canonical_ticker")
    )
    return (
        spelled.join(applied, on="_row", how="left", maintain_order="left")
        .with_columns(symbol=pl.coalesce("canonical_ticker", "symbol"))
        .drop("_row", "canonical_ticker")
    )


def canonical_in_table(rows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `symbol` to rows with a `ticker` of a table that spells one company one way through all its history.

    Such tables use today's ticker for every year, so the aliases' dates do not apply; an alias is not followed where the
    table has the canonical ticker itself.
    """
    spelled = rows.with_columns(symbol=normalised(pl.col("ticker")))
    own = spelled["symbol"].unique()
    followed = aliases.filter((pl.col("relation") == "same_line") & ~pl.col("canonical_ticker").is_in(own.implode())).unique(
        "ticker", keep="first", maintain_order=True
    )
    return spelled.with_columns(pl.col("symbol").replace(followed["ticker"], followed["canonical_ticker"]))
