"""Alphas of many series at once are those of statsmodels, one at a time, also with missing months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression import linear_model

from smallcap.finance.factors.batched_alphas import alphas_of
from smallcap.finance.factors.fit import hac_lags
from tests.examples import examples
from tests.tolerances import RECOMPUTED

CONFIDENCE = 0.95


def panel(months: int, factors: int, series: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Made-up factors, and returns that load on them."""
    chance = np.random.default_rng(months * 10 + factors)
    explaining = chance.normal(0, 0.03, (months, factors))
    loadings = chance.normal(1, 0.5, (factors, series))
    return 0.002 + explaining @ loadings + chance.standard_t(4, (months, series)) * 0.02, explaining


@pytest.mark.parametrize(("months", "factors"), [(36, 0), (60, 5), (241, 6)])
def test_every_figure_is_that_of_statsmodels(months: int, factors: int) -> None:
    returns, explaining = panel(months, factors)
    found = alphas_of(returns, explaining, np.arange(months), CONFIDENCE)
    for at in range(returns.shape[1]):
        design = np.column_stack([np.ones(months), explaining])
        classical = linear_model.OLS(returns[:, at], design).fit()
        robust = classical.get_robustcov_results(
            "HAC", maxlags=hac_lags(months), use_correction=True, use_t=True
        )
        for theirs, ours in ((classical, found.ols), (robust, found.hac)):
            figures = [theirs.bse[0], theirs.tvalues[0], theirs.pvalues[0], *theirs.conf_int()[0]]
            assert [ours[name][at] for name in ours] == pytest.approx(figures, rel=RECOMPUTED)
        assert found.estimate[at] == pytest.approx(classical.params[0], rel=RECOMPUTED)
        if factors:
            assert found.r_squared[at] == pytest.approx(classical.rsquared, rel=RECOMPUTED)
    assert found.months == months


@given(gap=st.integers(1, 48), size=st.integers(1, 30))
@examples(8)
def test_a_gap_separates_its_neighbours(gap: int, size: int) -> None:
    """Rows of zeros in the place of the missing months add nothing to any sum, and keep the distances."""
    returns, explaining = panel(49, 2)
    months = np.where(np.arange(49) < gap, np.arange(49), np.arange(49) + size)
    found = alphas_of(returns, explaining, months, CONFIDENCE)
    padded = np.zeros((49 + size, 4))
    padded[months] = np.column_stack([np.ones(49), explaining, returns[:, 0]])
    fit = linear_model.OLS(padded[:, 3], padded[:, :3]).fit(
        cov_type="HAC", cov_kwds={"maxlags": hac_lags(49), "use_correction": False}
    )
    expected = np.sqrt(fit.cov_params()[0, 0] * 49 / (49 - 3))
    assert found.hac["std_error"][0] == pytest.approx(expected, rel=RECOMPUTED)


def test_a_gap_changes_the_newey_west_error_alone() -> None:
    returns, explaining = panel(49, 2)
    joined, parted = (
        alphas_of(returns, explaining, months, CONFIDENCE)
        for months in (np.arange(49), np.arange(49) + 12 * (np.arange(49) > 24))
    )
    assert joined.ols["std_error"].tolist() == parted.ols["std_error"].tolist()
    assert (joined.hac["std_error"] != parted.hac["std_error"]).all()
