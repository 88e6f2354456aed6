"""marts.treated_experiment_returns: the profitability experiment's returns under each other treatment."""

from __future__ import annotations

import polars as pl

from smallcap.finance.experiment.returns import experiment_returns
from smallcap.finance.frames import in_columns_of
from smallcap.finance.returns.treatments import ALL, OF_RETURNS, known_lines, treated_returns
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.returns import TreatedExperimentReturns


def treated_experiment_returns(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Hold every universe by treated returns; treatment `all` is marts.experiment_returns itself.

    Companies are formed from the lines that trade in June, which no treatment changes: a line whose June is
    suspect is bought all the same. The quantiles of a month are those of the lines of members.

    Parameters
    ----------
    members, metrics, returns
        As for `experiment_returns`.
    doubts
        Rows of core.return_doubts for the year and the year before.
    rules
        The quantiles at which returns are cut off.
    year
        The calendar year to compute.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_experiment_returns, sorted by month, universe, weighting and treatment.
    """
    counted = known_lines(returns, members, "as_of")
    found = [
        experiment_returns(
            members,
            metrics,
            treated_returns(returns, doubts, treatment, rules, counted),
            year,
            traded=returns,
        ).with_columns(treatment=pl.lit(treatment))
        for treatment in OF_RETURNS
        if treatment != ALL
    ]
    return in_columns_of(pl.concat(found), TreatedExperimentReturns).sort(
        "month", "universe", "weighting", "treatment"
    )
