"""Scores of watched names as a bare script: all years at once.

It shares the thresholds and the names of columns with smallcap, and none of the calculations.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import QualityRules

INPUTS: Final = ("roe", "fcf_margin", "debt_to_assets", "interest_coverage")
CONTROLLED: Final = ("market_cap_usd", *INPUTS[:3])
SCREEN: Final = ["as_of", "method", "basis"]
EDGES: Final = (0.2, 0.4, 0.6, 0.8)
VISIBLE_YEARS: Final = 8
OF_COVERAGE: Final = ("interest_coverage_reason", "total_debt_usd", "is_debt_partial", "ebit_usd")
RECORD: Final = ("period_end", "available_date", "is_stale", *INPUTS, "market_cap_usd", *OF_COVERAGE)
COMPARED: Final = (
    *(*SCREEN, "ticker", "entity_id", "year", "status", "exclusion_reason", "quintile", "score"),
    *("period_end", "available_date", "inputs_basis", "horizon_date", "is_final", *INPUTS),
    *("market_cap_usd", *(f"{name}_{part}" for name in INPUTS for part in ("winsorized", "z"))),
)
Tables = dict[str, pl.DataFrame]


def scores(
    tables: Tables, rules: QualityRules, applicability: Applicability, stale_months: int
) -> pl.DataFrame:
    """Make the main columns of marts.watched_scores.

    Parameters
    ----------
    tables
        core.watched_names, core.watched_metrics, core.watched_trailing, core.annual_metrics,
        raw.vendor_metrics and marts.quality_scores.
    rules, applicability, stale_months
        Thresholds, what a kind of company is not asked, and how old a record may be.
    """
    screens = tables["marts.quality_scores"].select(*SCREEN, "horizon_date", "is_final").unique()
    names = tables["core.watched_names"].filter(~pl.col("is_member"))
    asked = names.select("as_of", "ticker", "entity_id", "company_kind", "is_ticker_usable", "year").join(
        screens, on="as_of"
    )
    of_years = _of_fiscal_years(asked.filter(pl.col("method") != "trailing"), tables, rules, stale_months)
    latest = tables["core.watched_trailing"].select("as_of", "ticker", *RECORD)
    trailing = (
        asked.filter(pl.col("method") == "trailing")
        .join(latest, on=["as_of", "ticker"], how="left")
        .with_columns(inputs_basis=pl.when(pl.col("period_end").is_not_null()).then(pl.lit("computed")))
    )
    inputs = _asked_by_method(pl.concat([of_years, trailing.select(of_years.columns)]), rules, applicability)
    excluded = inputs.with_columns(exclusion_reason=_reason(rules))
    universe = _universe(tables["marts.quality_scores"].filter(pl.col("status") == "scored"))
    return _placed(excluded.join(universe, on=SCREEN, how="left"), rules).select(COMPARED)


def _of_fiscal_years(
    asked: pl.DataFrame, tables: Tables, rules: QualityRules, stale_months: int
) -> pl.DataFrame:
    """Find the record that each horizon sees, the vendor's ratios of it, and its age."""
    year = pl.col("as_of").dt.year()
    records = tables["core.annual_metrics"].select(
        "entity_id", "period_end", "available_date", "version", "source", *INPUTS, *OF_COVERAGE
    )
    question = ["entity_id", "as_of", "horizon_date"]
    seen = (
        asked.select(question)
        .unique()
        .join(records, on="entity_id")
        .filter(
            pl.col("available_date") <= pl.col("horizon_date"),
            pl.col("available_date").dt.year() >= year - VISIBLE_YEARS,
        )
        .sort("period_end", "available_date", pl.col("version") == "restated", "version", "source")
        .unique(question, keep="last", maintain_order=True)
    )
    served = (
        tables["raw.vendor_metrics"]
        .sort("available_date", "source")
        .unique(["entity_id", "period_end"], keep="first", maintain_order=True)
        .select(
            *("entity_id", "period_end", pl.col(INPUTS).name.suffix("_served")),
            served="available_date",
            cap="market_cap_period_end_usd",
        )
    )
    values = tables["core.watched_metrics"].select("as_of", "ticker", "market_cap_usd")
    both = (
        asked.join(seen, on=question, how="left")
        .join(served, on=["entity_id", "period_end"], how="left")
        .join(values, on=["as_of", "ticker"], how="left")
    )
    is_served = (pl.col("served") <= pl.col("horizon_date")).fill_null(False)
    is_later = pl.col("basis") == "as_published"
    start = pl.when(is_later).then(
        pl.col("as_of").dt.offset_by(f"-{rules.as_published.stale_months}mo")
    ).otherwise(pl.col("as_of").dt.offset_by(f"-{stale_months}mo"))  # fmt: skip
    return both.select(
        *asked.columns,
        *("period_end", "available_date"),
        (pl.col("period_end") < start).alias("is_stale"),
        *(pl.when(is_served).then(f"{name}_served").otherwise(name).alias(name) for name in INPUTS),
        pl.coalesce(pl.when(is_served).then("cap"), "market_cap_usd").alias("market_cap_usd"),
        *OF_COVERAGE,
        inputs_basis=pl.when(is_served)
        .then(pl.lit("vendor"))
        .when(pl.col("period_end").is_not_null())
        .then(pl.lit("computed")),
    )


def _asked_by_method(inputs: pl.DataFrame, rules: QualityRules, applicability: Applicability) -> pl.DataFrame:
    """Set the coverage of who pays no interest, and leave out what a kind of company is not asked."""
    earns = pl.col("interest_coverage_reason") == "net_interest_income"
    is_free = (pl.col("total_debt_usd") == 0) & ~pl.col("is_debt_partial").fill_null(False)
    pays_none = (is_free & (earns | (pl.col("interest_coverage_reason") == "no_interest_expense"))) | (
        earns & pl.col("total_debt_usd").is_not_null()
    )
    cap = pl.when(pl.col("ebit_usd").is_not_null()).then(
        rules.coverage_clip.highest * (pl.col("ebit_usd") > 0)
    )
    replaced = {
        "interest_coverage": pl.coalesce("interest_coverage", pl.when(pays_none).then(cap)),
        "debt_to_assets": pl.col("debt_to_assets"),
    }
    is_other = pl.col("method") != "published"
    return inputs.with_columns(
        pl.when(
            is_other
            & pl.col("company_kind")
            .is_in(list(applicability.kinds_without("score_inputs", name)))
            .fill_null(False)
        )
        .then(None)
        .when(is_other)
        .then(value)
        .otherwise(name)
        .alias(name)
        for name, value in replaced.items()
    )


def _reason(rules: QualityRules) -> pl.Expr:
    """Name the first step that stops a record."""
    required = (*INPUTS, "market_cap_usd")
    lacking = pl.concat_str(
        *(pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in required),
        separator=",",
        ignore_nulls=True,
    )
    steps = [
        pl.when(~pl.col("is_ticker_usable")).then(pl.lit("unusable_ticker")),
        pl.when(pl.col("period_end").is_null()).then(pl.lit("no_fundamentals")),
        pl.when("is_stale").then(pl.lit("stale")),
        pl.when(lacking != "").then(pl.lit("missing:") + lacking),
    ]
    for name in CONTROLLED:
        bounds = getattr(rules.controls, name)
        value = pl.col(name)
        inside = (value > bounds.lowest) & (value < bounds.highest)
        at_an_end = (value == bounds.lowest) | (value == bounds.highest)
        is_out = ~(inside | (at_an_end & pl.lit(bounds.is_inclusive)))
        steps.append(pl.when(is_out).then(pl.lit(f"out_of_range:{name}")))
    return pl.coalesce(steps)


def _universe(scored: pl.DataFrame) -> pl.DataFrame:
    cut = {name: pl.col(f"{name}_winsorized") for name in INPUTS}
    return scored.group_by(SCREEN).agg(
        *(value.min().alias(f"{name}_low") for name, value in cut.items()),
        *(value.max().alias(f"{name}_high") for name, value in cut.items()),
        *(value.mean().alias(f"{name}_mean") for name, value in cut.items()),
        *(((value - value.mean()) ** 2).mean().sqrt().alias(f"{name}_spread") for name, value in cut.items()),
        *(pl.col("score").quantile(edge, "linear").alias(f"edge_{edge}") for edge in EDGES),
    )


def _placed(beside: pl.DataFrame, rules: QualityRules) -> pl.DataFrame:
    is_alone = pl.col("exclusion_reason").is_null() & pl.col("roe_mean").is_null()
    judged = beside.with_columns(
        exclusion_reason=pl.when(is_alone)
        .then(pl.lit("insufficient_records"))
        .otherwise("exclusion_reason")
    )  # fmt: skip
    is_scored = pl.col("exclusion_reason").is_null()
    clip = rules.coverage_clip
    value = {name: pl.col(name) for name in INPUTS}
    value["interest_coverage"] = value["interest_coverage"].clip(clip.lowest, clip.highest)
    cut = judged.with_columns(
        pl.when(is_scored)
        .then(value[name].clip(pl.col(f"{name}_low"), pl.col(f"{name}_high")))
        .alias(f"{name}_winsorized")
        for name in INPUTS
    )
    distance = {name: pl.col(f"{name}_winsorized") - pl.col(f"{name}_mean") for name in INPUTS}
    has_spread = {name: pl.col(f"{name}_high") > pl.col(f"{name}_low") for name in INPUTS}
    standard = cut.with_columns(
        pl.when(is_scored & has_spread[name])
        .then(distance[name] / pl.col(f"{name}_spread"))
        .when(is_scored)
        .then(0.0)
        .alias(f"{name}_z")
        for name in INPUTS
    )
    total = (
        pl.col("roe_z") + pl.col("fcf_margin_z") + pl.col("interest_coverage_z") - pl.col("debt_to_assets_z")
    )
    return standard.with_columns(score=total).with_columns(
        status=pl.when(is_scored).then(pl.lit("scored")).otherwise(pl.lit("excluded")),
        quintile=pl.when(is_scored).then(
            1 + sum((pl.col("score") > pl.col(f"edge_{edge}")).cast(pl.Int64) for edge in EDGES)
        ),
    )
