"""marts.treated_experiment: what asking for profits was worth under each treatment, with the bootstrap."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.inference import experiment
from smallcap.finance.returns.treatments import ALL
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.returns import ReturnRules


@table_asset("marts.treated_experiment")
def treated_experiment(
    experiment_returns: pl.DataFrame,
    treated_experiment_returns: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    experiment_rules: ExperimentRules,
    inference_rules: InferenceRules,
    return_rules: ReturnRules,
) -> pl.DataFrame:
    """Compare each universe with the index, by means and Sharpe ratios whose months are drawn again."""
    own = experiment_returns.with_columns(treatment=pl.lit(ALL))
    both = pl.concat([own, treated_experiment_returns], how="diagonal_relaxed")
    return experiment.treated_experiment(
        both, factors_monthly, experiment_rules, inference_rules, return_rules
    )
