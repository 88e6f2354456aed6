"""core.metrics_as_of: each member's visible record and market values at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.metrics import market
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.metrics_as_of")
def metrics_as_of(
    run: Run, members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame, vendor_metrics: pl.DataFrame
) -> Rows:
    """Take, for every member and date, the record that was visible then, and value it at the price of that date."""
    rules = read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules)
    frames = {"members": members, "annual_metrics": annual_metrics, "prices": prices, "vendor_metrics": vendor_metrics}
    return Rows(
        market.metrics_as_of(own["members"], own["annual_metrics"], own["prices"], own["vendor_metrics"], rules, run.settings.stale_months)
        for _, own in run.each_year("core.metrics_as_of", **frames)
    )
