"""marts.metric_differences: ratios that a vendor serves compared with ours of the same year."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import funnel
from smallcap.rules.types.reconciliation import ReconciliationRules


@table_asset("marts.metric_differences", by_year=True)
def metric_differences(
    vendor_metrics: pl.DataFrame, annual_metrics: pl.DataFrame, reconciliation_rules: ReconciliationRules
) -> pl.DataFrame:
    """Compare the ratios that both have, within a tolerance; a check warns where they differ too much."""
    return funnel.metric_differences(vendor_metrics, annual_metrics, reconciliation_rules)
