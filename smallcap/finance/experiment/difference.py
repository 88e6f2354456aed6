"""Tests of the difference from the index: HAC for mean returns, Jobson-Korkie for Sharpe ratios."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.experiment.formation import ALL
from smallcap.finance.experiment.performance import LEAST_SPREAD, OF_A_ROW, WHOLE, sharpe_ratio
from smallcap.finance.factors.fit import HAC, least_squares
from smallcap.finance.factors.series import month_number
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.rules.types.factors import MONTHS_A_YEAR

PAIR: Final = ["weighting", "cost_basis_points", "period", "month"]
TESTED: Final = ("std_error", "t_stat", "p_value", "ci_low", "ci_high")
OF_THE_DIFFERENCE: Final = tuple(f"difference_{name}" for name in TESTED)
PER_YEAR: Final = ("std_error", "ci_low", "ci_high")


def differences(monthly: pl.DataFrame, rules: ExperimentRules, base: str = ALL) -> pl.DataFrame:
    """Compare each universe with the index, month by month, in the same weighting and at the same cost.

    Parameters
    ----------
    monthly
        Rows of `net_returns`.
    rules
        Minimum number of months for a test, and confidence level of the intervals.
    base
        The universe that the others are compared with; by default the index.

    Returns
    -------
    pl.DataFrame
        One row per universe other than the index, weighting, cost level and period, with the columns of
        marts.profitability_experiment from `difference_annual` to `sharpe_difference_ci_high`. Tests and
        intervals are filled only for the complete period.
    """
    index = monthly.filter(pl.col("universe") == base).select(
        *PAIR, pl.col("net_return").alias("index_return"), pl.col("excess_return").alias("index_excess")
    )
    paired = (
        monthly.filter(pl.col("universe") != base)
        .join(index, on=PAIR)
        .with_columns((pl.col("net_return") - pl.col("index_return")).alias("difference"))
        .sort(*OF_A_ROW, "month")
    )
    of_means = paired.group_by(OF_A_ROW, maintain_order=True).agg(
        (pl.col("difference").mean() * MONTHS_A_YEAR).alias("difference_annual")
    )
    of_ratios = _sharpe_differences(paired, rules)
    return of_means.join(_tests(paired, rules), on=OF_A_ROW, how="left").join(
        of_ratios, on=OF_A_ROW, how="left"
    )


def _tests(paired: pl.DataFrame, rules: ExperimentRules) -> pl.DataFrame:
    """Regress each series of differences over the complete period on a constant."""
    whole = paired.filter(pl.col("period") == WHOLE)
    # statsmodels fits one series at a time, and there are fewer than two dozen.
    rows = [
        (*key, *_test(series, rules))
        for key, series in whole.partition_by(OF_A_ROW, as_dict=True, maintain_order=True).items()
    ]
    schema = {name: whole.schema[name] for name in OF_A_ROW} | dict.fromkeys(OF_THE_DIFFERENCE, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _test(series: pl.DataFrame, rules: ExperimentRules) -> tuple[float | None, ...]:
    """Test one mean with Newey-West errors; all None for too few months or differences that do not vary."""
    difference = series["difference"].to_numpy()
    months = series.select(month_number("month").cast(pl.Int64)).to_series().to_numpy()
    if len(difference) < rules.least_months or np.ptp(difference) <= LEAST_SPREAD:
        return (None,) * len(TESTED)
    without_factors = np.empty((len(difference), 0))
    fit = next(
        fit
        for fit in least_squares(difference, without_factors, rules.confidence, months)
        if fit.covariance == HAC
    )
    return tuple(float(getattr(fit, name)[0]) * (MONTHS_A_YEAR if name in PER_YEAR else 1) for name in TESTED)


def _sharpe_differences(paired: pl.DataFrame, rules: ExperimentRules) -> pl.DataFrame:
    """Compare the annualised Sharpe ratios of two series over the same months.

    The variance of the monthly difference is (2 - 2 rho + (a^2 + b^2 - 2 a b rho^2) / 2) / T, for ratios a
    and b of returns with correlation rho: J. D. Jobson and B. M. Korkie, Journal of Finance 36 (1981), as
    corrected by C. Memmel, Finance Letters 1 (2003). It assumes normal returns, independent over time.
    """
    both = paired.drop_nulls(["excess_return", "index_excess"]).group_by(OF_A_ROW, maintain_order=True)
    ratios = both.agg(
        sharpe_ratio("excess_return").alias("own_sharpe"),
        sharpe_ratio("index_excess").alias("index_sharpe"),
        pl.corr("excess_return", "index_excess").alias("correlation"),
        pl.len().alias("pairs"),
    )
    reach, error = NormalDist().inv_cdf((1 + rules.confidence) / 2), _sharpe_error(rules)
    difference = pl.col("own_sharpe") - pl.col("index_sharpe")
    return ratios.select(
        *OF_A_ROW,
        difference.alias("sharpe_difference"),
        error.alias("sharpe_difference_std_error"),
        (difference - reach * error).alias("sharpe_difference_ci_low"),
        (difference + reach * error).alias("sharpe_difference_ci_high"),
    )


def _sharpe_error(rules: ExperimentRules) -> pl.Expr:
    """Return the standard error of the annualised difference; null where it is not tested."""
    a, b = (pl.col(f"{whose}_sharpe") / MONTHS_A_YEAR**0.5 for whose in ("own", "index"))
    rho = pl.col("correlation").clip(-1, 1)
    variance = (2 - 2 * rho + (a**2 + b**2 - 2 * a * b * rho**2) / 2) / pl.col("pairs")
    is_tested = (pl.col("period") == WHOLE) & (pl.col("pairs") >= rules.least_months)
    return pl.when(is_tested).then((variance.clip(lower_bound=0.0) * MONTHS_A_YEAR).sqrt())
