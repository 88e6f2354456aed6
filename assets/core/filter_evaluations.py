"""core.filter_evaluations: the filters 1 to 6, each evaluated on its own for every member."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.funnel import FunnelRules, ShariahStandards, evaluate_filters
from smallcap.finance.funnel.inputs import MEMBER_COLUMNS, METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.rules.csv_files import read_business_rules
from smallcap.rules.files import read_rules

PRICES = ("year", "security_id", "date", "close_usd", "split_ratio")


@table_asset(
    "core.filter_evaluations",
    columns={
        "members": ("year", *MEMBER_COLUMNS),
        "metrics_as_of": METRIC_COLUMNS,
        "annual_fundamentals": STATEMENT_COLUMNS,
        "prices": PRICES,
    },
)
def filter_evaluations(
    run: Run,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    factors: pl.DataFrame,
) -> Rows:
    """Ask every filter of every member, whatever the others say."""
    folder = run.settings.reference_dir
    rules, business = read_rules(folder, "funnel.toml", FunnelRules), read_business_rules(folder)
    standard = read_rules(folder, "shariah.toml", ShariahStandards).named(run.settings.shariah_standard)
    frames = {
        "members": members,
        "metrics_as_of": metrics_as_of,
        "annual_fundamentals": annual_fundamentals,
        "annual_metrics": annual_metrics,
        "prices": prices,
    }
    return Rows(
        evaluate_filters(
            own["members"],
            own["metrics_as_of"],
            own["annual_fundamentals"],
            own["annual_metrics"],
            own["prices"],
            factors,
            rules,
            business,
            standard,
        )
        for _, own in run.each_year("core.filter_evaluations", **frames)
    )
