"""The lines of a ticker over time: where one ends and the next begins."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.identity.continuity import with_continuity
from smallcap.sources.identity.names import words
from smallcap.sources.identity.sightings import Sightings

_ONE_DAY = dt.timedelta(days=1)


def with_line(seen: pl.DataFrame, aliases: pl.DataFrame, rules: HoldingsRules) -> pl.DataFrame:
    """Add `source_id`: the ticker with the words of the name that the line first had there."""
    continued = with_continuity(seen, aliases, rules.identity, rules.recycling)
    spelled = words(pl.col("name"), rules.recycling.insignificant_words).list.join("-").fill_null("")
    return (
        continued.with_columns(spell=(~pl.col("is_same").fill_null(True)).cum_sum().over("symbol"))
        .with_columns(first_words=spelled.first().over("symbol", "spell"))
        .with_columns(source_id=_numbered(pl.concat_str("symbol", pl.lit(":"), "first_words")))
    )


def date_spells(lines: pl.DataFrame, sightings: Sightings) -> pl.DataFrame:
    """Date the spells: a ticker's first starts where any input shows it, each ends a day before the next."""
    firsts = (
        pl.concat(
            [
                sightings.listed.select("symbol", first="snapshot_date"),
                sightings.companies.select("symbol", first="first_date"),
                priced_from(sightings).select("symbol", first="first_date"),
            ]
        )
        .group_by("symbol")
        .agg(pl.col("first").min())
    )
    is_first = pl.int_range(pl.len()).over("symbol") == 0
    ordered = lines.sort("symbol", "first_date", "source_id").join(
        firsts, on="symbol", how="left", maintain_order="left"
    )
    dated = ordered.with_columns(valid_from=pl.when(is_first).then("first").otherwise("first_date"))
    next_start = pl.col("valid_from").shift(-1).over("symbol")
    day_before = pl.max_horizontal("valid_from", next_start - _ONE_DAY)
    return dated.with_columns(valid_to=pl.when(next_start.is_not_null()).then(day_before))


def priced_from(sightings: Sightings) -> pl.DataFrame:
    """Return the first month end with a price, by ticker."""
    return sightings.prices.group_by("symbol").agg(first_date=pl.col("date").min())


def _numbered(name: pl.Expr) -> pl.Expr:
    """Add a number to a name that an earlier spell of the ticker has: a ticker can come back to a name."""
    earlier = (pl.col("spell") - pl.col("spell").min().over("symbol", "first_words")).cast(pl.String)
    is_again = pl.col("spell") > pl.col("spell").min().over("symbol", "first_words")
    return pl.when(is_again).then(pl.concat_str(name, pl.lit(":"), earlier)).otherwise(name)
