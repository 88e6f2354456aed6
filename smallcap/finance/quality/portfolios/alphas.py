"""Mean returns of quintile portfolios, and alphas on the five factors, with and without momentum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.finance.factors.batched_alphas import TESTED, Alphas, Integers, alphas_of
from smallcap.finance.factors.fit import Floats, is_full_rank
from smallcap.finance.factors.series import RISK_FREE, Factors, factors_of, month_number
from smallcap.finance.quality.portfolios.formation import OF_A_SERIES
from smallcap.finance.quality.portfolios.returns import LONG_SHORT
from smallcap.rules.types.factors import MONTHS_A_YEAR, FactorRules

OF_A_ROW: Final = [*OF_A_SERIES, "cost_basis_points"]
MODELS: Final = {"ff5": "FF5", "ff5_mom": "FF5+MOM"}
"""Prefix of the columns of each model of the rule set."""
PER_YEAR: Final = ("std_error", "ci_low", "ci_high")
LEAST_SPREAD: Final = 1e-12
"""A range of returns below this is a rounding error of equal returns."""
Row = dict[str, Any]
Block = tuple[list[Row], Integers, Floats]
"""Series with the same months: their keys, the numbers of the months, and the returns, a column each."""


def tests_of(
    net: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules, confidence: float
) -> pl.DataFrame:
    """Test the mean of each series, and its alpha on each model in the newest vintage of all its files.

    Parameters
    ----------
    net, raw_factors
        Columns `OF_A_ROW`, month and net_return; rows of raw.factors.
    rules, confidence
        The models, the minimum number of months of a regression, and the level of the intervals.

    Returns
    -------
    pl.DataFrame
        One row per series and cost level, with the columns of marts.quintile_performance from `mean_annual`
        to the last of the models. Null where nothing can be estimated.
    """
    models = {prefix: factors_of(raw_factors, model, rules) for prefix, model in MODELS.items()}
    rows = [
        row
        for keys, months, returns in blocks(net, OF_A_ROW)
        for row in _rows(keys, months, returns, models, rules.least_months, confidence)
    ]
    schema = {name: net.schema[name] for name in OF_A_ROW} | _columns()
    return pl.DataFrame(rows, schema=schema, orient="row")


def _columns() -> dict[str, type[pl.DataType]]:
    names: dict[str, type[pl.DataType]] = dict.fromkeys(
        ("mean_annual", *(f"mean_{what}" for what in TESTED)), pl.Float64
    )
    for prefix in MODELS:
        names |= {
            f"{prefix}_months": pl.Int64,
            f"{prefix}_vintage": pl.String,
            f"{prefix}_r_squared": pl.Float64,
        }
        names[f"{prefix}_alpha_annual"] = pl.Float64
        tested = (f"{prefix}_alpha_{covariance}_{what}" for covariance in ("ols", "hac") for what in TESTED)
        names |= dict.fromkeys(tested, pl.Float64)
    return names


def blocks(net: pl.DataFrame, of_a_series: Sequence[str]) -> Iterator[Block]:
    """Gather the series that vary by the months that they have.

    Parameters
    ----------
    net
        The columns of the key, month and net_return.
    of_a_series
        The key of a series.
    """
    numbered = net.sort(*of_a_series, "month").select(
        *of_a_series, month_number("month").cast(pl.Int64).alias("number"), "net_return"
    )
    gathered: dict[bytes, list[tuple[Row, Integers, Floats]]] = defaultdict(list)
    for key, own in numbered.partition_by(of_a_series, as_dict=True, maintain_order=True).items():
        months, returns = own["number"].to_numpy(), own["net_return"].to_numpy()
        if np.ptp(returns) > LEAST_SPREAD:
            gathered[months.tobytes()].append((dict(zip(of_a_series, key, strict=True)), months, returns))
    for series in gathered.values():
        returns = np.column_stack([own for _, _, own in series])
        yield [key for key, _, _ in series], series[0][1], returns


def _rows(
    keys: list[Row],
    months: Integers,
    returns: Floats,
    models: dict[str, Factors | None],
    least_months: int,
    confidence: float,
) -> list[Row]:
    """Write the results of series with the same months, one row per series."""
    means = alphas_of(returns, np.empty((len(months), 0)), months, confidence)
    rows = [
        {**key, "mean_annual": MONTHS_A_YEAR * means.estimate[at], **_tested("mean", means.hac, at)}
        for at, key in enumerate(keys)
    ]
    for prefix, factors in models.items():
        if factors is None:
            continue
        found = _on_factors(keys, months, returns, factors, least_months, confidence)
        if found is not None:
            rows = [
                {**row, f"{prefix}_vintage": factors.vintage, **_alpha(prefix, found, at)}
                for at, row in enumerate(rows)
            ]
    return rows


def _alpha(prefix: str, found: Alphas, at: int) -> Row:
    """Write the results of one series on one model, a year."""
    return {
        f"{prefix}_months": found.months,
        f"{prefix}_r_squared": found.r_squared[at],
        f"{prefix}_alpha_annual": MONTHS_A_YEAR * found.estimate[at],
        **_tested(f"{prefix}_alpha_ols", found.ols, at),
        **_tested(f"{prefix}_alpha_hac", found.hac, at),
    }


def _on_factors(
    keys: list[Row], months: Integers, returns: Floats, factors: Factors, least_months: int, confidence: float
) -> Alphas | None:
    """Regress on one model, over the months that it has."""
    shared = on_factors((keys, months, returns), factors, least_months)
    return None if shared is None else alphas_of(*shared, confidence)


def on_factors(block: Block, factors: Factors, least_months: int) -> tuple[Floats, Floats, Integers] | None:
    """Take the excess returns of a block, the factors, and the numbers of the months that both have.

    A long-short return is an excess return already.

    Parameters
    ----------
    block, factors, least_months
        Series with the same months, the factors of a model, and the minimum number of months.

    Returns
    -------
    tuple | None
        Excess returns, months by series; factors; numbers of the months. None for too few months, or if the
        factors are collinear.
    """
    keys, months, returns = block
    frame = factors.frame.with_columns(month_number("month").cast(pl.Int64).alias("number"))
    _, own, theirs = np.intersect1d(months, frame["number"].to_numpy(), return_indices=True)
    explaining = frame.select(factors.terms).to_numpy()[theirs]
    if len(own) < least_months or not is_full_rank(explaining):
        return None
    is_excess = np.array([key["portfolio"] == LONG_SHORT for key in keys])
    risk_free = np.where(is_excess, 0.0, frame[RISK_FREE].to_numpy()[theirs][:, None])
    return returns[own] - risk_free, explaining, months[own]


def _tested(prefix: str, tests: dict[str, Floats], at: int) -> Row:
    return {
        f"{prefix}_{what}": values[at] * (MONTHS_A_YEAR if what in PER_YEAR else 1)
        for what, values in tests.items()
    }
