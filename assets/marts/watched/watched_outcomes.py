"""marts.watched_outcomes: watched names by the six filters, against the members' universe."""

from __future__ import annotations

import polars as pl

from smallcap.assets.core.filter_evaluations import PRICES
from smallcap.assets.table_asset import table_asset
from smallcap.finance.funnel.footing import LATEST, TRAILING_COLUMNS
from smallcap.finance.funnel.inputs import METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.finance.watched import filters
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.shariah import ShariahStandards

BY_BUSINESS = ("year", "as_of", "entity_id", "filter_number", "stand_alone_status")


@table_asset(
    "marts.watched_outcomes",
    columns={
        "metrics_as_of": METRIC_COLUMNS,
        "trailing_as_of": TRAILING_COLUMNS,
        "watched_trailing": (*TRAILING_COLUMNS, "ticker"),
        "filter_evaluations": BY_BUSINESS,
        "annual_fundamentals": STATEMENT_COLUMNS,
        "prices": PRICES,
    },
    where={"filter_evaluations": {"filter_number": filters.BUSINESS_FILTER}},
    by_year=True,
)
def watched_outcomes(
    watched_names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    watched_trailing: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    factors: pl.DataFrame,
    funnel_rules: FunnelRules,
    business_rules: BusinessRules,
    shariah_standards: ShariahStandards,
    applicability: Applicability,
    shariah_standard: str,
    statement_footing: str,
) -> pl.DataFrame:
    """Evaluate every filter for the names that are no members; none of them moves a limit."""
    return filters.watched_outcomes(
        watched_names,
        watched_metrics,
        metrics_as_of,
        filter_evaluations,
        annual_fundamentals,
        annual_metrics,
        prices,
        factors,
        funnel_rules,
        business_rules,
        shariah_standards.named(shariah_standard),
        applicability,
        filters.Latest(trailing_as_of, watched_trailing) if statement_footing == LATEST else None,
    )
