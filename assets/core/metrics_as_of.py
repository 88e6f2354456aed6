"""core.metrics_as_of: each member's visible record and market values at every as_of."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.graph import READS
from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance import market
from smallcap.finance.rule_sets import MetricsRules
from smallcap.rules import read_rules


@table_asset("core.metrics_as_of")
def metrics_as_of(
    run: Run, members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame, vendor_metrics: pl.DataFrame
) -> Rows:
    """Take, for every member and date, the record that was visible then, and value it at the price of that date."""
    rules = read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules)
    windows = READS["core.metrics_as_of"]

    def some_years_at_a_time() -> Iterator[pl.DataFrame]:
        for years in run.blocks_of("core.metrics_as_of"):
            yield market.metrics_as_of(
                members.filter(pl.col("year").is_in(years)),
                annual_metrics.filter(pl.col("year").is_in(list(windows["core.annual_metrics"].around(years)))),
                prices.filter(pl.col("year").is_in(list(windows["raw.prices"].around(years)))),
                vendor_metrics.filter(pl.col("year").is_in(list(windows["raw.vendor_metrics"].around(years)))),
                rules,
                run.settings.stale_months,
            )

    return Rows(some_years_at_a_time())
