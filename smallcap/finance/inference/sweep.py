"""Variants of a sweep: the Sharpe ratio of each, corrected for how many variants were tried."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.finance.factors.fit import Floats
from smallcap.finance.frames import without_nan
from smallcap.finance.inference.bootstrap import LEAST_VARIANCE
from smallcap.finance.inference.multiple_tests import (
    Moments,
    adjusted,
    deflated_sharpe,
    expected_highest,
    moments_of,
)
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.inference import InferenceRules

COLUMNS: Final[dict[str, Any]] = {
    "home": pl.String,
    "n_obs": pl.Int64,
    "mean_excess": pl.Float64,
    "sharpe_annual": pl.Float64,
    "p_value": pl.Float64,
    "p_holm": pl.Float64,
    "p_benjamini_yekutieli": pl.Float64,
    "deflated_sharpe": pl.Float64,
    "trials": pl.Int64,
    "status": pl.String,
}


def compare_variants(returns: pl.DataFrame, homes: list[str], rules: InferenceRules) -> pl.DataFrame:
    """Judge the variants of a sweep as one family.

    Every variant counts as a trial, also one without results: it was tried. The p value is that of a mean
    excess return of zero (Student's t, two-sided). It is adjusted over all variants, those without a result
    with a p value of 1. The deflated Sharpe ratio takes the variance of the variants' ratios; where fewer
    have one than the rule set asks for, that of ratios without skill, 1 / (months - 1).

    Parameters
    ----------
    returns
        Columns home, month and excess, the monthly return above the risk-free rate.
    homes
        Every variant that was tried.
    rules
        Minimum number of months, and of stated trials.

    Returns
    -------
    pl.DataFrame
        The columns of `COLUMNS`, one row per variant, the highest Sharpe ratio first.
    """
    series = {home: _excess(returns, home) for home in homes}
    moments = {
        home: moments_of(excess)
        for home, excess in series.items()
        if len(excess) >= rules.least_months and excess.var() > LEAST_VARIANCE
    }
    p_values = np.array([_p_value(moments[home]) if home in moments else 1.0 for home in homes])
    families = adjusted(p_values) if homes else {}
    rows = [
        {
            "home": home,
            "n_obs": len(series[home]),
            "trials": len(homes),
            "status": ESTIMATED if home in moments else INSUFFICIENT,
            **(
                _figures(series[home], moments, home, len(homes), rules)
                | {"p_value": p_values[number]}
                | {f"p_{name}": values[number] for name, values in families.items()}
                if home in moments
                else {}
            ),
        }
        for number, home in enumerate(homes)
    ]
    found = without_nan(pl.DataFrame(rows, schema=COLUMNS, orient="row"))
    return found.sort("sharpe_annual", "home", descending=[True, False], nulls_last=True)


def median_variant(compared: pl.DataFrame) -> dict[str, Any] | None:
    """Return the row of the median Sharpe ratio, the lower one of two; None where no variant has one."""
    known = compared.drop_nulls("sharpe_annual")
    return None if known.is_empty() else known.row(known.height // 2, named=True)


def _excess(returns: pl.DataFrame, home: str) -> Floats:
    own = returns.filter(pl.col("home") == home).drop_nulls("excess").sort("month")
    values: Floats = own["excess"].to_numpy()
    return values


def _p_value(own: Moments) -> float:
    from scipy.stats import t as student

    return float(2 * student.sf(abs(own.sharpe) * math.sqrt(own.months), own.months - 1))


def _figures(
    excess: Floats, moments: dict[str, Moments], home: str, trials: int, rules: InferenceRules
) -> dict[str, Any]:
    own = moments[home]
    ratios = [one.sharpe for one in moments.values()]
    is_stated = len(ratios) >= rules.least_stated_trials
    variance = float(np.var(ratios, ddof=1)) if is_stated else 1 / (own.months - 1)
    # One variant alone was not chosen from several.
    highest = expected_highest(trials, variance) if trials > 1 else 0.0
    return {
        "mean_excess": float(excess.mean()),
        "sharpe_annual": own.sharpe * MONTHS_A_YEAR**0.5,
        "deflated_sharpe": deflated_sharpe(own, highest),
    }
