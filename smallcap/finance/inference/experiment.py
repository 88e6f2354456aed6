"""marts.treated_experiment: the profitability experiment under each treatment, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.finance.experiment.formation import ALL as INDEX
from smallcap.finance.experiment.formation import UNIVERSES
from smallcap.finance.experiment.performance import WHOLE, net_returns
from smallcap.finance.experiment.summary import profitability_experiment
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.inference.bootstrap import (
    Draws,
    Interval,
    block_lengths,
    drawn_sharpe_ratios,
    interval,
    optimal_block,
)
from smallcap.finance.returns.treatments import COMPLETE, SURVIVORS_ONLY
from smallcap.finance.statuses import ESTIMATED
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.returns import TreatedExperiment

SERIES: Final = ["universe", "weighting", "cost_basis_points"]
KEY: Final = [*SERIES, "treatment", "block"]
BOOTSTRAPPED: Final = (
    "block_months",
    "difference_ci_low",
    "difference_ci_high",
    "sharpe_ci_low",
    "sharpe_ci_high",
)
RENAMED: Final = {
    "difference_ci_low": "difference_hac_ci_low",
    "difference_ci_high": "difference_hac_ci_high",
    "sharpe_difference_ci_low": "sharpe_jk_ci_low",
    "sharpe_difference_ci_high": "sharpe_jk_ci_high",
}
"""Intervals of the experiment's own tests, beside those of the bootstrap."""
Row = dict[str, Any]


def treated_experiment(
    treated: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    experiment_rules: ExperimentRules,
    inference_rules: InferenceRules,
    return_rules: ReturnRules,
) -> pl.DataFrame:
    """Compare each universe with the index under each treatment of doubtful returns.

    The returns of a universe and of the index in the same month are drawn together.

    Parameters
    ----------
    treated
        Rows of marts.treated_experiment_returns, with those of marts.experiment_returns as treatment `all`.
    factors_monthly
        Rows of core.factors_monthly: month, rf, vintage.
    experiment_rules, inference_rules, return_rules
        Cost levels and minimum numbers; draws and confidence level; the weight that may have no return.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_experiment, sorted by key.
    """
    # The admitted members are compared in marts.profitability_experiment alone.
    tested = treated.filter(pl.col("universe").is_in(UNIVERSES))
    draws = Draws(inference_rules)
    found = [
        _of_treatment(rows, factors_monthly, experiment_rules, inference_rules, draws).with_columns(
            treatment=pl.lit(treatment)
        )
        for (treatment,), rows in sorted(tested.partition_by("treatment", as_dict=True).items())
    ]
    if not found:
        return TreatedExperiment.create_empty()
    covered = pl.concat(found).join(
        _without_return(treated), on=["universe", "weighting", "treatment"], how="left"
    )
    is_covered = pl.col("weight_without_return") <= return_rules.max_weight_without_return
    label = pl.when(is_covered).then(pl.lit(COMPLETE)).when(~is_covered).then(pl.lit(SURVIVORS_ONLY))
    labelled = covered.with_columns(label.alias("coverage"), rule_set=pl.lit(inference_rules.label))
    return in_columns_of(without_nan(labelled), TreatedExperiment).sort(KEY)


def _of_treatment(
    rows: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    experiment_rules: ExperimentRules,
    inference_rules: InferenceRules,
    draws: Draws,
) -> pl.DataFrame:
    """Take the experiment's own tests, and add the bootstrap's intervals to what is estimated."""
    tested = profitability_experiment(rows, factors_monthly, experiment_rules).filter(
        (pl.col("period") == WHOLE) & (pl.col("universe") != INDEX)
    )
    monthly = net_returns(rows, factors_monthly, experiment_rules.costs_basis_points).filter(
        pl.col("period") == WHOLE
    )
    estimated = tested.filter(pl.col("status") == ESTIMATED).select(SERIES).rows()
    found = [row for key in estimated for row in _bootstrapped(monthly, key, inference_rules, draws)]
    keys = {name: tested.schema[name] for name in SERIES} | {"block": pl.String()}
    figures = pl.DataFrame(found, schema=keys | dict.fromkeys(BOOTSTRAPPED, pl.Float64()))
    blocks = pl.DataFrame({"block": list(block_lengths(1.0, inference_rules.block_months))})
    return tested.rename(RENAMED).join(blocks, how="cross").join(figures, on=[*SERIES, "block"], how="left")


def _bootstrapped(
    monthly: pl.DataFrame, key: tuple[Any, ...], rules: InferenceRules, draws: Draws
) -> Iterator[Row]:
    """Draw the months that a universe and the index share, in blocks of each length."""
    universe, weighting, cost = key
    of_kind = monthly.filter((pl.col("weighting") == weighting) & (pl.col("cost_basis_points") == cost))
    own, index = (
        of_kind.filter(pl.col("universe") == name).select("month", "net_return", "excess_return")
        for name in (universe, INDEX)
    )
    both = own.join(index, on="month", suffix="_index").sort("month")
    rated = both.drop_nulls(["excess_return", "excess_return_index"])
    difference = (both["net_return"] - both["net_return_index"]).to_numpy()
    optimal = optimal_block(difference, np.empty((len(difference), 0)))
    for block, length in block_lengths(optimal, rules.block_months).items():
        counts = draws.counts(len(difference), length)
        mean = interval(MONTHS_A_YEAR * (counts @ difference) / len(difference), rules.confidence)
        sharpe = _sharpe_interval(rated, length, rules, draws)
        yield {
            **dict(zip(SERIES, key, strict=True)),
            "block": block,
            "block_months": length,
            **_bounds("difference", mean),
            **_bounds("sharpe", sharpe),
        }


def _bounds(name: str, found: Interval | None) -> Row:
    low, high = (None, None) if found is None else (found.low, found.high)
    return {f"{name}_ci_low": low, f"{name}_ci_high": high}


def _sharpe_interval(
    rated: pl.DataFrame, block: float, rules: InferenceRules, draws: Draws
) -> Interval | None:
    """Draw the difference of the two Sharpe ratios; None for too few months with a risk-free rate."""
    if rated.height < MONTHS_A_YEAR:
        return None
    counts = draws.counts(rated.height, block)
    own, index = (
        drawn_sharpe_ratios(rated[name].to_numpy(), counts)
        for name in ("excess_return", "excess_return_index")
    )
    return interval(own - index, rules.confidence)


def _without_return(treated: pl.DataFrame) -> pl.DataFrame:
    """Take the largest weight without a return in a month of the universe or of the index."""
    of_series, weight = ["universe", "weighting", "treatment"], pl.col("weight_without_return")
    largest = treated.group_by(of_series).agg(weight.max())
    index = largest.filter(pl.col("universe") == INDEX).drop("universe")
    both = largest.filter(pl.col("universe") != INDEX).join(
        index, on=["weighting", "treatment"], how="left", suffix="_index"
    )
    worst = pl.max_horizontal("weight_without_return", "weight_without_return_index")
    return both.select(*of_series, worst.alias("weight_without_return"))
