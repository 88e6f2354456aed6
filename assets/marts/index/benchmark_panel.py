"""marts.benchmark_panel: the index funds that the source prices, over each window up to each date."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.benchmarks import panel
from smallcap.rules.types.benchmarks import BenchmarkRules
from smallcap.rules.types.factors import FactorRules

MEMBERS = ("as_of", "source")
RETURNS = ("month", "security_id", "total_return")


@table_asset("marts.benchmark_panel", columns={"members": MEMBERS, "monthly_returns": RETURNS})
def benchmark_panel(
    members: pl.DataFrame,
    securities: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    factors: pl.DataFrame,
    benchmark_rules: BenchmarkRules,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Measure each fund at each date that has members; a window without all its months has no numbers."""
    return panel.benchmark_panel(members, securities, monthly_returns, factors, benchmark_rules, factor_rules)
