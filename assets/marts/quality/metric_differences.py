"""marts.metric_differences: what a vendor serves ready-made beside what we compute of the same year."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import funnel
from smallcap.finance.funnel import ReconciliationRules
from smallcap.rules.files import read_rules


@table_asset("marts.metric_differences")
def metric_differences(run: Run, vendor_metrics: pl.DataFrame, annual_metrics: pl.DataFrame) -> Rows:
    """Compare the ratios that both have, within a tolerance; a check warns where they differ too much."""
    rules = read_rules(run.settings.reference_dir, "reconciliation.toml", ReconciliationRules)
    frames = {"vendor_metrics": vendor_metrics, "annual_metrics": annual_metrics}
    return Rows(
        funnel.metric_differences(own["vendor_metrics"], own["annual_metrics"], rules)
        for _, own in run.each_year("marts.metric_differences", **frames)
    )
