"""marts.statement_lenses: each member through the lenses of its three statements."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import funnel
from smallcap.finance.funnel import FunnelRules
from smallcap.finance.funnel.footing import TRAILING_COLUMNS, on_footing
from smallcap.finance.funnel.inputs import MEMBER_COLUMNS, METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.rules.types.applicability import Applicability

BY_BUSINESS = ("year", "as_of", "entity_id", "filter_number", "stand_alone_status")


@table_asset(
    "marts.statement_lenses",
    columns={
        "filter_evaluations": BY_BUSINESS,
        "members": ("year", *MEMBER_COLUMNS),
        "metrics_as_of": METRIC_COLUMNS,
        "trailing_as_of": TRAILING_COLUMNS,
        "annual_fundamentals": STATEMENT_COLUMNS,
    },
    where={"filter_evaluations": {"filter_number": 1}},
    by_year=True,
)
def statement_lenses(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    funnel_rules: FunnelRules,
    applicability: Applicability,
    statement_footing: str,
) -> pl.DataFrame:
    """Compare eighteen items with what an analyst would like to see."""
    return funnel.statement_lenses(
        members,
        metrics_as_of,
        annual_fundamentals,
        annual_metrics,
        filter_evaluations,
        funnel_rules,
        applicability,
        trailing_as_of=on_footing(trailing_as_of, statement_footing),
    )
