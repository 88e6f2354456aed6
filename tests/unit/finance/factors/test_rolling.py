"""The batched pass against one least-squares fit per name and window, with and without gaps."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.rolling import RollingOLS

from smallcap.finance.factors.rolling import rolling_loadings
from tests.tolerances import BATCHED

MONTHS, NAMES, FACTORS, WINDOW, LEAST = 130, 12, 5, 60, 36
ENDS = np.arange(WINDOW - 1, MONTHS)


def panel(gaps: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    factors = random.normal(0.003, 0.04, (MONTHS, FACTORS))
    returns = (
        0.004 + factors @ random.normal(0.5, 0.6, (FACTORS, NAMES)) + random.normal(0, 0.09, (MONTHS, NAMES))
    )
    return np.where(random.random(returns.shape) < gaps, np.nan, returns), factors


@pytest.mark.parametrize(
    "gaps",
    [0.0, 0.003, 0.05, 0.2, 0.4],
    ids=["complete", "few gaps", "few and many gaps", "many gaps", "partly too few months"],
)
def test_agrees_with_one_fit_at_a_time(gaps):
    returns, factors = panel(gaps)
    fit = rolling_loadings(returns, factors, ENDS, WINDOW, LEAST)
    checked = 0
    for window, end in enumerate(ENDS[::5]):
        rows = slice(end - WINDOW + 1, end + 1)
        for name in range(NAMES):
            known = np.isfinite(returns[rows, name])
            own = (window * 5, name)
            assert fit.n_obs[own] == known.sum()
            if known.sum() < LEAST:
                assert np.isnan(fit.estimate[own]).all()
                assert np.isnan(fit.residual_std[own])
                continue
            single = OLS(
                returns[rows, name][known], np.column_stack([np.ones(known.sum()), factors[rows][known]])
            ).fit()
            assert fit.estimate[own] == pytest.approx(single.params, rel=BATCHED, abs=BATCHED)
            assert fit.std_error[own] == pytest.approx(single.bse, rel=BATCHED)
            assert fit.t_stat[own] == pytest.approx(single.tvalues, rel=BATCHED, abs=BATCHED)
            assert fit.r_squared[own] == pytest.approx(single.rsquared, rel=BATCHED)
            assert fit.residual_std[own] == pytest.approx(np.sqrt(single.mse_resid), rel=BATCHED)
            checked += 1
    assert checked > 50


def test_agrees_with_rolling_least_squares():
    returns, factors = panel()
    fit = rolling_loadings(returns, factors, ENDS, WINDOW, LEAST)
    design = pd.DataFrame(np.column_stack([np.ones(MONTHS), factors]))
    for name in range(NAMES):
        rolled = RollingOLS(pd.Series(returns[:, name]), design, window=WINDOW).fit()
        assert fit.estimate[:, name] == pytest.approx(
            rolled.params.to_numpy()[ENDS], rel=BATCHED, abs=BATCHED
        )
        assert fit.t_stat[:, name] == pytest.approx(rolled.tvalues.to_numpy()[ENDS], rel=BATCHED, abs=BATCHED)
        assert fit.r_squared[:, name] == pytest.approx(rolled.rsquared.to_numpy()[ENDS], rel=BATCHED)


def test_a_month_without_a_factor_is_missing_for_every_name():
    returns, factors = panel(0.05)
    holes, left_out = factors.copy(), returns.copy()
    holes[[20, 70], [1, 3]] = np.nan
    left_out[[20, 70]] = np.nan
    assert_same(
        rolling_loadings(returns, holes, ENDS, WINDOW, LEAST),
        rolling_loadings(left_out, factors, ENDS, WINDOW, LEAST),
    )


def test_the_risk_free_rate_is_taken_off():
    returns, factors = panel(0.05)
    risk_free = np.random.default_rng(1).uniform(0, 0.004, MONTHS)
    assert_same(
        rolling_loadings(returns, factors, ENDS, WINDOW, LEAST, risk_free),
        rolling_loadings(returns - risk_free[:, None], factors, ENDS, WINDOW, LEAST),
    )


def test_a_name_is_not_moved_by_the_names_beside_it():
    returns, factors = panel(0.05)
    together, alone = (
        rolling_loadings(some, factors, ENDS, WINDOW, LEAST) for some in (returns, returns[:, [3]])
    )
    assert together.estimate[:, [3]] == pytest.approx(alone.estimate, rel=BATCHED, abs=BATCHED)


def test_a_series_that_does_not_vary_has_no_numbers():
    returns, factors = panel()
    returns[:, 0] = 0.01
    returns[:70, 1] = 0.02
    returns[5:64:3, 1] = np.nan
    risk_free = np.linspace(0.001, 0.004, MONTHS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = rolling_loadings(returns, factors, ENDS, WINDOW, LEAST, risk_free)
    assert fit.is_constant[:, 0].all()
    assert fit.is_constant[:, 1].tolist() == [end < 70 for end in ENDS]
    assert not fit.is_constant[:, 2:].any()
    assert np.isnan(fit.estimate).all(axis=2).tolist() == fit.is_constant.tolist()


def test_a_constant_that_returns_after_another_number_is_not_constant():
    returns, factors = panel()
    returns[:, 0] = 0.01
    returns[30, 0] = 0.02
    fit = rolling_loadings(returns, factors, ENDS, WINDOW, LEAST)
    assert fit.is_constant[:, 0].tolist() == [end - WINDOW + 1 > 30 for end in ENDS]


def test_a_young_name_starts_with_enough_months():
    returns, factors = panel()
    returns[:80, 0] = np.nan
    fit = rolling_loadings(returns, factors, ENDS, WINDOW, LEAST)
    assert np.isfinite(fit.estimate[:, 0]).all(axis=1).tolist() == [end - 80 + 1 >= LEAST for end in ENDS]


def test_a_window_before_the_first_row_is_cut_there():
    returns, factors = panel()
    early, single = (
        rolling_loadings(returns, factors, [40], WINDOW, LEAST),
        rolling_loadings(returns, factors, [40], 41, LEAST),
    )
    assert_same(early, single)
    assert early.n_obs.tolist() == [[41] * NAMES]


@pytest.mark.parametrize("is_gappy", [False, True])
def test_factors_that_cannot_be_told_apart_have_no_loadings(is_gappy):
    returns, factors = panel()
    factors[:, 2] = 0.0
    factors[10, 2] = 0.05
    if is_gappy:
        returns[10] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = rolling_loadings(returns, factors, [WINDOW - 1, MONTHS - 1], WINDOW, LEAST)
    assert np.isnan(fit.estimate[0]).all() == is_gappy
    assert np.isnan(fit.estimate[1]).all()
    assert np.isnan(fit.r_squared[1]).all()


def assert_same(ours, theirs):
    for name in ("estimate", "std_error", "t_stat", "n_obs", "r_squared", "residual_std", "is_constant"):
        assert getattr(ours, name) == pytest.approx(
            getattr(theirs, name), rel=BATCHED, abs=BATCHED, nan_ok=True
        ), name
