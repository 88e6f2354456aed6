"""marts.thesis_checks: the deep dive's claims beside our own numbers."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.thesis import checks
from smallcap.rules.types.thesis import ThesisClaim

METRICS = ("as_of", "entity_id", "is_stale", "revenue_growth", "debt_to_assets", "interest_coverage")
PROFILE = ("as_of", "unprofitable_share")
HOLDINGS = ("as_of", "entity_id", "weight")
MEMBERS = ("as_of", "security_id")
VOLUMES = ("security_id", "date", "median_dollar_volume_usd")
MONTHLY = ("month", "security_id", "total_return")
RETURNS = ("month", "universe", "weighting", "total_return")


@table_asset(
    "marts.thesis_checks",
    columns={
        "metrics_as_of": METRICS,
        "index_profile": PROFILE,
        "index_holdings": HOLDINGS,
        "experiment_returns": RETURNS,
        "members": MEMBERS,
        "prices": VOLUMES,
        "monthly_returns": MONTHLY,
    },
)
def thesis_checks(
    metrics_as_of: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    index_profile: pl.DataFrame,
    index_holdings: pl.DataFrame,
    experiment_returns: pl.DataFrame,
    profitability_experiment: pl.DataFrame,
    reconstitution_pooled: pl.DataFrame,
    members: pl.DataFrame,
    prices: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    benchmark_panel: pl.DataFrame,
    quintile_performance: pl.DataFrame,
    thesis_claims: tuple[ThesisClaim, ...],
) -> pl.DataFrame:
    """Read each number at its latest date, and compare it with the limits of the claim."""
    tables = {
        "core.metrics_as_of": metrics_as_of,
        "core.factors_monthly": factors_monthly,
        "marts.index_profile": index_profile,
        "marts.index_holdings": index_holdings,
        "marts.experiment_returns": experiment_returns,
        "marts.profitability_experiment": profitability_experiment,
        "marts.reconstitution_pooled": reconstitution_pooled,
        "core.members": members,
        "raw.prices": prices,
        "core.monthly_returns": monthly_returns,
        "marts.benchmark_panel": benchmark_panel,
        "marts.quintile_performance": quintile_performance,
    }
    return checks.thesis_checks(tables, thesis_claims)
