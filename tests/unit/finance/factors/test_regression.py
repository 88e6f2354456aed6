"""One regression: every figure worked again by raw linear algebra, and no number where there is none to be
had.
"""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from scipy import stats

from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import Factors, factors_of
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.factors.factor_builders import FIVE, RULES, factor_file, months, returns_on

FILE = factor_file("FF5", "202511", months("2015-01", 120))
BOOK = returns_on(FILE, mkt_rf=1.0, smb=0.5, hml=0.2, cma=-0.2).slice(30, 83)
ALPHA_AND_FIVE = ["alpha", *FIVE]


def factors(file: pl.DataFrame = FILE) -> Factors:
    found = factors_of(file, "FF5", RULES)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def by_hand() -> dict[str, np.ndarray | float]:
    """The same regression from X'X, residuals and sums alone."""
    joined = BOOK.join(factors().frame, on="month").sort("month")
    y = (joined["total_return"] - joined["rf"]).to_numpy()
    x = np.column_stack([np.ones(len(y)), joined.select(FIVE).to_numpy()])
    n, k = x.shape
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residual = y - x @ beta
    variance = residual @ residual / (n - k)
    r_squared = 1 - residual @ residual / ((y - y.mean()) @ (y - y.mean()))
    lags = int(np.floor(4 * (n / 100) ** (2 / 9)))
    scores = x * residual[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    return {
        "n": n,
        "k": k,
        "beta": beta,
        "OLS": variance * inverse,
        "HAC": n / (n - k) * inverse @ middle @ inverse,
        "lags": lags,
        "r_squared": r_squared,
        "adj_r_squared": 1 - (1 - r_squared) * (n - 1) / (n - k),
        "f": (r_squared / (k - 1)) / ((1 - r_squared) / (n - k)),
        "residual_std": np.sqrt(variance),
        "durbin_watson": np.sum(np.diff(residual) ** 2) / np.sum(residual**2),
    }


def rows(covariance: str) -> pl.DataFrame:
    return regress(BOOK, factors(), RULES).filter(pl.col("covariance") == covariance)


@pytest.mark.parametrize("covariance", ["OLS", "HAC"])
def test_estimates_errors_tests_and_intervals(by_hand, covariance):
    error = np.sqrt(np.diag(by_hand[covariance]))
    free = by_hand["n"] - by_hand["k"]
    t_stat = by_hand["beta"] / error
    half = stats.t.ppf(0.975, free) * error
    found = rows(covariance)
    assert found["term"].to_list() == ALPHA_AND_FIVE
    expected = {
        "estimate": by_hand["beta"],
        "std_error": error,
        "t_stat": t_stat,
        "p_value": 2 * stats.t.sf(np.abs(t_stat), free),
        "ci_low": by_hand["beta"] - half,
        "ci_high": by_hand["beta"] + half,
    }
    for name, values in expected.items():
        assert found[name].to_list() == pytest.approx(values.tolist(), rel=RECOMPUTED), name


@pytest.mark.parametrize("covariance", ["OLS", "HAC"])
def test_figures_of_the_whole_regression(by_hand, covariance):
    found = rows(covariance)
    for name in ("r_squared", "adj_r_squared", "residual_std", "durbin_watson"):
        assert found[name].unique().to_list() == pytest.approx([by_hand[name]], rel=RECOMPUTED), name
    loadings, free = by_hand["beta"][1:], by_hand["n"] - by_hand["k"]
    f_stat = loadings @ np.linalg.inv(by_hand[covariance][1:, 1:]) @ loadings / len(loadings)
    assert found["f_stat"][0] == pytest.approx(f_stat, rel=RECOMPUTED)
    assert found["f_p_value"][0] == pytest.approx(stats.f.sf(f_stat, len(loadings), free), rel=RECOMPUTED)
    if covariance == "OLS":
        assert f_stat == pytest.approx(by_hand["f"], rel=RECOMPUTED)
    assert found["hac_lags"].unique().to_list() == [None if covariance == "OLS" else by_hand["lags"]]
    assert by_hand["lags"] == 3


def test_what_was_regressed_is_told():
    found = rows("OLS")
    assert found["n_obs"].unique().to_list() == [83]
    assert found.select("model", "vintage", "status").unique().rows() == [("FF5", "202511", "estimated")]
    assert (found["first_month"][0], found["last_month"][0]) == (BOOK["month"].min(), BOOK["month"].max())
    assert (
        found["alpha_annual"].to_list() == [pytest.approx(12 * found["estimate"][0], rel=EXACT)] + [None] * 5
    )


def test_a_difference_of_returns_keeps_the_risk_free_rate():
    frame = factors().frame
    excess = BOOK.join(frame, on="month").select("month", total_return=pl.col("total_return") - pl.col("rf"))
    found = regress(excess, factors(), RULES, is_excess=True)
    assert found["estimate"].to_list() == pytest.approx(
        regress(BOOK, factors(), RULES)["estimate"].to_list(), rel=RECOMPUTED
    )


def test_missing_months_are_left_out_and_not_filled():
    holes = BOOK.with_columns(
        pl.when(pl.int_range(pl.len()) % 7 != 3).then("total_return").alias("total_return")
    )
    with_nulls, without_rows = regress(holes, factors(), RULES), regress(holes.drop_nulls(), factors(), RULES)
    assert with_nulls.equals(without_rows)
    assert with_nulls["n_obs"][0] == 83 - 12


def test_a_missing_month_separates_its_neighbours_by_two_lags():
    gaps = BOOK.filter(pl.int_range(pl.len()) % 3 != 1)
    rows = regress(gaps, factors(), RULES).filter(pl.col("covariance") == "HAC")
    joined = gaps.join(factors().frame, on="month").sort("month")
    y = (joined["total_return"] - joined["rf"]).to_numpy()
    x = np.column_stack([np.ones(len(y)), joined.select(FIVE).to_numpy()])
    (n, k), inverse = x.shape, np.linalg.inv(x.T @ x)
    scores = x * (y - x @ inverse @ x.T @ y)[:, None]
    number = [month.year * 12 + month.month for month in joined["month"]]
    lags = int(np.floor(4 * (n / 100) ** (2 / 9)))
    # Every pair of months, weighed by how many calendar months lie between them.
    middle = sum(
        max(0.0, 1 - abs(number[i] - number[j]) / (lags + 1)) * np.outer(scores[i], scores[j])
        for i in range(n)
        for j in range(n)
    )
    covariance = n / (n - k) * inverse @ middle @ inverse
    assert rows["std_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=RECOMPUTED)
    f_stat = (inverse @ x.T @ y)[1:] @ np.linalg.inv(covariance[1:, 1:]) @ (inverse @ x.T @ y)[1:] / (k - 1)
    assert rows["f_stat"][0] == pytest.approx(f_stat, rel=RECOMPUTED)


def test_the_order_of_the_months_does_not_matter():
    assert regress(BOOK.reverse(), factors(), RULES).equals(regress(BOOK, factors(), RULES))


@pytest.mark.parametrize(
    ("returns", "reason", "n_obs"),
    [
        (BOOK.head(35), "35 months have a return and all factors; 36 are needed", 35),
        (
            BOOK.with_columns(total_return=pl.lit(None, pl.Float64)),
            "no month has both a return and all factors",
            0,
        ),
        (
            BOOK.with_columns(pl.col("month").dt.offset_by("40y")),
            "no month has both a return and all factors",
            0,
        ),
        (BOOK.with_columns(total_return=0.01), "the return is the same in all 83 months", 83),
        (BOOK.with_columns(total_return=0.0), "the return is the same in all 83 months", 83),
    ],
    ids=["young", "all missing", "no common month", "constant", "always zero"],
)
def test_insufficient_has_a_reason_and_no_numbers(returns, reason, n_obs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = regress(returns, factors(), RULES)
    assert found.height == 2 * len(ALPHA_AND_FIVE)
    assert found["status"].unique().to_list() == ["insufficient"]
    assert found["reason"].str.starts_with(reason).all()
    assert found["n_obs"].unique().to_list() == [n_obs]
    numbers = found.select(pl.selectors.float(), "hac_lags")
    assert numbers.null_count().sum_horizontal().item() == numbers.height * numbers.width
    assert found["first_month"].is_null().all() == (n_obs == 0)


def test_thirty_six_months_are_enough():
    assert regress(BOOK.head(36), factors(), RULES)["status"].unique().to_list() == ["estimated"]


def test_factors_that_cannot_be_told_apart_give_no_numbers():
    twins = factors(FILE.with_columns(rmw=pl.col("hml") * 2))
    found = regress(BOOK, twins, RULES)
    assert found["status"].unique().to_list() == ["insufficient"]
    assert "cannot be separated" in found["reason"][0]


def test_a_book_that_is_the_market_itself_leaves_no_warning_and_no_nan():
    market = FILE.select("month", total_return=pl.col("mkt_rf") + pl.col("rf"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = regress(market, factors(), RULES)
    assert found["estimate"].to_list()[1] == pytest.approx(1.0, rel=RECOMPUTED)
    assert not found.select(pl.selectors.float().is_nan().any()).row(0).count(True)
