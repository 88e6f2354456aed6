"""The published profitability experiment agrees with an independent pandas implementation, month by month and
as a whole.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.command_line import published
from tests.oracle import experiment_pandas
from tests.sample_home import LAST_YEAR
from tests.tolerances import RECOMPUTED

pytestmark = pytest.mark.drill

SERIES = ["universe", "weighting"]
OF_A_MONTH = [*SERIES, "month"]
OF_A_ROW = [*SERIES, "cost_basis_points"]
COUNTS = ["names", "holdings", "with_return"]
MEASURED = [
    "annual_return",
    "volatility",
    "sharpe",
    "max_drawdown",
    "difference_annual",
    "difference_std_error",
    "difference_ci_low",
    "sharpe_difference_ci_high",
]


@pytest.fixture(scope="module")
def theirs(backfilled_home: Path) -> pd.DataFrame:
    """Every month by the independent implementation."""
    members = published(backfilled_home, "SELECT as_of, entity_id, security_id, sector FROM core.members")
    metrics = published(
        backfilled_home,
        "SELECT as_of, entity_id, net_income_usd, is_stale, market_cap_usd FROM core.metrics_as_of",
    )
    returns = published(backfilled_home, "SELECT month, security_id, total_return FROM core.monthly_returns")
    # Returns of the year after are there too; the backfill holds nothing in it.
    within = returns[returns["month"] <= pd.Timestamp(LAST_YEAR, 12, 31)]
    return experiment_pandas.experiment_returns(members, metrics, within)


@pytest.fixture(scope="module")
def ours(backfilled_home: Path) -> pd.DataFrame:
    # Those who are admitted by quarters are no universe of the independent implementation.
    return published(backfilled_home, "SELECT * FROM marts.experiment_returns WHERE universe <> 'admitted'")


@pytest.fixture(scope="module")
def both(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    return ours.merge(theirs, on=OF_A_MONTH, how="outer", suffixes=("_ours", "_theirs"), indicator=True)


def test_every_month_of_every_universe_is_there(both: pd.DataFrame, first_year: int) -> None:
    assert set(both["_merge"]) == {"both"}
    months = pd.date_range(f"{first_year}-07-31", f"{LAST_YEAR}-12-31", freq="ME")
    assert both.groupby(SERIES)["month"].apply(lambda own: sorted(own) == list(months)).all()
    assert len(both) == 9 * len(months)


@pytest.mark.parametrize("name", ["total_return", "turnover"])
def test_every_month_s_figures_agree(both: pd.DataFrame, name: str) -> None:
    pd.testing.assert_series_equal(
        both[f"{name}_ours"],
        both[f"{name}_theirs"],
        rtol=0,
        atol=RECOMPUTED,
        check_names=False,
        check_dtype=False,
    )


@pytest.mark.parametrize("name", COUNTS)
def test_every_month_s_counts_agree(both: pd.DataFrame, name: str) -> None:
    assert (both[f"{name}_ours"] == both[f"{name}_theirs"]).all()


def test_companies_leave_and_returns_are_missing_often_enough_to_compare(ours: pd.DataFrame) -> None:
    index = ours[(ours["universe"] == "all") & (ours["weighting"] == "equal")]
    assert index["left"].sum() >= 10
    assert index["missing"].sum() >= 10


def test_the_whole_period_agrees(backfilled_home: Path, theirs: pd.DataFrame) -> None:
    found = published(
        backfilled_home,
        "SELECT * FROM marts.profitability_experiment WHERE period = 'all' AND universe <> 'admitted'",
    ).sort_values(OF_A_ROW)
    assert set(found["status"]) == {"estimated"}
    rates = published(backfilled_home, "SELECT month, rf FROM core.factors_monthly").set_index("month")["rf"]
    expected = experiment_pandas.summary(theirs, rates).sort_values(OF_A_ROW)
    assert found[OF_A_ROW].to_numpy().tolist() == expected[OF_A_ROW].to_numpy().tolist()
    np.testing.assert_allclose(
        found[MEASURED].to_numpy(float), expected[MEASURED].to_numpy(float), rtol=0, atol=RECOMPUTED
    )


def test_each_year_is_one_formation(backfilled_home: Path, first_year: int) -> None:
    years = published(
        backfilled_home,
        "SELECT period, max(months) AS months FROM marts.profitability_experiment GROUP BY period",
    )
    by_period = years.set_index("period")["months"].to_dict()
    whole = by_period.pop("all")
    assert list(by_period.values()).count(12) == LAST_YEAR - first_year
    assert sum(by_period.values()) == whole
