"""Returns less loadings times factors: loadings of the months before the rank day, without intercept."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from tests.tolerances import BATCHED, EXACT
from tests.unit.finance.builders import table
from tests.unit.finance.reconstitution.study_builders import APRIL, JULY, JUNE, MAY, listed, moved, row, study

FACTORS = ("mkt_rf", "smb", "hml", "rmw", "cma")
MONTHS = pl.date_range(dt.date(2021, 1, 31), dt.date(2024, 8, 31), "1mo", eager=True).dt.month_end().to_list()
RANDOM = np.random.default_rng(7)
DRAWN = RANDOM.normal(0, 0.03, (len(MONTHS), len(FACTORS)))
RISK_FREE = 0.004
NOISE = RANDOM.normal(0, 0.02, len(MONTHS))
LOADINGS, ALPHA = np.array([1.1, 0.8, 0.3, -0.2, 0.1]), 0.05
LISTS = pl.concat([listed(day, {9: 0.6, 3: 0.4}) for day in (APRIL, MAY)] + [listed(JULY, {9: 0.6, 1: 0.4})])
CHANGES = moved((1, "added", "other"), (3, "removed", "graduated"))


def factors(last: dt.date = MONTHS[-1]) -> pl.DataFrame:
    rows = [
        {"month": month, **dict(zip(FACTORS, own, strict=True))}
        for month, own in zip(MONTHS, DRAWN.tolist(), strict=True)
        if month <= last
    ]
    return table("core.factors_monthly", rows, vintage="202408", rf=RISK_FREE)


def earned(first: dt.date) -> dict[dt.date, dict[int, float]]:
    """Company 1 from a month on, with an alpha; 3 and 9 in every month."""
    own = RISK_FREE + ALPHA + DRAWN @ LOADINGS + NOISE
    return {
        month: {3: 0.0, 9: 0.01} | ({1: value} if month >= first else {})
        for month, value in zip(MONTHS, own.tolist(), strict=True)
    }


def test_the_expected_return_is_that_of_statsmodels_without_the_intercept() -> None:
    returns = earned(MONTHS[0])
    found = row(
        study(LISTS, CHANGES, returns, factors=factors()), "from_below", "rank_to_effective", "five_factor"
    )
    # The rank day is 30 April: the regression ends in March.
    used = [number for number, month in enumerate(MONTHS) if month < APRIL]
    excess = np.array([returns[MONTHS[n]][1] - RISK_FREE for n in used])
    fitted = OLS(excess, add_constant(DRAWN[used])).fit()
    growth, expected = 1.0, 1.0
    for month in (MAY, JUNE):
        growth *= 1 + returns[month][1]
        expected *= 1 + RISK_FREE + float(DRAWN[MONTHS.index(month)] @ fitted.params[1:])
    assert found["mean_return"] == pytest.approx(growth - expected, rel=BATCHED)
    assert (found["names_with_loadings"], found["factor_vintage"]) == (1, "202408")


@pytest.mark.parametrize(("first", "has_loadings"), [(MONTHS[15], True), (MONTHS[16], False)])
def test_twenty_four_months_before_the_rank_day_are_needed(first: dt.date, has_loadings: bool) -> None:
    assert sum(first <= month < APRIL for month in MONTHS) == (24 if has_loadings else 23)
    rows = study(LISTS, CHANGES, earned(first), factors=factors())
    by_factors = row(rows, "from_below", "rank_to_effective", "five_factor")
    by_index = row(rows, "from_below", "rank_to_effective", "index")
    assert by_factors["names_with_loadings"] == int(has_loadings)
    assert (by_factors["mean_return"] == pytest.approx(by_index["mean_return"], rel=EXACT)) != has_loadings


def test_returns_from_the_rank_month_on_do_not_move_the_loadings() -> None:
    plain, bent = earned(MONTHS[0]), earned(MONTHS[0])
    bent[APRIL] = bent[APRIL] | {1: 0.9}
    of_both = [
        row(study(LISTS, CHANGES, own, factors=factors()), "from_below", "rank_to_effective", "five_factor")
        for own in (plain, bent)
    ]
    assert of_both[0]["mean_return"] == of_both[1]["mean_return"]


def test_a_month_without_factors_is_compared_with_the_index() -> None:
    rows = study(LISTS, CHANGES, earned(MONTHS[0]), factors=factors(MAY))
    found = row(rows, "from_below", "rank_to_effective", "five_factor")
    assert found["names_with_loadings"] == 0
    assert found["mean_return"] == row(rows, "from_below", "rank_to_effective", "index")["mean_return"]
