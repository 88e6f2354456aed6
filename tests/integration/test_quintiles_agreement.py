"""The published tables of quintiles agree with bare scripts, row by row."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.quintile_tables import KEYS, bare_tables, read_inputs, refuse_other_quintiles

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def lake(backfilled_home: Path) -> Lake:
    return Lake(Settings(home=backfilled_home, preset="sample").lake_dir)


@pytest.fixture(scope="module")
def bare(lake: Lake) -> dict[str, pl.DataFrame]:
    return bare_tables(read_inputs(lake), Settings(preset="sample"))


@pytest.mark.parametrize("name", KEYS)
def test_every_row_is_that_of_the_bare_script(lake: Lake, bare: dict[str, pl.DataFrame], name: str) -> None:
    assert bare[name].height
    refuse_other_quintiles(lake, {name: bare[name]})


def test_another_figure_is_refused(lake: Lake, bare: dict[str, pl.DataFrame]) -> None:
    made = bare["marts.quintile_returns"].with_columns(pl.col("total_return") + 1e-6)
    with pytest.raises(ValueError, match="total_return differs"):
        refuse_other_quintiles(lake, {"marts.quintile_returns": made})


def test_portfolios_are_formed_before_they_are_held(lake: Lake) -> None:
    held = lake.read("marts.quintile_returns")
    assert held.filter(pl.col("formed_as_of") >= pl.col("month").dt.month_start()).is_empty()
    assert set(held.filter(holding_months=12)["formed_as_of"].dt.month()) == {6}


def test_most_companies_have_reported_when_an_outcome_is_judged(lake: Lake) -> None:
    """Whatever the month of formation; after twelve months a December date knows a quarter of them."""
    judged = lake.read("marts.quintile_outcomes").filter(
        basis="point_in_time", method="published", quintile=0
    )
    assert judged["reported_share"].min() > 0.8
    summary = lake.read("marts.quality_summary").filter(
        basis="point_in_time", method="published", quintile=0, variant="base"
    )
    decembers = summary.filter(pl.col("as_of").dt.month() == 12).drop_nulls("formed_as_of")
    assert (decembers["outcome_reported"] / decembers["outcome_companies"]).max() < 0.5
