"""marts.watched_lenses: watched names through the lenses of their three statements."""

from __future__ import annotations

import polars as pl

from smallcap.assets.marts.watched.watched_outcomes import BY_BUSINESS
from smallcap.assets.table_asset import table_asset
from smallcap.finance.funnel.footing import LATEST, TRAILING_COLUMNS
from smallcap.finance.funnel.inputs import METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.finance.watched import filters
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FunnelRules


@table_asset(
    "marts.watched_lenses",
    columns={
        "metrics_as_of": METRIC_COLUMNS,
        "trailing_as_of": TRAILING_COLUMNS,
        "watched_trailing": (*TRAILING_COLUMNS, "ticker"),
        "filter_evaluations": BY_BUSINESS,
        "annual_fundamentals": STATEMENT_COLUMNS,
        "watched_outcomes": (*BY_BUSINESS, "ticker"),
    },
    where={"filter_evaluations": {"filter_number": filters.BUSINESS_FILTER}},
    by_year=True,
)
def watched_lenses(
    watched_names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    watched_outcomes: pl.DataFrame,
    watched_trailing: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    funnel_rules: FunnelRules,
    applicability: Applicability,
    statement_footing: str,
) -> pl.DataFrame:
    """Compare the eighteen items of each name that is no member with what an analyst would like to see."""
    return filters.watched_lenses(
        watched_names,
        watched_metrics,
        watched_outcomes,
        metrics_as_of,
        filter_evaluations,
        annual_fundamentals,
        annual_metrics,
        funnel_rules,
        applicability,
        filters.Latest(trailing_as_of, watched_trailing) if statement_footing == LATEST else None,
    )
