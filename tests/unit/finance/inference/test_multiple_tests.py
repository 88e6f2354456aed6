"""Adjusted p values by hand, and the deflated Sharpe ratio against its formula in scipy."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from smallcap.finance.factors.book_regressions import book_regressions
from smallcap.finance.inference.alpha_family import alpha_family
from smallcap.finance.inference.book_inference import book_inference
from smallcap.finance.inference.deflated import deflated_sharpe_ratios
from smallcap.finance.inference.multiple_tests import (
    Moments,
    adjusted,
    deflated_sharpe,
    expected_highest,
    moments_of,
)
from smallcap.finance.returns.treatments import TREATMENTS
from smallcap.rules.files import read_rules
from smallcap.rules.types.inference import InferenceRules
from smallcap.tables.inference import AlphaFamily, BookInference, DeflatedSharpe
from tests.examples import examples
from tests.tolerances import BY_HAND, EXACT, RECOMPUTED
from tests.unit.finance.builders import REFERENCE
from tests.unit.finance.factors.factor_builders import RULES, factor_file, months, returns_on

INFERENCE = read_rules(REFERENCE, "inference.toml", InferenceRules)
FEW_DRAWS = InferenceRules(**{**vars(INFERENCE), "draws": 200})
FILE = factor_file("FF5", "202511", months("2015-01", 60))
NAMES = ("one", "three", "two")
BOOKS = pl.DataFrame({"book": NAMES, "is_formed_in_advance": [True, False, True]})


def of_books(*names: str) -> pl.DataFrame:
    return pl.concat(
        [returns_on(FILE, seed=len(name), mkt_rf=1.0).with_columns(book=pl.lit(name)) for name in names]
    )


def treated(returns: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(
        [
            returns.with_columns(
                treatment=pl.lit(name), weight_without_return=pl.lit(0.0), coverage=pl.lit("complete")
            )
            for name in TREATMENTS
        ]
    )


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_both_adjustments_are_those_of_statsmodels(p_values):
    found = adjusted(np.array(p_values))
    for name, theirs in (("holm", "holm"), ("benjamini_yekutieli", "fdr_by")):
        np.testing.assert_allclose(found[name], multipletests(p_values, method=theirs)[1], rtol=RECOMPUTED)


def test_holm_and_benjamini_yekutieli_by_hand():
    # Holm: 3 x 0.01, then max(0.03, 2 x 0.02), then max(0.04, 0.03). BY: c = 1 + 1/2 + 1/3 = 11/6;
    # 0.03 x c x 3/3 is the least of the rest for all three.
    found = adjusted(np.array([0.02, 0.01, 0.03]))
    assert found["holm"] == pytest.approx([0.04, 0.03, 0.04], rel=BY_HAND)
    assert found["benjamini_yekutieli"] == pytest.approx([0.055, 0.055, 0.055], rel=BY_HAND)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=12))
@examples(4)
def test_an_adjusted_p_value_is_never_smaller_and_keeps_the_order(values):
    p_values = np.array(values)
    for found in adjusted(p_values).values():
        assert (found >= p_values - EXACT).all()
        assert (found <= 1).all()
        assert (np.diff(found[np.argsort(p_values, kind="stable")]) >= -EXACT).all()


def test_the_highest_of_trials_without_skill():
    # The published example of Bailey and Lopez de Prado (2014): N = 100, a variance of 1/2 a year of 250 days
    # gives a highest daily ratio of 0.1132.
    assert expected_highest(100, 0.5 / 250) == pytest.approx(0.1132, abs=5e-5)


def test_the_deflated_ratio_of_the_published_example():
    # Same paper: an annual ratio of 2.5, skewness -3, kurtosis 10 and 1250 days give 0.9004.
    own = Moments(sharpe=2.5 / np.sqrt(250), skewness=-3.0, kurtosis=10.0, months=1250)
    assert deflated_sharpe(own, expected_highest(100, 0.5 / 250)) == pytest.approx(0.9004, abs=5e-4)


def test_moments_are_those_of_scipy():
    excess = np.random.default_rng(2).gamma(2.0, 0.02, 80) - 0.03
    own = moments_of(excess)
    assert own.skewness == pytest.approx(stats.skew(excess), rel=EXACT)
    assert own.kurtosis == pytest.approx(stats.kurtosis(excess, fisher=False), rel=EXACT)
    assert own.sharpe == pytest.approx(excess.mean() / stats.tstd(excess), rel=EXACT)


def test_without_variance_of_the_ratio_there_is_no_probability():
    assert deflated_sharpe(Moments(2.0, 3.0, 1.0, 60), 0.1) is None


@pytest.fixture(scope="module")
def inference() -> pl.DataFrame:
    found = book_inference(treated(of_books(*NAMES)), BOOKS, FILE, RULES, FEW_DRAWS)
    return BookInference.validate(found)


def test_every_book_treatment_statistic_and_block_has_a_row(inference):
    assert inference.height == len(NAMES) * len(TREATMENTS) * 3 * 4
    assert set(inference["block"]) == {"optimal", "3_months", "6_months", "12_months"}
    assert set(inference["status"]) == {"estimated"}


def test_a_treatment_that_changes_nothing_has_the_same_figures(inference):
    own = inference.filter(pl.col("book") == "one").drop("treatment")
    assert own.unique().height == 3 * 4


def test_the_estimates_are_the_regression_s_and_the_sharpe_ratios(inference):
    returns = of_books("one").join(FILE.select("month", "rf", "mkt_rf"), on="month")
    excess = (returns["total_return"] - returns["rf"]).to_numpy()
    market = returns["mkt_rf"].to_numpy()
    ratios = [series.mean() / series.std(ddof=1) * np.sqrt(12) for series in (excess, market)]
    estimates = dict(
        inference.filter(pl.col("book") == "one", pl.col("block") == "optimal", pl.col("treatment") == "all")
        .select("statistic", "estimate")
        .iter_rows()
    )
    assert estimates["sharpe"] == pytest.approx(ratios[0], rel=RECOMPUTED)
    assert estimates["sharpe_difference"] == pytest.approx(ratios[0] - ratios[1], rel=RECOMPUTED)


def test_missing_months_and_weights_without_a_return_are_stated():
    gappy = (
        treated(of_books("one"))
        .filter(pl.col("month") != dt.date(2017, 6, 30))
        .with_columns(
            coverage=pl.when(pl.col("month") == dt.date(2018, 6, 30))
            .then(pl.lit("survivors_only"))
            .otherwise("coverage"),
            weight_without_return=pl.when(pl.col("month") == dt.date(2018, 6, 30)).then(0.1).otherwise(0.0),
        )
    )
    found = book_inference(gappy, BOOKS.head(1), FILE, RULES, FEW_DRAWS)
    assert found.select("missing_months", "coverage", "weight_without_return", "n_obs").unique().rows() == [
        (1, "survivors_only", 0.1, 59)
    ]


def test_a_book_with_too_few_months_says_so():
    short = treated(of_books("one").head(20))
    found = BookInference.validate(book_inference(short, BOOKS.head(1), FILE, RULES, FEW_DRAWS))
    assert set(found["status"]) == {"insufficient"}
    assert found["reason"].str.contains("20 months").all()


@pytest.mark.drill
def test_the_family_is_all_books_under_the_five_factors_over_all_months(inference):
    regressions = book_regressions(of_books(*NAMES), BOOKS, FILE, RULES)
    found = AlphaFamily.validate(alpha_family(regressions, inference, RULES))
    family = found.filter(pl.col("role") == "family")
    assert set(family["model"]) == {"FF5"}
    assert family.group_by("basis").len().sort("basis").rows() == [("HAC", 3), ("OLS", 3), ("bootstrap", 3)]
    assert set(family["family_size"]) == {3}
    for (basis,), rows in family.partition_by("basis", as_dict=True).items():
        expected = adjusted(rows["p_value"].to_numpy())
        assert rows["p_holm"].to_list() == expected["holm"].tolist(), basis
    others = found.filter(pl.col("role") == "exploratory")
    assert others["p_holm"].is_null().all()
    assert others.height > 0


def test_fewer_than_five_books_assume_numbers_of_trials():
    found = DeflatedSharpe.validate(deflated_sharpe_ratios(of_books(*NAMES), BOOKS, FILE, RULES, INFERENCE))
    one = found.filter(pl.col("book") == "one")
    assert one["trials"].to_list() == [10, 100, 1000]
    assert set(one["trials_basis"]) == {"assumed"}
    assert one["trials_variance"].to_list() == pytest.approx([1 / 59] * 3, rel=EXACT)
    assert (one["deflated_sharpe"].diff().drop_nulls() < 0).all()
    assert found.filter(pl.col("book") == "three")["own_trials"].str.starts_with("unknown").all()


def test_five_books_are_the_stated_trials():
    names = ("a", "bb", "ccc", "dddd", "eeeee", "short")
    books = pl.DataFrame({"book": names, "is_formed_in_advance": [True] * 6})
    returns = pl.concat([of_books(*names[:5]), of_books("short").head(12)])
    found = DeflatedSharpe.validate(deflated_sharpe_ratios(returns, books, FILE, RULES, INFERENCE))
    own = found.filter(pl.col("status") == "estimated")
    assert own.select("trials", "trials_basis").unique().rows() == [(5, "stated")]
    assert own["trials_variance"][0] == pytest.approx(own["sharpe_monthly"].var(), rel=EXACT)
    assert found.filter(pl.col("book") == "short").select("trials", "status").rows() == [(0, "insufficient")]
