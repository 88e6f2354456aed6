"""marts.quality_alternatives: each member by other definitions of quality."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.quality.alternatives.composite import composites, items
from smallcap.finance.quality.alternatives.piotroski import SIGNALS, f_score, signals
from smallcap.finance.quality.alternatives.records import visible_years
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.quintiles import QuintileRules

FINANCIAL, NOT_FINANCIAL = "financial", "not_financial"
NOT_ASKED_OF_FINANCIALS: Final = (
    "gross_profitability",
    "ebitda_margin",
    "piotroski_f",
    "piotroski_signals_known",
    *SIGNALS,
)
KEY: Final = ["as_of", "entity_id"]


def quality_alternatives(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    metrics_rules: MetricsRules,
    rules: QuintileRules,
) -> pl.DataFrame:
    """Value each member by every other definition, from the record visible at as_of.

    Parameters
    ----------
    members
        Rows of core.members: as_of, entity_id, ticker, is_financial.
    metrics_as_of
        Rows of core.metrics_as_of: as_of, entity_id, is_stale, share_count_change.
    annual_fundamentals, annual_metrics
        Rows of these core tables; those known after as_of are ignored.
    metrics_rules
        The day range of the prior year.
    rules
        Minimum numbers.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quality_alternatives, sorted by key. A stale record is not used.
    """
    asked = members.select(*KEY, "ticker", ranked_among().alias("ranked_among")).join(
        metrics_as_of.select(*KEY, "is_stale", "share_count_change"), on=KEY, how="left"
    )
    fresh = asked.filter(~pl.col("is_stale").fill_null(False)).sort(KEY)
    known = visible_years(
        fresh, annual_fundamentals, annual_metrics, metrics_rules.prior_year, rules.alternatives
    )
    is_financial = pl.col("ranked_among") != NOT_FINANCIAL
    valued = without_nan(known.with_columns(*items(), *signals())).with_columns(
        is_financial.alias("is_financial_group"),
        pl.struct("as_of", "ranked_among").rank("dense").alias("group"),
    )
    scored = composites(valued.with_columns(*f_score()), rules.alternatives).with_columns(
        pl.when(~is_financial).then(name).alias(name) for name in NOT_ASKED_OF_FINANCIALS
    )
    unused = asked.join(scored, on=KEY, how="anti").with_columns(pl.lit("stale").alias("exclusion_reason"))
    reason = pl.when(pl.col("period_end").is_null()).then(pl.lit("no_fundamentals")).alias("exclusion_reason")
    complete = pl.concat([scored.with_columns(reason), unused], how="diagonal").with_columns(
        pl.col("as_of").dt.year().alias("year"), pl.lit(rules.label).alias("rule_set")
    )
    return as_table(complete, "marts.quality_alternatives").sort(KEY)


def ranked_among() -> pl.Expr:
    """Name the companies that a member is ranked among; one of unknown business is no financial."""
    return (
        pl.when(pl.col("is_financial").fill_null(False))
        .then(pl.lit(FINANCIAL))
        .otherwise(pl.lit(NOT_FINANCIAL))
    )
