"""Industry and filer's status of lines as of the filings: a spell ends where the industry changes."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

_ONE_DAY: Final = dt.timedelta(days=1)
STATUS_WORDS: Final = {
    "1-LAF": "large accelerated filer",
    "2-ACC": "accelerated filer",
    "3-SRA": "smaller reporting accelerated filer",
    "4-NON": "non-accelerated filer",
    "5-SML": "smaller reporting filer",
}
"""The codes of the SEC's data sets."""


def with_industries(spells: pl.DataFrame, filings: pl.DataFrame, today: pl.DataFrame) -> pl.DataFrame:
    """Give spells the industry of the company's newest filing, and split those in which it changed.

    Before a company's first known filing its code there serves; a company without any has today's code.

    Parameters
    ----------
    spells
        Rows of securities: source_entity_id, source_id, valid_from, valid_to.
    filings
        Filings of the data sets: source_entity_id, sic, afs, filed.
    today
        Today's codes: source_entity_id, sic.

    Returns
    -------
    pl.DataFrame
        The rows with `sic` and `filer_status`; a changed code begins on the day after its filing.
    """
    described = filings.drop_nulls(["filed", "sic"]).select(
        "source_entity_id",
        filed_sic="sic",
        filer_status=pl.col("afs").replace_strict(STATUS_WORDS, default=None, return_dtype=pl.String),
        known_from=pl.col("filed") + _ONE_DAY,
    )
    # Of several filings of one day the larger code stands, so that the order of rows decides nothing.
    known = described.sort("source_entity_id", "known_from", "filed_sic", "filer_status").unique(
        ["source_entity_id", "known_from"], keep="last", maintain_order=True
    )
    begun = _with_changes(spells.drop("sic", "filer_status"), known)
    dated = begun.sort("valid_from").join_asof(
        known.sort("known_from"),
        left_on="valid_from",
        right_on="known_from",
        by="source_entity_id",
        check_sortedness=False,
    )
    first = known.group_by("source_entity_id").agg(first_sic=pl.col("filed_sic").first())
    return (
        dated.join(first, on="source_entity_id", how="left")
        .join(today.select("source_entity_id", today_sic="sic"), on="source_entity_id", how="left")
        .with_columns(sic=pl.coalesce("filed_sic", "first_sic", "today_sic"))
        .select(*spells.columns)
    )


def _with_changes(spells: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Split spells on the days within them on which the company's code became another."""
    before = pl.col("filed_sic").shift().over("source_entity_id")
    changes = known.sort("source_entity_id", "known_from").filter(
        before.is_not_null() & (pl.col("filed_sic") != before)
    )
    is_within = (pl.col("known_from") > pl.col("valid_from")) & (
        pl.col("valid_to").is_null() | (pl.col("known_from") <= pl.col("valid_to"))
    )
    cut = (
        spells.join(changes.select("source_entity_id", "known_from"), on="source_entity_id")
        .filter(is_within)
        .with_columns(spell_from="valid_from", valid_from="known_from")
        .drop("known_from")
    )
    together = pl.concat([spells.with_columns(spell_from="valid_from"), cut]).sort(
        "source_id", "spell_from", "valid_from"
    )
    next_from = pl.col("valid_from").shift(-1).over("source_id", "spell_from")
    return together.with_columns(valid_to=pl.coalesce(next_from - _ONE_DAY, "valid_to")).drop("spell_from")
