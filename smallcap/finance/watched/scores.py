"""Watched names by the quality screen: their inputs against the members' edges, means and quintiles."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl

from smallcap.finance.quality.inputs import (
    BASES,
    METHODS,
    TRAILING,
    basis_inputs,
    method_inputs,
    trailing_inputs,
)
from smallcap.finance.quality.steps import GROUP, QUINTILE_EDGES, coverage_as_scored, score
from smallcap.finance.watched.rows import as_watched, outsiders, with_stand_ins
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import BASE, SCORE_INPUTS, QualityRules

INSUFFICIENT = "insufficient_records"


def watched_scores(
    names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    member_scores: pl.DataFrame,
    rules: QualityRules,
    clock: dt.date,
    stale_months: int,
    applicability: Applicability,
    watched_trailing: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Score every watched name that is no member as if it stood among the scored members.

    It is winsorized at their edges, standardised by their means and deviations and placed between their
    quintile edges; none of these includes it.

    Parameters
    ----------
    names, watched_metrics
        Rows of core.watched_names and core.watched_metrics.
    annual_metrics, vendor_metrics
        As for `quality_scores`.
    member_scores
        Rows of marts.quality_scores for the same dates.
    rules, clock, stale_months, applicability
        As for `quality_scores`.
    watched_trailing
        Rows of core.watched_trailing; without them method trailing is left out.

    Returns
    -------
    pl.DataFrame
        One row per name, method and basis, in the columns of marts.watched_scores.
    """
    judged = outsiders(names)
    values = with_stand_ins(watched_metrics.select("as_of", "ticker", "market_cap_usd"), judged)
    parts = []
    for basis in BASES:
        inputs = basis_inputs(
            judged,
            values,
            annual_metrics,
            vendor_metrics,
            basis=basis,
            rules=rules,
            clock=clock,
            stale_months=stale_months,
        )
        parts += [method_inputs(inputs, method, rules, applicability) for method in METHODS]
    if watched_trailing is not None:
        latest = trailing_inputs(judged, with_stand_ins(watched_trailing, judged), clock)
        parts.append(method_inputs(latest, TRAILING, rules, applicability))
    placed = _placed(pl.concat(parts, how="diagonal"), universe_of(member_scores), rules)
    complete = placed.with_columns(
        pl.col("as_of").dt.year().alias("year"), pl.lit(rules.label).alias("rule_set")
    )
    return as_watched(complete, judged, "marts.watched_scores")


def universe_of(member_scores: pl.DataFrame) -> pl.DataFrame:
    """Describe the scored members of each date, method and basis.

    Parameters
    ----------
    member_scores
        Rows of marts.quality_scores.

    Returns
    -------
    pl.DataFrame
        One row per as_of, method and basis with scored members: of each input the `_lowest` and `_highest`
        winsorized value, `_mean` and population `_deviation` (null if it does not vary), and the edges of the
        quintiles, `edge_0` to `edge_3`.
    """
    ordered = member_scores.filter(pl.col("status") == "scored").sort(*GROUP, "entity_id")
    return ordered.group_by(GROUP, maintain_order=True).agg(
        *(expression for name in SCORE_INPUTS for expression in _of_input(name)),
        *(
            pl.col("score").quantile(edge, "linear").alias(f"edge_{place}")
            for place, edge in enumerate(QUINTILE_EDGES)
        ),
    )


def _of_input(name: str) -> list[pl.Expr]:
    values = pl.col(f"{name}_winsorized")
    return [
        values.min().alias(f"{name}_lowest"),
        values.max().alias(f"{name}_highest"),
        values.mean().alias(f"{name}_mean"),
        pl.when(values.max() > values.min()).then(values.std(ddof=0)).alias(f"{name}_deviation"),
    ]


def _placed(inputs: pl.DataFrame, universe: pl.DataFrame, rules: QualityRules) -> pl.DataFrame:
    """Exclude by the steps of the screen, and place what is left among the scored members."""
    # The number of records decides nothing here: whether there are enough is a matter of the members.
    own = ("score", "quintile", *(f"{name}_{part}" for name in SCORE_INPUTS for part in ("winsorized", "z")))
    alone = score(inputs, dataclasses.replace(rules, least_records=1)).drop(own)
    beside = alone.join(universe, on=GROUP, how="left", maintain_order="left")
    is_left, is_enough = pl.col("status") == "scored", pl.col("edge_0").is_not_null()
    judged = beside.with_columns(
        pl.when(is_left & ~is_enough)
        .then(pl.lit(INSUFFICIENT))
        .otherwise("exclusion_reason")
        .alias("exclusion_reason"),
        pl.when(is_left & ~is_enough).then(pl.lit("excluded")).otherwise("status").alias("status"),
    )
    is_scored = pl.col("status") == "scored"
    cut = judged.with_columns(
        pl.when(is_scored).then(_cut(name, rules)).alias(f"{name}_winsorized") for name in SCORE_INPUTS
    )
    standardised = cut.with_columns(
        pl.when(is_scored).then(_standardised(name)).alias(f"{name}_z") for name in SCORE_INPUTS
    )
    total = (
        pl.col("roe_z") + pl.col("fcf_margin_z") - pl.col("debt_to_assets_z") + pl.col("interest_coverage_z")
    )
    below = [
        (pl.col(f"edge_{place}") < pl.col("score")).cast(pl.Int64) for place in range(len(QUINTILE_EDGES))
    ]
    return standardised.with_columns(total.alias("score")).with_columns(
        pl.when(is_scored).then(1 + pl.sum_horizontal(below)).alias("quintile")
    )


def _cut(name: str, rules: QualityRules) -> pl.Expr:
    value = coverage_as_scored(rules, BASE) if name == "interest_coverage" else pl.col(name)
    return pl.min_horizontal(pl.max_horizontal(value, f"{name}_lowest"), f"{name}_highest")


def _standardised(name: str) -> pl.Expr:
    distance = pl.col(f"{name}_winsorized") - pl.col(f"{name}_mean")
    return (distance / pl.col(f"{name}_deviation")).fill_null(0.0)
