"""Ids of the fundamentals table that cannot be right: one company under two ids, one id of two companies."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.identity import Identity
from smallcap.sources.identity.names import NONE, compared, words

_SHOWN = 5
_ADJOINING_DAYS = 550
"""Records whose years adjoin lie at most so far apart."""


def id_notices(rows: pl.DataFrame, rules: Identity, insignificant: Sequence[str]) -> tuple[str, ...]:
    """Name the ids of a fundamentals table that look wrong.

    Parameters
    ----------
    rows
        symbol, entity_id, name, period_end.
    rules, insignificant
        How names are compared.
    """
    split = _split_companies(rows, [*insignificant, *rules.cut_off_words])
    mixed = _mixed_ids(rows, rules, insignificant)
    found = []
    if split:
        found.append(
            "fundamentals: one company may have two ids with adjoining years "
            f"({_shown(split)}); its history is cut there. Give all its rows one entity_id"
        )
    if mixed:
        found.append(
            "fundamentals: one id has companies whose names share no word in the same year "
            f"({_shown(mixed)}); their figures count as those of one company. Give each its own entity_id"
        )
    return tuple(found)


def _split_companies(rows: pl.DataFrame, left_out: list[str]) -> list[str]:
    """Find ids of one ticker or one name whose years adjoin; names that share nothing are two companies."""
    spelled = words(pl.col("name"), left_out)
    described = rows.with_columns(spelled=spelled, squeezed=spelled.list.join(""))
    by_ticker = _adjoining(described.with_columns(key="symbol"))
    by_name = _adjoining(described.filter(pl.col("squeezed") != "").with_columns(key="squeezed"))
    return pl.concat([by_ticker, by_name]).unique().sort("found")["found"].to_list()


def _adjoining(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the successive ids of each `key` whose years adjoin and do not overlap."""
    spans = (
        rows.group_by("key", "entity_id")
        .agg(
            pl.col("symbol").last(),
            pl.col("spelled").drop_nulls().last(),
            first=pl.col("period_end").min(),
            last=pl.col("period_end").max(),
        )
        .sort("key", "first", "entity_id")
        .with_columns(
            pl.col("entity_id", "symbol", "last", "spelled").shift().over("key").name.suffix("_before")
        )
    )
    gap = pl.col("first") - pl.col("last_before")
    adjoins = (gap > pl.duration(days=0)) & (gap <= pl.duration(days=_ADJOINING_DAYS))
    shares_word = pl.col("spelled").list.set_intersection("spelled_before").list.len() > 0
    before, after = ("symbol_before", "entity_id_before", "last_before"), ("symbol", "entity_id", "first")
    return spans.filter(adjoins & shares_word.fill_null(True)).select(
        found=pl.format("{} {} to {}, {} {} from {}", *before, *after)
    )


def _mixed_ids(rows: pl.DataFrame, rules: Identity, insignificant: Sequence[str]) -> list[str]:
    """Find ids that in one year have two tickers with names that share no word."""
    named = (
        rows.drop_nulls("name")
        .select("entity_id", "symbol", "name", year=pl.col("period_end").dt.year())
        .unique()
    )
    key = ["entity_id", "year"]
    several = named.filter(pl.col("symbol").n_unique().over(key) > 1)
    pairs = several.join(several, on=key, suffix="_b").filter(pl.col("symbol") < pl.col("symbol_b"))
    kinds = compared(pairs.rename({"name": "name_a"}), rules, insignificant)
    found = (
        pairs.join(kinds, left_on=["name", "name_b"], right_on=["name_a", "name_b"])
        .filter(pl.col("names") == NONE)
        .sort("entity_id", "symbol", "symbol_b", "year")
        .unique("entity_id", keep="first", maintain_order=True)
    )
    return (
        found.select(pl.format("{}: {} {} and {} {}", "entity_id", "symbol", "name", "symbol_b", "name_b"))
        .to_series()
        .to_list()
    )


def _shown(found: list[str]) -> str:
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more
