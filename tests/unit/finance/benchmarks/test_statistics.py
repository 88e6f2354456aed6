"""Figures of a fund's window: by hand on short series, by statsmodels on made-up factors, and rules that hold
for any series.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from smallcap.finance.benchmarks.statistics import (
    on_factors,
    return_and_risk,
    sharpe,
    with_market,
    worst_fall,
)
from tests.examples import examples
from tests.tolerances import BY_HAND, EXACT

TERMS = ("mkt_rf", "smb", "hml", "rmw", "cma")
RETURNS = st.lists(st.floats(-0.6, 0.6), min_size=12, max_size=60).map(np.array)


def test_the_return_of_a_year_is_compounded() -> None:
    """Two years: 1.1 x 0.9 x ... with the other 22 months at zero; 0.99 ** (1 / 2) - 1 a year."""
    total = np.zeros(24)
    total[3], total[17] = 0.10, -0.10
    figures = return_and_risk(total, 2)
    assert figures["annual_return"] == pytest.approx(-0.0050126, abs=BY_HAND)
    # Variance: (0.01 + 0.01) / 23, as the mean is zero; times 12.
    assert figures["volatility"] == pytest.approx((0.02 / 23 * 12) ** 0.5, rel=EXACT)


@pytest.mark.parametrize(
    ("total", "depth", "months", "is_over"),
    [
        # 1, 1.2, 0.9, 1.08, 1.296: from 1.2 down by a quarter, and above it after three months.
        ([0.2, -0.25, 0.2, 0.2], -0.25, 3, True),
        # 1, 0.8, 0.88: from the start, and not back.
        ([-0.2, 0.1], -0.2, 2, False),
        # Never below a high.
        ([0.1, 0.0, 0.1], 0.0, 0, True),
        # 1, 0.9, 1.0, 0.8: the deeper of two falls is counted from the last time at the high.
        ([-0.1, 1 / 9, -0.2], -0.2, 1, False),
    ],
)
def test_the_worst_fall_lasts_until_the_high_is_reached_again(
    total: list[float], depth: float, months: int, is_over: bool
) -> None:
    found = worst_fall(np.array(total))
    assert found["max_drawdown"] == pytest.approx(depth, abs=EXACT)
    assert (found["drawdown_months"], found["is_drawdown_over"]) == (months, is_over)


def test_beta_and_capture_of_falling_months_by_hand() -> None:
    """In the falling months -2%, -4% and -6% the fund lost 3%, 5% and 7%: the slope is 1; in the rising ones
    it gained half of the market.
    """
    market = np.array([-0.02, -0.04, -0.06, *np.linspace(0.01, 0.09, 9)])
    fund = np.array([-0.03, -0.05, -0.07, *(np.linspace(0.01, 0.09, 9) / 2)])
    found = with_market(fund, market, np.zeros(12), 3)
    assert found["falling_months"] == 3
    assert found["beta_falling"] == pytest.approx(1.0, rel=EXACT)
    # (0.97 x 0.95 x 0.93) ** (1/3) - 1 = -0.0501401, and (0.98 x 0.96 x 0.94) ** (1/3) - 1 = -0.0401390.
    assert found["capture_falling"] == pytest.approx(0.0501401 / 0.0401390, abs=1e-4)
    assert found["beta"] == pytest.approx(np.polyfit(market, fund, 1)[0], rel=EXACT)


def test_too_few_falling_months_give_no_figures_of_them() -> None:
    market = np.concatenate([[-0.02, -0.04], np.full(20, 0.01)])
    found = with_market(market, market, np.zeros(22), 3)
    assert (found["beta_falling"], found["capture_falling"], found["falling_months"]) == (None, None, 2)


def test_the_market_falls_where_its_total_return_does() -> None:
    """An excess return of -0.1% with a risk-free rate of 0.4% is no fall."""
    excess = np.array([-0.001, *np.full(11, 0.02)])
    assert with_market(excess, excess, np.full(12, 0.004), 3)["falling_months"] == 0


def test_the_sharpe_ratio_needs_a_year_and_returns_that_vary() -> None:
    assert sharpe(np.full(24, 0.01)) is None
    assert sharpe(np.array([0.01, 0.02])) is None
    alternating = np.tile([0.03, -0.01], 6)
    # Mean 0.01, deviation 0.02 x sqrt(12 / 11); times sqrt(12).
    assert sharpe(alternating) == pytest.approx(0.01 / (0.02 * (12 / 11) ** 0.5) * 12**0.5, rel=EXACT)


@given(st.integers(0, 2**32 - 1), st.integers(36, 120))
@examples(10)
def test_loadings_are_those_of_statsmodels(seed: int, months: int) -> None:
    rng = np.random.default_rng(seed)
    factors = rng.normal(0.004, 0.03, (months, 5))
    excess = factors @ rng.normal(0.5, 0.5, 5) + rng.normal(0.001, 0.02, months)
    found = on_factors(excess, factors, TERMS)
    theirs = OLS(excess, add_constant(factors)).fit()
    assert [found[name] for name in TERMS] == pytest.approx(theirs.params[1:].tolist(), rel=1e-8, abs=1e-10)
    t_values = [found[f"t_{name}"] for name in ("alpha", *TERMS)]
    assert t_values == pytest.approx(theirs.tvalues.tolist(), rel=1e-8, abs=1e-8)
    assert found["alpha_annual"] == pytest.approx(12 * theirs.params[0], rel=1e-8, abs=1e-10)
    assert found["r_squared"] == pytest.approx(theirs.rsquared, rel=1e-8, abs=1e-10)


@given(RETURNS)
@examples(30)
def test_no_fall_is_deeper_and_none_longer_than_the_window(total: np.ndarray) -> None:
    found = worst_fall(total)
    value = np.concatenate([[1.0], np.cumprod(1 + total)])
    deepest = min(
        value[low] / value[high] - 1 for high in range(len(value)) for low in range(high, len(value))
    )
    assert found["max_drawdown"] == pytest.approx(deepest, abs=1e-12)
    assert 0 <= found["drawdown_months"] <= len(total)
    assert found["is_drawdown_over"] or found["drawdown_months"] > 0


@given(RETURNS)
@examples(20)
def test_the_market_has_a_beta_of_one_and_is_captured_whole(total: np.ndarray) -> None:
    if np.ptp(total) < 1e-6 or (total < -1e-6).sum() < 3 or np.ptp(total[total < 0]) < 1e-6:
        return
    found = with_market(total, total, np.zeros(len(total)), 3)
    for name in ("beta", "beta_falling", "capture_falling"):
        assert found[name] == pytest.approx(1.0, rel=1e-9)
