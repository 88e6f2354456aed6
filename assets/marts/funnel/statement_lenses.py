"""marts.statement_lenses: each member through the lenses of its three statements."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import funnel
from smallcap.finance.funnel import FunnelRules
from smallcap.finance.funnel.inputs import MEMBER_COLUMNS, METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.rules.files import read_rules

BY_BUSINESS = ("year", "as_of", "entity_id", "filter_number", "stand_alone_status")


@table_asset(
    "marts.statement_lenses",
    columns={
        "filter_evaluations": BY_BUSINESS,
        "members": ("year", *MEMBER_COLUMNS),
        "metrics_as_of": METRIC_COLUMNS,
        "annual_fundamentals": STATEMENT_COLUMNS,
    },
    where={"filter_evaluations": {"filter_number": 1}},
)
def statement_lenses(
    run: Run,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
) -> Rows:
    """Hold eighteen items against what an analyst would like to see."""
    rules = read_rules(run.settings.reference_dir, "funnel.toml", FunnelRules)
    frames = {
        "members": members,
        "metrics_as_of": metrics_as_of,
        "annual_fundamentals": annual_fundamentals,
        "annual_metrics": annual_metrics,
        "filter_evaluations": filter_evaluations,
    }
    return Rows(
        funnel.statement_lenses(
            own["members"], own["metrics_as_of"], own["annual_fundamentals"], own["annual_metrics"], own["filter_evaluations"], rules
        )
        for _, own in run.each_year("marts.statement_lenses", **frames)
    )
