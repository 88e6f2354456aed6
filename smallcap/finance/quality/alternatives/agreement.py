"""marts.quality_agreement: how far other definitions of quality rank like the study's score."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.quality.inputs import METHODS, POINT_IN_TIME
from smallcap.finance.quality.steps import QUINTILE_EDGES
from smallcap.finance.quality.winsorize import bucket
from smallcap.rules.types.quintiles import QuintileRules

ALTERNATIVES: Final = ("ebitda_margin", "financial_score", "gross_profitability", "piotroski_f", "qmj", "roe")
OF_A_ROW: Final = ["as_of", "method", "alternative"]
TOP: Final = 5
EQUAL_DIGITS: Final = 12
"""Figures that agree in so many digits have the same rank."""


def quality_agreement(
    quality_scores: pl.DataFrame, quality_alternatives: pl.DataFrame, rules: QuintileRules
) -> pl.DataFrame:
    """Compare each definition with the score, over the companies that have both.

    Parameters
    ----------
    quality_scores
        Rows of marts.quality_scores; those scored on basis point_in_time are used.
    quality_alternatives
        Rows of marts.quality_alternatives for the same dates.
    rules
        Minimum number of companies.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quality_agreement, sorted by key: one row per as_of, method and definition.
    """
    is_scored = (
        (pl.col("basis") == POINT_IN_TIME) & (pl.col("status") == "scored") & pl.col("method").is_in(METHODS)
    )
    scored = quality_scores.filter(is_scored).select("as_of", "entity_id", "method", "score")
    values = quality_alternatives.select(
        "as_of", "entity_id", *(pl.col(name).cast(pl.Float64) for name in ALTERNATIVES)
    ).unpivot(ALTERNATIVES, index=["as_of", "entity_id"], variable_name="alternative", value_name="value")
    both = scored.join(values.drop_nulls("value"), on=["as_of", "entity_id"]).sort(*OF_A_ROW, "entity_id")
    compared = _compared(both, rules.alternatives.least_names)
    every = (
        scored.select("as_of", "method")
        .unique()
        .join(pl.DataFrame({"alternative": ALTERNATIVES}), how="cross")
    )
    complete = every.join(compared, on=OF_A_ROW, how="left").with_columns(
        pl.col("companies").fill_null(0),
        pl.col("as_of").dt.year().alias("year"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return as_table(complete, "marts.quality_agreement").sort(OF_A_ROW)


def _compared(both: pl.DataFrame, least_names: int) -> pl.DataFrame:
    """Correlate the ranks of each group, and count the companies in both top quintiles."""
    # Two companies with the same figures can differ in the last digit, by the order of a sum: that is a tie.
    ranked = both.with_columns(pl.struct(OF_A_ROW).rle_id().alias("group")).with_columns(
        *(
            pl.col(name).round_sig_figs(EQUAL_DIGITS).rank("average").over("group").alias(f"{name}_rank")
            for name in ("score", "value")
        ),
        *(
            (bucket(name, "group", QUINTILE_EDGES) == TOP).alias(f"is_{name}_top")
            for name in ("score", "value")
        ),
    )
    is_enough = pl.len() >= least_names
    is_varied = pl.all_horizontal(pl.col(name).max() > pl.col(name).min() for name in ("score", "value"))
    tops = {
        "score_top": pl.col("is_score_top"),
        "alternative_top": pl.col("is_value_top"),
        "both_top": pl.col("is_score_top") & pl.col("is_value_top"),
    }
    counted = ranked.group_by(OF_A_ROW, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("companies"),
        pl.when(is_enough & is_varied).then(pl.corr("score_rank", "value_rank")).alias("rank_correlation"),
        *(pl.when(is_enough).then(top.sum().cast(pl.Int64)).alias(name) for name, top in tops.items()),
    )
    share = pl.when(pl.col("score_top") > 0).then(pl.col("both_top") / pl.col("score_top"))
    return counted.with_columns(
        share.alias("top_overlap"), (pl.col("alternative_top") / pl.col("companies")).alias("chance_overlap")
    )
