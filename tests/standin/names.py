"""Lines and their names as the vendor knows them: entity ids, issuers, classifications and ticker spells."""

from __future__ import annotations

from typing import Final

import polars as pl

FIRST_ENTITY_ID: Final = 10_000_001
FIRST_CIK: Final = 9_000_001
COUNTRIES: Final = {"United States": "US", "Bermuda": "BM", "Canada": "CA", "Israel": "IL"}
EXCHANGE_CODES: Final = {"NASDAQ": "Q", "NYSE": "N", "New York Stock Exchange Inc.": "N", "Nyse Mkt Llc": "A"}


def line_traits(securities: pl.DataFrame, constituents: pl.DataFrame) -> pl.DataFrame:
    """Return one row per line, with the vendor's id of it.

    Each line has its own entity id; the classes of a company share a `cik`, and the issuer is the class
    listed first. A company without statements has no `cik`; a leftover of a merger, which has no
    classification either, is not known to the vendor.
    """
    newest = securities.sort("source_id", "valid_from").unique("source_id", keep="last", maintain_order=True)
    listed = (
        constituents.sort("snapshot_date")
        .unique("source_id", keep="last", maintain_order=True)
        .select(
            "source_id",
            country=pl.col("location").replace_strict(COUNTRIES, default="US"),
            exchange_code=pl.col("exchange").replace_strict(EXCHANGE_CODES, default=None),
        )
    )
    company = pl.col("source_entity_id").rank("dense").cast(pl.Int64) - 1
    return (
        newest.join(listed, on="source_id", how="left")
        .sort("source_id")
        .with_row_index("number")
        .with_columns(pl.col("number").cast(pl.Int64), pl.col("country").fill_null("US"))
        .with_columns(
            entity_id=pl.col("number") + FIRST_ENTITY_ID,
            cik=pl.when("is_resolved").then((company + FIRST_CIK).cast(pl.String).str.zfill(10)),
            figi=pl.lit("BBG") + (pl.col("number") + 1).cast(pl.String).str.zfill(9),
            is_known=pl.col("is_resolved") | pl.any_horizontal(pl.col("sector", "sic", "gics").is_not_null()),
        )
        .with_columns(issuer_id=pl.col("entity_id").min().over("source_entity_id"))
        .rename({"name": "entity_name", "sector": "gics_sector"})
        .select(
            "source_id", "source_entity_id", "entity_id", "issuer_id", "cik", "figi",
            "entity_name", "gics_sector", "sic", "gics",
            "country", "exchange_code", "is_known",
        )
    )  # fmt: skip


def ticker_spells(securities: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Return which line carried which ticker when."""
    return (
        securities.join(ids, on="source_id")
        .select("entity_id", "ticker", "valid_from", "valid_to")
        .sort("valid_from", "entity_id")
    )


def bare(ticker: str) -> str:
    """Spell a ticker without the separators of share classes."""
    return "".join(letter for letter in ticker.upper() if letter not in ". -/")
