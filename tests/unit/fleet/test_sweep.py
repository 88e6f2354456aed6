"""Variants of a sweep: every one counts as a trial, and p values are those of a t test over the family."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from smallcap.finance.inference.sweep import compare_variants, median_variant
from smallcap.package_files import default_reference
from smallcap.rules.files import read_rules
from smallcap.rules.types.inference import InferenceRules
from tests.tolerances import EXACT

RULES = replace(read_rules(default_reference(), "inference.toml", InferenceRules), least_months=12)
MEANS = {"a": 0.001, "b": 0.01, "c": 0.004, "d": -0.002, "e": 0.006}


@pytest.fixture(scope="module")
def series() -> dict[str, np.ndarray]:
    draws = np.random.default_rng(7)
    return {home: draws.normal(mean, 0.04, 60) for home, mean in MEANS.items()}


def returns_of(series: dict[str, np.ndarray]) -> pl.DataFrame:
    months = [dt.date(2015 + number // 12, number % 12 + 1, 28) for number in range(60)]
    return pl.concat(
        pl.DataFrame({"home": home, "month": months[: len(values)], "excess": values})
        for home, values in series.items()
    )


def test_p_values_are_those_of_a_t_test_and_holm_multiplies_the_least_by_the_number_tried(
    series: dict[str, np.ndarray],
) -> None:
    tried = [*MEANS, "failed"]
    found = {row["home"]: row for row in compare_variants(returns_of(series), tried, RULES).to_dicts()}
    expected = {home: stats.ttest_1samp(values, 0.0).pvalue for home, values in series.items()}
    for home, p_value in expected.items():
        assert found[home]["p_value"] == pytest.approx(p_value, rel=EXACT)
    least = min(expected, key=lambda home: expected[home])
    assert found[least]["p_holm"] == pytest.approx(min(1.0, 6 * expected[least]), rel=EXACT)
    harmonic = sum(1 / rank for rank in range(1, 7))
    assert found[least]["p_benjamini_yekutieli"] <= min(1.0, 6 * harmonic * expected[least]) * (1 + EXACT)


def test_a_variant_without_results_was_tried_too(series: dict[str, np.ndarray]) -> None:
    few = compare_variants(returns_of(series), list(MEANS), RULES)
    more = compare_variants(returns_of(series), [*MEANS, *(f"failed{number}" for number in range(95))], RULES)
    assert more["trials"].unique().to_list() == [100]
    assert more.row(0, named=True)["home"] == few.row(0, named=True)["home"]
    assert more.row(0, named=True)["deflated_sharpe"] < few.row(0, named=True)["deflated_sharpe"]
    assert more.row(0, named=True)["p_holm"] > few.row(0, named=True)["p_holm"]
    assert more.filter(pl.col("home") == "failed3")["status"].item() == "insufficient"


def test_the_best_is_first_and_the_median_one_in_the_middle(
    series: dict[str, np.ndarray],
) -> None:
    found = compare_variants(returns_of(series), list(MEANS), RULES)
    ratios = sorted((values.mean() / values.std(ddof=1) for values in series.values()), reverse=True)
    assert found["sharpe_annual"].to_list() == pytest.approx([ratio * 12**0.5 for ratio in ratios], rel=EXACT)
    median = median_variant(found)
    assert median is not None
    assert median["sharpe_annual"] == pytest.approx(ratios[2] * 12**0.5, rel=EXACT)


def test_too_few_months_are_not_judged(series: dict[str, np.ndarray]) -> None:
    short = {home: values[:11] for home, values in series.items()}
    found = compare_variants(returns_of(short), list(MEANS), RULES)
    assert found["sharpe_annual"].null_count() == 5
    assert median_variant(found) is None
