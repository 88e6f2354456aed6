"""core.filter_evaluations: the filters 1 to 6, each evaluated on its own for every member."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.funnel.evaluation import evaluate_filters
from smallcap.finance.funnel.footing import TRAILING_COLUMNS, on_footing
from smallcap.finance.funnel.inputs import MEMBER_COLUMNS, METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.shariah import ShariahStandards

PRICES = ("year", "security_id", "date", "close_usd", "split_ratio")


@table_asset(
    "core.filter_evaluations",
    columns={
        "members": ("year", *MEMBER_COLUMNS),
        "metrics_as_of": METRIC_COLUMNS,
        "trailing_as_of": TRAILING_COLUMNS,
        "annual_fundamentals": STATEMENT_COLUMNS,
        "prices": PRICES,
    },
    by_year=True,
)
def filter_evaluations(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
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
    """Evaluate every filter for every member, independent of the other filters."""
    standard = shariah_standards.named(shariah_standard)
    return evaluate_filters(
        members,
        metrics_as_of,
        annual_fundamentals,
        annual_metrics,
        prices,
        factors,
        funnel_rules,
        business_rules,
        standard,
        applicability,
        trailing_as_of=on_footing(trailing_as_of, statement_footing),
    )
