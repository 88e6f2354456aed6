"""marts.index_comparison: the published table of the two small-cap indices beside this home's figures."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.statuses import ESTIMATED
from smallcap.rules.types.benchmarks import (
    BY_RULE,
    INDEX,
    OF_THE_PANEL,
    OF_THE_PROFILE,
    RIVAL,
    BenchmarkRules,
)
from smallcap.tables.index_comparison import IndexComparison

YEARS: Final = 10
FIGURES: Final = ("published_index", "published_rival", "own_index", "own_rival")
NOT_KNOWN: Final = "not known"


def index_comparison(
    profile: pl.DataFrame, holdings: pl.DataFrame, panel: pl.DataFrame, rules: BenchmarkRules
) -> pl.DataFrame:
    """Put this home's figures of both indices beside the published ones, row by row, for each date.

    Parameters
    ----------
    profile
        Rows of marts.index_profile.
    holdings
        Rows of marts.index_holdings (as_of, rank, weight).
    panel
        Rows of marts.benchmark_panel.
    rules
        The published table.

    Returns
    -------
    pl.DataFrame
        One row per date and measure, in the columns of marts.index_comparison, sorted by date and place.
    """
    published = _published(rules)
    own = pl.concat([_of_members(profile, holdings), _of_funds(panel)])
    dated = profile.select("as_of").unique().join(published, how="cross")
    joined = dated.join(own, on=["as_of", "measure"], how="left")
    missing = [pl.when(pl.col(name).is_null()).then(pl.lit(name.replace("_", " "))) for name in FIGURES]
    unknown = pl.concat_list(missing).list.drop_nulls().list.join(", ")
    told = pl.when(unknown != "").then(pl.format("{}: {}", pl.lit(NOT_KNOWN), unknown))
    return in_columns_of(
        joined.with_columns(told.alias("unknown"), pl.lit(rules.label).alias("rule_set")), IndexComparison
    ).sort("as_of", "place")


def _published(rules: BenchmarkRules) -> pl.DataFrame:
    rows = [
        {
            "place": place,
            "measure": row.measure,
            "unit": row.unit,
            "published_index": row.index,
            "published_index_to": row.index_to,
            "published_rival": row.rival,
            "note": row.note or None,
            "source": row.source,
            "basis": "fund"
            if row.measure in OF_THE_PANEL
            else "rule"
            if row.measure in BY_RULE
            else "members",
        }
        for place, row in enumerate(rules.comparison, start=1)
    ]
    schema = {name: column.dtype for name, column in IndexComparison.columns().items()}
    return pl.DataFrame(rows, schema={name: dtype for name, dtype in schema.items() if name in rows[0]})


def _of_members(profile: pl.DataFrame, holdings: pl.DataFrame) -> pl.DataFrame:
    """Return as_of, measure, own_index and own_rival of the members: of the rival none are known."""
    heaviest = holdings.filter(pl.col("rank") == 1).select(
        "as_of", pl.col("weight").alias("top_holding_weight")
    )
    measures = profile.join(heaviest, on="as_of", how="left").select(
        "as_of", *(pl.col(name).cast(pl.Float64) for name in OF_THE_PROFILE)
    )
    long = measures.unpivot(OF_THE_PROFILE, index="as_of", variable_name="measure", value_name="own_index")
    return long.with_columns(pl.lit(None, pl.Float64).alias("own_rival"))


def _of_funds(panel: pl.DataFrame) -> pl.DataFrame:
    """Return as_of, measure, own_index and own_rival of measures of the funds' returns over ten years."""
    decade = panel.filter((pl.col("years") == YEARS) & (pl.col("status") == ESTIMATED))
    first = decade.sort("as_of", "role", "ticker").unique(
        ["as_of", "role"], keep="first", maintain_order=True
    )
    long = first.unpivot(OF_THE_PANEL, index=["as_of", "role"], variable_name="measure", value_name="value")
    sides = [
        long.filter(pl.col("role") == role).select("as_of", "measure", pl.col("value").alias(name))
        for role, name in ((INDEX, "own_index"), (RIVAL, "own_rival"))
    ]
    return sides[0].join(sides[1], on=["as_of", "measure"], how="full", coalesce=True)
