"""marts.profitability_experiment: what asking for profits would have been worth."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.experiment import summary
from smallcap.finance.experiment.formation import ADMITTED, UNIVERSES
from smallcap.rules.types.experiment import ExperimentRules


@table_asset("marts.profitability_experiment")
def profitability_experiment(
    experiment_returns: pl.DataFrame, factors_monthly: pl.DataFrame, experiment_rules: ExperimentRules
) -> pl.DataFrame:
    """Compare each universe with the index, before and after costs, over all months and year by year."""
    universes = (*UNIVERSES, ADMITTED)
    return summary.profitability_experiment(experiment_returns, factors_monthly, experiment_rules, universes)
