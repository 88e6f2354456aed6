"""Who is in each universe at each June's end, and with what weight."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.experiment.formation import formations
from tests.tolerances import EXACT
from tests.unit.finance.experiment.experiment_builders import (
    JUNE,
    LOSS,
    PROFIT,
    UNKNOWN,
    Company,
    World,
    a_year,
)

FOUR = {
    1: Company(PROFIT, 400.0, "Energy"),
    2: Company(PROFIT, 300.0, "Utilities"),
    3: Company(LOSS, 200.0, "Energy"),
    4: Company(UNKNOWN, 100.0, "Utilities"),
}


def formed(world: World) -> pl.DataFrame:
    return formations(world.members(), world.metrics(), world.returns())


def of(companies: dict[int, Company]) -> pl.DataFrame:
    return formed(World(companies, {0: list(companies)}, {line: [0.0] for line in companies}))


def weights(rows: pl.DataFrame, universe: str, weighting: str) -> dict[int, float]:
    own = rows.filter((pl.col("universe") == universe) & (pl.col("weighting") == weighting))
    return dict(own.select("security_id", "weight").iter_rows())


def test_three_universes_in_equal_weights() -> None:
    rows = of(FOUR)
    assert weights(rows, "all", "equal") == {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}
    assert weights(rows, "profitable", "equal") == {1: 0.5, 2: 0.5}
    assert weights(rows, "unprofitable", "equal") == {3: 1.0}


def test_weights_by_market_value() -> None:
    rows = of(FOUR)
    assert weights(rows, "all", "cap") == pytest.approx({1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}, rel=EXACT)
    assert weights(rows, "profitable", "cap") == pytest.approx({1: 4 / 7, 2: 3 / 7}, rel=EXACT)


def test_sector_neutral_weights_are_those_of_the_sectors_in_the_index() -> None:
    # Of the index, 60% is in Energy and 40% in Utilities; the profitable company of each sector stands for
    # all of it.
    rows = of(FOUR)
    assert weights(rows, "profitable", "sector_neutral") == pytest.approx({1: 0.6, 2: 0.4}, rel=EXACT)
    assert weights(rows, "all", "sector_neutral") == weights(rows, "all", "cap")


def test_a_sector_without_a_company_leaves_its_weight_to_the_others() -> None:
    rows = of(FOUR | {5: Company(LOSS, 1000.0, "Materials")})
    assert weights(rows, "profitable", "sector_neutral") == pytest.approx({1: 0.6, 2: 0.4}, rel=EXACT)


def test_within_a_sector_weights_go_by_market_value() -> None:
    rows = of(FOUR | {5: Company(PROFIT, 100.0, "Energy")})
    # Energy is 700 of 1,100: 400 to 100 between 1 and 5.
    expected = {1: 7 / 11 * 0.8, 2: 4 / 11, 5: 7 / 11 * 0.2}
    assert weights(rows, "profitable", "sector_neutral") == pytest.approx(expected, rel=EXACT)


def test_what_is_said_at_formation() -> None:
    rows = of(FOUR).filter(pl.col("universe") == "profitable")
    said = {row["weighting"]: row for row in rows.unique("weighting").iter_rows(named=True)}
    assert {(row["members"], row["names"], row["unknown_names"]) for row in said.values()} == {(4, 2, 1)}
    assert {name: row["share_by_count"] for name, row in said.items()} == dict.fromkeys(said, 0.5)
    expected = {"equal": 0.5, "cap": 0.7, "sector_neutral": 0.7}
    assert {name: row["share_by_weight"] for name, row in said.items()} == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize(
    "company", [Company(PROFIT, is_stale=True), Company(None, is_stale=None), Company(UNKNOWN)]
)
def test_without_a_fresh_net_income_a_company_is_in_the_index_alone(company: Company) -> None:
    rows = of(FOUR | {5: company})
    assert 5 in weights(rows, "all", "equal")
    assert 5 not in weights(rows, "profitable", "equal") | weights(rows, "unprofitable", "equal")
    assert set(rows.filter(pl.col("weighting") == "equal")["unknown_names"]) == {2}


def test_no_profit_is_no_profit() -> None:
    assert 5 in weights(of(FOUR | {5: Company(0.0)}), "unprofitable", "equal")


def test_weights_by_market_value_need_one() -> None:
    rows = of(FOUR | {5: Company(market_cap=None), 6: Company(market_cap=0.0)})
    assert {5, 6} <= weights(rows, "profitable", "equal").keys()
    assert (
        not {5, 6}
        & (weights(rows, "profitable", "cap") | weights(rows, "profitable", "sector_neutral")).keys()
    )


def test_sector_neutral_weights_need_a_sector() -> None:
    rows = of(FOUR | {5: Company(sector=None)})
    assert 5 in weights(rows, "profitable", "cap")
    assert 5 not in weights(rows, "all", "sector_neutral") | weights(rows, "profitable", "sector_neutral")


def test_without_any_sector_nothing_is_sector_neutral() -> None:
    rows = of({1: Company(PROFIT, sector=None), 2: Company(LOSS, sector=None)})
    assert set(rows["weighting"]) == {"equal", "cap"}


def test_a_universe_of_losses_has_no_profitable_members() -> None:
    rows = of({1: Company(LOSS), 2: Company(LOSS)})
    assert set(rows["universe"]) == {"all", "unprofitable"}


def test_a_line_that_does_not_trade_in_june_is_not_bought() -> None:
    rows = formed(World(FOUR, {0: [1, 2, 3, 4]}, {1: [0.0], 2: [None, 0.1], 3: [0.0], 4: [0.0]}))
    assert 2 not in weights(rows, "all", "equal")
    assert set(rows["members"]) == {4}


def test_universes_are_formed_at_june_s_end_alone() -> None:
    everyone = list(FOUR)
    lists = {-1: everyone, 0: everyone, 1: everyone, 12: everyone}
    rows = formed(World(FOUR, lists, {line: a_year() for line in FOUR}))
    assert rows["formed_as_of"].unique().sort().to_list() == [JUNE, dt.date(2021, 6, 30)]


def test_a_date_within_june_forms_nothing() -> None:
    world = World(FOUR, {0: list(FOUR)}, {line: [0.0] for line in FOUR})
    on_the_15th = pl.lit(dt.date(2020, 6, 15)).alias("as_of")
    rows = formations(
        world.members().with_columns(on_the_15th), world.metrics().with_columns(on_the_15th), world.returns()
    )
    assert rows.is_empty()
