"""`smallcap.regress`: own returns on factors, as numpy's least squares has them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import smallcap
from tests.tolerances import BY_HAND
from tests.unit.api.own_frames import KINDS, as_polars, factors, is_of_kind

TERMS = ("mkt_rf", "smb", "hml", "rmw", "cma")


def returns(noise_seed: int = 5) -> pl.DataFrame:
    noise = pl.Series(np.random.default_rng(noise_seed).normal(0, 0.01, 60))
    total = 0.001 + 1.1 * pl.col("mkt_rf") + 0.7 * pl.col("smb") + pl.col("rf")
    return factors().select("month", total_return=total + noise)


def by_numpy() -> np.ndarray:
    explaining = factors().select(TERMS).to_numpy()
    excess = returns()["total_return"].to_numpy() - 0.002
    return np.linalg.lstsq(np.column_stack([np.ones(60), explaining]), excess, rcond=None)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_coefficients_are_those_of_least_squares(kind: str):
    fit = smallcap.regress(KINDS[kind](returns()), KINDS[kind](factors()))
    assert is_of_kind(fit, kind)
    rows = as_polars(fit).filter(covariance="OLS")
    assert rows["term"].to_list() == ["alpha", "Mkt-RF", "SMB", "HML", "RMW", "CMA"]
    np.testing.assert_allclose(rows["estimate"].to_numpy(), by_numpy(), rtol=BY_HAND)
    assert rows["n_obs"].unique().to_list() == [60]


def test_months_are_those_of_the_calendar_whatever_their_day():
    by_first_day = returns().with_columns(pl.col("month").dt.month_start())
    assert smallcap.regress(by_first_day, factors()).equals(smallcap.regress(returns(), factors()))


def test_months_without_a_return_are_left_out():
    n = pl.int_range(pl.len())
    fit = smallcap.regress(
        returns().with_columns(total_return=pl.when(n > 9).then("total_return")), factors()
    )
    assert fit["n_obs"].unique().to_list() == [50]


def test_too_few_months_give_a_reason_and_no_numbers():
    fit = smallcap.regress(returns().head(5), factors())
    assert fit["status"].unique().to_list() == ["insufficient"]
    assert "5 months" in fit["reason"][0]
    assert fit["estimate"].null_count() == fit.height


def test_factors_in_percent_are_refused():
    percent = factors().with_columns(pl.col(*TERMS, "rf") * 100)
    with pytest.raises(smallcap.InputError, match="give fractions, not percent"):
        smallcap.regress(returns(), percent)


def test_factors_of_two_vintages_are_refused():
    n = pl.int_range(pl.len())
    mixed = factors().with_columns(vintage=pl.when(n < 30).then(pl.lit("202401")).otherwise(pl.lit("202501")))
    with pytest.raises(smallcap.InputError, match=r"several vintages \(202401, 202501\)"):
        smallcap.regress(returns(), mixed)


def test_factors_of_two_vintages_with_the_same_months_are_refused_by_their_vintages():
    both = pl.concat([factors().with_columns(vintage=pl.lit(one)) for one in ("202401", "202501")])
    with pytest.raises(smallcap.InputError, match=r"several vintages \(202401, 202501\): keep one"):
        smallcap.regress(returns(), both)


def test_returns_in_percent_are_refused_because_no_loss_is_more_than_everything():
    percent = returns().with_columns(pl.col("total_return") * 100)
    with pytest.raises(smallcap.InputError, match="more than everything: give fractions, not percent"):
        smallcap.regress(percent, factors())
    all_lost = returns().with_columns(total_return=pl.lit(-1.0))
    assert smallcap.regress(all_lost, factors())["n_obs"].unique().to_list() == [60]


def test_a_difference_of_two_returns_may_lose_more_than_everything():
    n = pl.int_range(pl.len())
    short_squeezed = returns().with_columns(total_return=pl.when(n == 0).then(-1.4).otherwise("total_return"))
    assert smallcap.regress(short_squeezed, factors(), is_excess=True)["n_obs"].unique().to_list() == [60]


def test_a_month_that_occurs_twice_is_refused():
    with pytest.raises(smallcap.InputError, match="regress, returns: 4 rows share their month"):
        smallcap.regress(pl.concat([returns(), returns().tail(2)]), factors())


def test_a_model_that_is_unknown_is_refused():
    with pytest.raises(smallcap.InputError, match="factor model FF9 is unknown"):
        smallcap.regress(returns(), factors(), model="FF9")


def test_a_missing_factor_is_named():
    with pytest.raises(
        smallcap.InputError, match=r"regress, factors: a column is missing:\n  cma \(fraction\)"
    ):
        smallcap.regress(returns(), factors().drop("cma"))
