"""marts.quality_summary: counts, input statistics, best and worst tickers and ablation, per quintile.

The outcomes of a quintile's companies are in `outcomes`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.quality.outcomes import ALL_SCORED, OUTCOME_KEYS, outcomes
from smallcap.finance.quality.steps import GROUP, coverage_as_scored, score
from smallcap.rules.types.quality import ABLATIONS, BASE, REQUIRED_INPUTS, QualityRules, Variant

QUINTILES = range(ALL_SCORED, 6)
_STEPS = ("members", "usable_tickers", "with_record", "complete_records", "records_after_controls")


def quality_summary(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    rules: QualityRules,
    years: Sequence[int],
) -> pl.DataFrame:
    """Summarise the scores of some years by quintile, and of the screen with one step left out.

    Parameters
    ----------
    scores
        Rows of marts.quality_scores for the years and the year before, whose quintiles the outcomes follow.
    members
        Rows of core.members for the same years.
    annual_metrics
        Rows of core.annual_metrics known up to the last as_of; later rows are ignored.
    prices
        Rows of raw.prices for the same years: each line's monthly total returns.
    rules
        Thresholds.
    years
        The calendar years to summarise.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quality_summary, sorted by its key: six rows (quintile 0 for all scored, and 1 to
        5) for each as_of, method, basis and variant.
    """
    asked = scores.filter(pl.col("as_of").dt.year().is_in(list(years)))
    variants = pl.concat([_variant_summary(asked, rules, variant) for variant in (BASE, *ABLATIONS)])
    followed = outcomes(scores, asked, members, annual_metrics, prices).with_columns(
        pl.lit(BASE.name).alias("variant")
    )
    summary = variants.join(followed, on=[*OUTCOME_KEYS, "variant"], how="left").with_columns(
        pl.col("as_of").dt.year().alias("year")
    )
    return as_table(summary, "marts.quality_summary").sort(*GROUP, "variant", "quintile")


def _variant_summary(scores: pl.DataFrame, rules: QualityRules, variant: Variant) -> pl.DataFrame:
    """Summarise one variant; the rows of `scores` have all columns needed for re-scoring."""
    rescored = scores if variant == BASE else _rescored(scores, rules, variant)
    shown = rescored.with_columns(coverage_as_scored(rules, variant))
    frame = _step_counts(shown).join(
        pl.DataFrame({"quintile": QUINTILES}, schema={"quintile": pl.Int64}), how="cross"
    )
    described = pl.concat([_descriptions(shown, by_quintile=False), _descriptions(shown, by_quintile=True)])
    return (
        frame.join(described, on=[*GROUP, "quintile"], how="left")
        .join(_ends(shown, rules.listed_names), on=[*GROUP, "quintile"], how="left")
        .with_columns(pl.col("scored").fill_null(0), pl.lit(variant.name).alias("variant"))
    )


def _rescored(scores: pl.DataFrame, rules: QualityRules, variant: Variant) -> pl.DataFrame:
    """Score rows of marts.quality_scores again with another variant."""
    reason = pl.col("exclusion_reason")
    inputs = scores.select(
        *GROUP, "entity_id", "ticker", "is_final", "period_end", *REQUIRED_INPUTS, "exclusion_reason"
    ).with_columns(
        reason.ne_missing("unusable_ticker").alias("is_ticker_usable"),
        reason.eq_missing("stale").alias("is_stale"),
    )
    return score(inputs.drop("exclusion_reason"), rules, variant)


def _step_counts(scores: pl.DataFrame) -> pl.DataFrame:
    """Count the members that each step leaves."""
    reason = pl.col("exclusion_reason").fill_null("")
    left = [
        pl.col("entity_id").is_not_null(),
        reason != "unusable_ticker",
        ~reason.is_in(["no_fundamentals", "stale"]),
        ~reason.str.starts_with("missing:"),
        ~reason.str.starts_with("out_of_range:"),
    ]
    # A member passes a step only if it passed every step before.
    counts = [
        pl.all_horizontal(left[: number + 1]).sum().cast(pl.Int64).alias(name)
        for number, name in enumerate(_STEPS)
    ]
    return scores.group_by(GROUP).agg(pl.col("is_final").all(), *counts)


def _descriptions(scores: pl.DataFrame, *, by_quintile: bool) -> pl.DataFrame:
    """Compute input statistics of the scored companies, per quintile or together as quintile 0."""
    quintile = pl.col("quintile") if by_quintile else pl.lit(ALL_SCORED, pl.Int64).alias("quintile")
    columns = [*GROUP, "entity_id", "quintile", *REQUIRED_INPUTS]
    scored = (
        scores.filter(pl.col("status") == "scored")
        .select(columns)
        .sort(*GROUP, "entity_id")
        .with_columns(quintile)
    )
    statistics = [statistic for name in REQUIRED_INPUTS for statistic in _described(name)]
    return scored.group_by(*GROUP, "quintile", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("scored"), *statistics
    )


def _described(name: str) -> list[pl.Expr]:
    """Compute statistics of one input like pandas' `describe`: sample deviation, linear quartiles."""
    values = pl.col(name)
    return [
        values.mean().alias(f"{name}_mean"),
        values.std(ddof=1).alias(f"{name}_std"),
        values.min().alias(f"{name}_min"),
        values.quantile(0.25, "linear").alias(f"{name}_p25"),
        values.quantile(0.5, "linear").alias(f"{name}_median"),
        values.quantile(0.75, "linear").alias(f"{name}_p75"),
        values.max().alias(f"{name}_max"),
    ]


def _ends(scores: pl.DataFrame, listed: int) -> pl.DataFrame:
    """List the best and worst tickers, on the row of all scored; ties are ordered by entity_id."""
    scored = scores.filter(pl.col("status") == "scored").select(*GROUP, "entity_id", "ticker", "score")
    best_first = pl.col("ticker").sort_by("score", "entity_id", descending=[True, False])
    worst_first = pl.col("ticker").sort_by("score", "entity_id")
    return scored.group_by(GROUP).agg(
        best_first.head(listed).str.join(", ").alias("top_names"),
        worst_first.head(listed).str.join(", ").alias("bottom_names"),
        pl.lit(ALL_SCORED, pl.Int64).alias("quintile"),
    )
