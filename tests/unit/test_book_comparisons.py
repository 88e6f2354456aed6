"""Two books side by side: difference, mix, correlation, and what is not enough."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from smallcap.finance.books.comparisons import book_comparisons
from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import factors_of
from smallcap.tables.book_factors import BookComparisons
from tests.tolerances import ESTIMATE, EXACT
from tests.unit.book_builders import RULES, a_list, books, raw_factors

FIRST = dt.date(2020, 1, 31)
MONTHS = 48
FACTORS = raw_factors(FIRST, MONTHS)
TERMS = ["alpha", "Mkt-RF", "SMB", "HML", "RMW", "CMA"]
PAIR = books(one=a_list(FIRST), two=a_list(FIRST))


def series(seed: int, beta: float, months: int = MONTHS) -> pl.DataFrame:
    """Returns that load on the market and the size factor, with noise of their own."""
    noise = pl.Series(np.random.default_rng(seed).normal(0.002, 0.02, MONTHS))
    explained = beta * pl.col("mkt_rf") + 0.5 * pl.col("smb") + pl.col("rf")
    return FACTORS.select("month", (explained + noise).alias("total_return")).head(months)


def compared(one: pl.DataFrame, two: pl.DataFrame, factors: pl.DataFrame = FACTORS) -> pl.DataFrame:
    both = pl.concat(
        rows.with_columns(pl.lit(name).alias("book")) for name, rows in (("one", one), ("two", two))
    )
    return BookComparisons.validate(book_comparisons(both, PAIR, factors, RULES))


def of(rows: pl.DataFrame, covariance: str, column: str) -> list[float]:
    """A column by term, in the order of the model."""
    by_term = dict(rows.filter(pl.col("covariance") == covariance).select("term", column).iter_rows())
    return [by_term[term] for term in TERMS]


@pytest.mark.parametrize("covariance", ["OLS", "HAC"])
def test_the_difference_is_a_regression_of_its_own(covariance: str) -> None:
    one, two = series(1, 1.1), series(2, 0.8)
    factors = factors_of(FACTORS, "FF5", RULES)
    assert factors is not None
    difference = one.with_columns(pl.col("total_return") - two["total_return"])
    own = regress(difference, factors, RULES, is_excess=True)
    found = compared(one, two)
    for column, of_regression in {
        "difference": "estimate",
        "difference_std_error": "std_error",
        "difference_t_stat": "t_stat",
        "difference_p_value": "p_value",
        "difference_ci_low": "ci_low",
        "difference_ci_high": "ci_high",
    }.items():
        assert of(found, covariance, column) == pytest.approx(of(own, covariance, of_regression), rel=EXACT)


def test_the_difference_is_that_of_the_two_estimates() -> None:
    found = compared(series(1, 1.1), series(2, 0.8))
    gaps = np.subtract(of(found, "OLS", "estimate"), of(found, "OLS", "other_estimate"))
    assert of(found, "OLS", "difference") == pytest.approx(gaps.tolist(), abs=ESTIMATE)


def test_a_mix_in_halves_has_the_mean_of_the_estimates() -> None:
    found = compared(series(1, 1.1), series(2, 0.8))
    means = np.mean([of(found, "HAC", "estimate"), of(found, "HAC", "other_estimate")], axis=0)
    assert set(found["mix_share"]) == {0.5}
    assert of(found, "HAC", "mix_estimate") == pytest.approx(means.tolist(), abs=ESTIMATE)


def test_correlation_of_the_returns() -> None:
    one, two = series(1, 1.1), series(2, 0.8)
    expected = np.corrcoef(one["total_return"].to_numpy(), two["total_return"].to_numpy())[0, 1]
    assert compared(one, two)["correlation"].to_list() == pytest.approx([expected] * 12, rel=EXACT)


def test_a_book_against_itself_differs_by_nothing() -> None:
    found = compared(series(1, 1.1), series(1, 1.1))
    assert set(found["status"]) == {"estimated"}
    assert set(found["difference"]) == {0.0}
    assert found["difference_t_stat"].null_count() == found.height
    assert found["correlation"].to_list() == pytest.approx([1.0] * 12, rel=EXACT)


def test_only_months_of_both_count() -> None:
    found = compared(series(1, 1.1), series(2, 0.8, months=40))
    assert set(found["n_obs"]) == {40}
    assert found.select("first_month", "last_month").unique().rows() == [(FIRST, dt.date(2023, 4, 30))]
    assert of(found, "OLS", "estimate") == pytest.approx(
        of(compared(series(1, 1.1, months=40), series(2, 0.8, months=40)), "OLS", "estimate"), rel=EXACT
    )


@pytest.mark.parametrize("months", [0, 35])
def test_too_few_common_months_have_no_numbers(months: int) -> None:
    found = compared(series(1, 1.1), series(2, 0.8, months=months))
    assert found.select("term", "status", "n_obs").unique().height == len(TERMS)
    assert (set(found["status"]), set(found["n_obs"])) == ({"insufficient"}, {months})
    words = "no month has a return of both books" if months == 0 else "36 are needed"
    assert all(words in reason for reason in found["reason"])
    numbers = [
        "estimate",
        "other_estimate",
        "difference",
        "difference_t_stat",
        "mix_estimate",
        "mix_share",
        "correlation",
    ]
    assert found.select(pl.col(numbers).is_null().all()).row(0) == (True,) * len(numbers)


def test_a_constant_book_is_insufficient_beside_any_other() -> None:
    flat = series(1, 1.1).with_columns(total_return=pl.lit(0.01))
    for found in (compared(flat, series(2, 0.8)), compared(series(2, 0.8), flat)):
        assert set(found["status"]) == {"insufficient"}
        assert found["estimate"].null_count() == found.height


def test_without_factors_the_pair_says_so() -> None:
    found = compared(series(1, 1.1), series(2, 0.8), factors=FACTORS.clear())
    assert set(found["reason"]) == {"no five-factor file is stored; fetch one"}


def test_pairs_are_those_of_the_alphabet_each_once() -> None:
    three = books(**{name: a_list(FIRST) for name in ("c", "a", "b")})
    rows = pl.concat(
        series(seed, 1.0).with_columns(pl.lit(name).alias("book")) for seed, name in enumerate("cab")
    )
    found = BookComparisons.validate(book_comparisons(rows, three, FACTORS, RULES))
    assert found.select("book", "other_book").unique(maintain_order=True).rows() == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


def test_one_book_alone_is_compared_with_nothing() -> None:
    alone = series(1, 1.0).with_columns(pl.lit("one").alias("book"))
    assert book_comparisons(alone, books(one=a_list(FIRST)), FACTORS, RULES).is_empty()


def test_no_number_is_nan() -> None:
    found = compared(series(1, 1.1), series(1, 1.1))
    floats = [name for name, dtype in found.schema.items() if dtype == pl.Float64]
    assert not any(math.isnan(value) for name in floats for value in found[name].drop_nulls())
