"""marts.index_comparison: the index against a rival with a profit rule, as published and as computed here."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.benchmarks import comparison
from smallcap.rules.types.benchmarks import BenchmarkRules


@table_asset("marts.index_comparison", columns={"index_holdings": ("as_of", "rank", "weight")})
def index_comparison(
    index_profile: pl.DataFrame,
    index_holdings: pl.DataFrame,
    benchmark_panel: pl.DataFrame,
    benchmark_rules: BenchmarkRules,
) -> pl.DataFrame:
    """Put the published figures of both indices beside this home's, and say which are not known."""
    return comparison.index_comparison(index_profile, index_holdings, benchmark_panel, benchmark_rules)
