"""The published event study agrees with an independent pandas implementation, in every row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from smallcap.settings import load_settings
from tests.command_line import published
from tests.oracle import reconstitution_pandas
from tests.oracle.reconstitution_pandas import KEY
from tests.tolerances import BATCHED

pytestmark = pytest.mark.drill

COUNTS = ["names", "names_with_returns"]
FIGURES = ["mean_return", "fund_cost"]


@pytest.fixture(scope="module")
def theirs(backfilled_home: Path) -> pd.DataFrame:
    """Every row by the independent implementation."""
    tables = reconstitution_pandas.Tables(
        members=published(
            backfilled_home,
            "SELECT as_of, entity_id, security_id, weight, fund, snapshot_date FROM core.members",
        ),
        changes=published(
            backfilled_home, "SELECT as_of, entity_id, change, cause, size_quantile FROM marts.index_changes"
        ),
        prices=published(backfilled_home, "SELECT security_id, date, close_usd FROM raw.prices"),
        returns=published(
            backfilled_home, "SELECT month, security_id, total_return FROM core.monthly_returns"
        ),
        securities=published(
            backfilled_home, "SELECT security_id, valid_from, delisting_cause FROM raw.securities"
        ),
        factors=published(backfilled_home, "SELECT * FROM core.factors_monthly"),
    )
    reference = load_settings(home=backfilled_home).reference_dir
    return reconstitution_pandas.study(tables, reference / "reconstitutions.csv")


@pytest.fixture(scope="module")
def ours(backfilled_home: Path) -> pd.DataFrame:
    return published(backfilled_home, "SELECT * FROM marts.reconstitution_events")


@pytest.fixture(scope="module")
def both(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    estimated = ours[ours["status"] == "estimated"]
    other = theirs.dropna(subset="mean_return")
    return estimated.merge(other, on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator=True)


def test_what_is_estimated_is_the_same(both: pd.DataFrame) -> None:
    assert len(both) > 0
    assert set(both["_merge"]) == {"both"}


@pytest.mark.parametrize("name", COUNTS)
def test_counts_agree(both: pd.DataFrame, name: str) -> None:
    assert (both[f"{name}_ours"] == both[f"{name}_theirs"]).all()


@pytest.mark.parametrize("name", FIGURES)
def test_figures_agree(both: pd.DataFrame, name: str) -> None:
    pd.testing.assert_series_equal(
        both[f"{name}_ours"], both[f"{name}_theirs"], rtol=BATCHED, atol=BATCHED, check_names=False
    )


def test_the_mean_over_the_events_is_that_of_scipy(backfilled_home: Path, theirs: pd.DataFrame) -> None:
    latest = published(
        backfilled_home,
        """
        SELECT "group", "window", adjustment, events, estimate, t_stat, p_value
        FROM marts.reconstitution_pooled
        WHERE measure = 'mean_return' AND status = 'estimated'
          AND through_effective_date = (SELECT max(through_effective_date) FROM marts.reconstitution_pooled)
        """,
    )
    joined = latest.merge(
        reconstitution_pandas.pooled(theirs), on=KEY[1:], how="outer", suffixes=("", "_theirs")
    )
    assert len(joined) == len(latest)
    for name in ("events", "estimate", "t_stat", "p_value"):
        assert joined[name].to_numpy() == pytest.approx(
            joined[f"{name}_theirs"].to_numpy(), rel=BATCHED, abs=BATCHED
        )
