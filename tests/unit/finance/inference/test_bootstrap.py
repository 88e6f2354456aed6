"""The stationary bootstrap equals an independent run of arch with the same seed and block length."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.inference.bootstrap import (
    drawn_alphas,
    drawn_counts,
    drawn_sharpe_ratios,
    interval,
    optimal_block,
)
from tests.examples import examples
from tests.tolerances import EXACT, RECOMPUTED

SEED, DRAWS, MONTHS = 5, 300, 60


def sample(seed: int = 1, months: int = MONTHS) -> tuple[np.ndarray, np.ndarray]:
    """Excess returns of a book, with residuals that last, and five factors."""
    random = np.random.default_rng(seed)
    factors = random.normal(0.005, 0.04, (months, 5))
    noise = random.normal(0, 0.03, months)
    noise[1:] += 0.5 * noise[:-1]
    return factors @ [1.0, 0.5, 0.2, 0.1, -0.2] + 0.01 + noise, factors


def alpha(excess: np.ndarray, factors: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(np.column_stack([np.ones(len(excess)), factors]), excess, rcond=None)[0][:1]


def sharpe(excess: np.ndarray) -> np.ndarray:
    return np.array([excess.mean() / excess.std(ddof=1) * np.sqrt(12)])


@pytest.mark.parametrize("block", [1.0, 2.7, 6.0, 12.0])
def test_the_interval_of_alpha_is_that_of_arch(block):
    excess, factors = sample()
    theirs = StationaryBootstrap(block, excess, factors, seed=SEED).conf_int(
        alpha, DRAWS, method="percentile"
    )
    ours = interval(drawn_alphas(excess, factors, drawn_counts(MONTHS, block, DRAWS, SEED)), 0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.ravel()), rel=RECOMPUTED)
    assert ours.draws == DRAWS


def test_the_interval_of_a_sharpe_ratio_is_that_of_arch():
    excess, _ = sample()
    theirs = StationaryBootstrap(6, excess, seed=SEED).conf_int(sharpe, DRAWS, method="percentile")
    ours = interval(drawn_sharpe_ratios(excess, drawn_counts(MONTHS, 6, DRAWS, SEED)), 0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.ravel()), rel=RECOMPUTED)


def test_the_block_length_is_the_longest_of_the_residuals_and_their_products_with_the_factors():
    excess, factors = sample()
    design = np.column_stack([np.ones(MONTHS), factors])
    residuals = excess - design @ np.linalg.solve(design.T @ design, design.T @ excess)
    lengths = [optimal_block_length(residuals * column)["stationary"].item() for column in design.T]
    assert optimal_block(excess, factors) == pytest.approx(max(1.0, *lengths), rel=RECOMPUTED)


def test_a_block_is_at_least_a_month():
    independent = np.tile([1.0, -1.0], 30) + np.linspace(0, 1e-3, 60)
    assert optimal_block(independent, np.empty((60, 0))) >= 1.0


def test_equal_seeds_give_equal_draws_and_every_draw_has_every_month_s_worth():
    counts = drawn_counts(40, 3.0, 50, 9)
    assert (counts == drawn_counts(40, 3.0, 50, 9)).all()
    assert (counts != drawn_counts(40, 3.0, 50, 10)).any()
    assert counts.sum(axis=1).tolist() == [40] * 50


@given(st.integers(0, 2**31), st.integers(36, 90))
@examples(10)
def test_the_sample_itself_is_a_draw(seed, months):
    excess, factors = sample(seed, months)
    whole = np.ones((1, months))
    assert drawn_alphas(excess, factors, whole) == pytest.approx(alpha(excess, factors), rel=RECOMPUTED)
    assert drawn_sharpe_ratios(excess, whole) == pytest.approx(sharpe(excess), rel=EXACT)


def test_a_draw_of_one_month_has_no_figures():
    excess, factors = sample()
    one = np.zeros((1, MONTHS))
    one[0, 3] = MONTHS
    assert np.isnan(drawn_alphas(excess, factors, one)).all()
    assert np.isnan(drawn_sharpe_ratios(excess, one)).all()
    assert interval(np.array([np.nan, np.nan]), 0.95) is None


def test_the_p_value_is_twice_the_smaller_side():
    # 3 of 99 draws at or below zero: 2 x (3 + 1) / (99 + 1)
    found = interval(np.concatenate([np.full(3, -1.0), np.full(96, 1.0)]), 0.95)
    assert found is not None
    assert found.p_value == pytest.approx(0.08, rel=EXACT)
