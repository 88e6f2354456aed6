"""marts.profitability_experiment: the index against its profitable members, over all months and by year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.experiment.difference import differences
from smallcap.finance.experiment.formation import ADMITTED, ALL, PROFITABLE, UNIVERSES, WEIGHTINGS
from smallcap.finance.experiment.performance import OF_A_ROW, WHOLE, net_returns, performance
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.tables.experiment import ProfitabilityExperiment

KNOWN_ANYWAY: Final = (*OF_A_ROW, "first_month", "last_month", "months", "junes", "months_with_rate")
"""Columns that are filled whether or not a row is estimated."""


def profitability_experiment(
    experiment_returns: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    rules: ExperimentRules,
    universes: Sequence[str] = UNIVERSES,
) -> pl.DataFrame:
    """Compute each universe's performance at each cost level, and test its difference from the index.

    The admitted members, where they are among the universes, are compared with the profitable ones too.

    Parameters
    ----------
    experiment_returns
        Rows of marts.experiment_returns for all years.
    factors_monthly
        Rows of core.factors_monthly: month, rf, vintage.
    rules
        Cost levels, minimum numbers of Junes and months, confidence level.
    universes
        The universes; those of annual records by default.

    Returns
    -------
    pl.DataFrame
        The columns of marts.profitability_experiment, sorted by key. Every universe, weighting and cost level
        has a row for the complete period, even if there is nothing to estimate.
    """
    monthly = net_returns(experiment_returns, factors_monthly, rules.costs_basis_points)
    vintage = pl.lit(factors_monthly["vintage"].max(), dtype=pl.String)
    measured = performance(monthly)
    comparisons = [(universes, monthly, ALL)]
    if ADMITTED in universes:
        both = monthly.filter(pl.col("universe").is_in([ADMITTED, PROFITABLE]))
        comparisons.append(((ADMITTED,), both, PROFITABLE))
    parts = [
        _every_series(rules, named)
        .join(
            measured.filter(pl.col("universe").is_in(named)).join(
                differences(compared, rules, base), on=OF_A_ROW, how="left"
            ),
            on=OF_A_ROW,
            how="full",
            coalesce=True,
        )
        .with_columns(
            pl.col("months", "junes", "months_with_rate").fill_null(0),
            pl.lit(base).alias("compared_with"),
            vintage.alias("vintage"),
            pl.lit(rules.label).alias("rule_set"),
        )
        for named, compared, base in comparisons
    ]
    judged = pl.concat(without_nan(_judged(part, rules)) for part in parts)
    return in_columns_of(judged, ProfitabilityExperiment).sort(*OF_A_ROW, "compared_with")


def _every_series(rules: ExperimentRules, universes: Sequence[str]) -> pl.DataFrame:
    """List the rows that always exist."""
    costs = pl.DataFrame(
        {"cost_basis_points": rules.costs_basis_points}, schema={"cost_basis_points": pl.Int64}
    )
    named = pl.DataFrame({"universe": universes}).join(pl.DataFrame({"weighting": WEIGHTINGS}), how="cross")
    return named.join(costs, how="cross").with_columns(pl.lit(WHOLE).alias("period"))


def _judged(rows: pl.DataFrame, rules: ExperimentRules) -> pl.DataFrame:
    """Set the status, and blank out the numbers of series with too little data.

    The rows of single years get the status of their series.
    """
    is_whole = pl.col("period") == WHOLE
    junes, months = (
        pl.col(name).filter(is_whole).first().over(OF_A_ROW[:-1]) for name in ("junes", "months")
    )
    of_what = "with members of this kind and returns after"
    reason = (
        pl.when(junes < rules.least_junes)
        .then(pl.format(f"held from {{}} Junes on; {rules.least_junes} are needed, {of_what}", junes))
        .when(months < rules.least_months)
        .then(pl.format(f"{{}} months have a return; {rules.least_months} are needed", months))
    )
    judged = rows.with_columns(reason.alias("reason"))
    is_estimated = pl.col("reason").is_null()
    measured = [
        name for name in rows.columns if name not in (*KNOWN_ANYWAY, "compared_with", "vintage", "rule_set")
    ]
    return judged.with_columns(
        *(pl.when(is_estimated).then(pl.col(name)).alias(name) for name in measured),
        pl.when(is_estimated).then(pl.lit(ESTIMATED)).otherwise(pl.lit(INSUFFICIENT)).alias("status"),
    )
