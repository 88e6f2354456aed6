"""The published quintile portfolios agree with a bare script, month by month and as a whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.rules.files import read_rules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.settings import Settings
from tests.oracle import quintiles_polars
from tests.tolerances import ESTIMATE, RECOMPUTED

MEASURED = ("total_return", "turnover", "weight_without_return")
COUNTED = ("formed_as_of", "names", "holdings", "with_return")


@pytest.fixture(scope="module")
def lake(backfilled_home: Path) -> Lake:
    return Lake(Settings(home=backfilled_home, preset="sample").lake_dir)


@pytest.fixture(scope="module")
def rules() -> QuintileRules:
    return read_rules(Settings(preset="sample").reference_dir, "quintiles.toml", QuintileRules)


@pytest.fixture(scope="module")
def ours(lake: Lake) -> pl.DataFrame:
    return lake.read("marts.quintile_returns")


@pytest.fixture(scope="module")
def theirs(lake: Lake, rules: QuintileRules, ours: pl.DataFrame) -> pl.DataFrame:
    names = ("marts.quality_scores", "core.members", "core.metrics_as_of", "core.monthly_returns")
    scores, members, metrics, returns = map(lake.read, names)
    made = quintiles_polars.portfolios(scores, members, metrics, returns, rules)
    return made.filter(pl.col("month").dt.year().is_in(ours["year"].unique().implode()))


def test_every_month_of_every_portfolio_is_equal(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    key = [*quintiles_polars.SERIES, "month"]
    both = ours.join(theirs, on=key, how="full", coalesce=True, suffix="_bare")
    assert both.height == ours.height == theirs.height > 0
    for name in COUNTED:
        assert both[name].equals(both[f"{name}_bare"])
    for name in MEASURED:
        known = both.filter(pl.col(name).is_not_null() | pl.col(f"{name}_bare").is_not_null())
        assert known[name].to_list() == pytest.approx(
            known[f"{name}_bare"].to_list(), rel=RECOMPUTED, abs=ESTIMATE
        )


def test_every_portfolio_earned_the_same_over_all_months(
    lake: Lake, rules: QuintileRules, ours: pl.DataFrame
) -> None:
    made = lake.read("marts.quintile_performance").filter(pl.col("status") == "estimated")
    bare = quintiles_polars.performance(ours, lake.read("raw.factors"), rules)
    both = made.join(bare, on=[*quintiles_polars.SERIES, "cost_basis_points"], how="full", suffix="_bare")
    assert both.height == made.height == bare.height > 0
    for name in set(bare.columns) - set(quintiles_polars.SERIES) - {"cost_basis_points"}:
        assert both[name].to_list() == pytest.approx(
            both[f"{name}_bare"].to_list(), rel=RECOMPUTED, abs=ESTIMATE
        )


def test_portfolios_are_formed_from_what_was_visible_before_they_are_held(ours: pl.DataFrame) -> None:
    assert ours.filter(pl.col("formed_as_of") >= pl.col("month").dt.month_start()).is_empty()
    assert set(ours.filter(holding_months=12)["formed_as_of"].dt.month()) == {6}
