"""What universes earn between two Junes: four companies by hand, and properties that hold for any world."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.experiment.formation import formations
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.experiment.experiment_builders import (
    JUNE,
    LOSS,
    PROFIT,
    UNKNOWN,
    Company,
    World,
    a_year,
    month_end,
    run,
    series,
)

FOUR = {
    1: Company(PROFIT, 400.0),
    2: Company(PROFIT, 300.0),
    3: Company(LOSS, 200.0),
    4: Company(UNKNOWN, 100.0),
}
EARNED = {
    1: [0.0, 0.10, 0.10, -0.50, 0.0],
    2: [0.0, 0.00, None, 0.20, 0.0],  # without a return in August, back in September
    3: [0.0, -0.10, -0.20, 0.99, 0.99],  # leaves the index in August
    4: [0.0, 0.20, None, None, None],  # dies in August
}
LISTS = {0: [1, 2, 3, 4], 1: [1, 2, 3, 4], 2: [1, 2], 3: [1, 2]}
MONTHS = 19


class TestFourCompaniesByHand:
    @pytest.fixture
    def rows(self) -> pl.DataFrame:
        return World(FOUR, LISTS, EARNED).run()

    def test_months_held(self, rows: pl.DataFrame) -> None:
        assert [row["month"] for row in series(rows)] == [month_end(later) for later in range(1, 5)]
        assert {row["formed_as_of"] for row in series(rows)} == {JUNE}

    def test_equal_weights_drift(self, rows: pl.DataFrame) -> None:
        # A dollar is 0.275, 0.25, 0.225 and 0.30 after July; August is of 1 and 3, September of 1 (0.3025)
        # and 2 (0.25).
        expected = [0.05, (0.0275 - 0.045) / 0.5, (-0.15125 + 0.05) / 0.5525, 0.0]
        assert [row["total_return"] for row in series(rows)] == pytest.approx(expected, rel=EXACT, abs=EXACT)

    def test_weights_by_market_value_drift(self, rows: pl.DataFrame) -> None:
        # 0.44, 0.30, 0.18 and 0.12 after July; 0.484 and 0.144 of 1 and 3 after August.
        expected = [0.04, (0.044 - 0.036) / 0.62, (-0.242 + 0.06) / 0.784, 0.0]
        assert [row["total_return"] for row in series(rows, weighting="cap")] == pytest.approx(
            expected, rel=EXACT, abs=EXACT
        )

    def test_turnover_is_what_left(self, rows: pl.DataFrame) -> None:
        # The first formation has nothing before it. In September 0.18 + 0.30 of 1.0325 have gone; by market
        # value 0.264 of 1.048.
        assert [row["turnover"] for row in series(rows)] == [
            None,
            0.0,
            pytest.approx(0.48 / 1.0325, rel=EXACT),
            0.0,
        ]
        assert series(rows, weighting="cap")[2]["turnover"] == pytest.approx(0.264 / 1.048, rel=EXACT)

    def test_counts(self, rows: pl.DataFrame) -> None:
        counted = [(row["holdings"], row["with_return"], row["missing"], row["left"]) for row in series(rows)]
        assert counted == [(4, 4, 0, None), (4, 2, 2, 0), (2, 2, 0, 2), (2, 2, 0, 0)]

    def test_the_unprofitable_company_is_not_replaced_when_it_leaves(self, rows: pl.DataFrame) -> None:
        assert [row["total_return"] for row in series(rows, "unprofitable")] == pytest.approx(
            [-0.10, -0.20], rel=EXACT
        )


def test_a_rebalance_trades_what_had_drifted() -> None:
    three = {line: Company() for line in (1, 2, 3)}
    lists = {later: [1, 2] for later in range(12)} | {12: [1, 2, 3]}
    world = World(
        three, lists, {1: [0.0, 1.0, *a_year(months=12)], 2: a_year(months=14), 3: a_year(months=14)}
    )
    # 1 has doubled: two thirds and one third before, a third of each of three after.
    july = series(world.run())[12]
    assert (july["month"], july["left"]) == (month_end(13), None)
    assert july["turnover"] == pytest.approx(1 / 3, rel=EXACT)


def test_a_rebalance_into_other_companies_turns_everything_over() -> None:
    lists = {later: [1, 2, 3] for later in range(12)} | {12: [4, 5, 6]}
    companies = {line: Company() for line in range(1, 7)}
    rows = World(companies, lists, {line: a_year(0.01, 14) for line in companies}).run()
    assert series(rows)[12]["turnover"] == pytest.approx(1.0, rel=EXACT)


def test_a_month_without_any_list_ends_the_holding_until_the_next_june() -> None:
    lists = {later: [1, 2] for later in range(14) if later != 3}
    rows = World(FOUR, lists, {1: a_year(0.01, 15), 2: a_year(0.01, 15)}).run()
    held = series(rows)
    assert [row["month"] for row in held] == [month_end(later) for later in (1, 2, 3, 13, 14)]
    # What is formed again after a break has nothing to be compared with.
    assert [row["turnover"] for row in held] == [None, 0.0, 0.0, None, 0.0]


def test_a_company_that_comes_back_is_out_until_the_next_june() -> None:
    lists = {later: [1] if later == 2 else [1, 2] for later in range(14)}
    rows = World(FOUR, lists, {1: a_year(0.01, 15), 2: a_year(0.01, 15)}).run()
    assert [row["holdings"] for row in series(rows)] == [2, 2, *[1] * 10, 2, 2]


def test_a_month_in_which_no_holding_has_a_return_is_unknown() -> None:
    lists = {later: [1, 2, 3] for later in range(3)}
    rows = World(FOUR, lists, {1: [0.0, 0.1, 0.1], 2: [0.0, 0.1, 0.1], 3: [0.0, None, 0.1]}).run()
    assert [row["total_return"] for row in series(rows, "unprofitable")] == [
        None,
        pytest.approx(0.1, rel=EXACT),
    ]


def test_a_total_loss_is_a_return() -> None:
    rows = World(FOUR, {0: [3], 1: [3]}, {1: [0.0, 0.0, 0.0], 3: [0.0, -1.0, None]}).run()
    assert [row["total_return"] for row in series(rows)] == [-1.0, None]


def test_without_a_june_there_is_nothing() -> None:
    world = World(FOUR, {-1: [1, 2], 5: [1, 2]}, {1: a_year(), 2: a_year()})
    assert world.run().is_empty()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five companies over a year and a half, with gaps in lists and returns."""
    lines = range(1, draw(st.integers(1, 5)) + 1)
    companies = {
        line: Company(
            draw(st.sampled_from([PROFIT, LOSS, UNKNOWN])),
            draw(st.sampled_from([None, 50.0, 100.0, 700.0])),
            draw(st.sampled_from([None, "Energy", "Utilities"])),
        )
        for line in lines
    }
    is_listed = st.sampled_from([True, True, True, True, True, False])
    listed = {later: [line for line in lines if draw(is_listed)] for later in range(MONTHS)}
    value = st.sampled_from([None, -0.5, -0.1, 0.0, 0.1, 0.3, 1.5])
    return World(
        companies, listed, {line: draw(st.lists(value, min_size=MONTHS, max_size=MONTHS)) for line in lines}
    )


@given(world=worlds(), last=st.integers(1, MONTHS - 1))
@examples(8)
def test_later_data_never_change_what_was_earned_before(world: World, last: int) -> None:
    day = month_end(last)
    known_then = [
        frame.filter(pl.col(column) <= day)
        for frame, column in (
            (world.members(), "as_of"),
            (world.metrics(), "as_of"),
            (world.returns(), "month"),
        )
    ]
    assert_frame_equal(run(*known_then), world.run().filter(pl.col("month") <= day), check_exact=True)


@given(world=worlds(), gone_after=st.integers(0, 9), other=st.sampled_from([None, -1.0, 5.0]))
@examples(8)
def test_a_company_that_left_never_contributes_afterwards(
    world: World, gone_after: int, other: float | None
) -> None:
    """Company 1 is not on the list of one month's end.

    What it earns from the next month to May is nobody's concern.
    """
    lists = {
        later: [line for line in lines if (line, later) != (1, gone_after + 1)]
        for later, lines in world.listed.items()
    }
    changed = [
        value if not gone_after + 2 <= later <= 11 else other for later, value in enumerate(world.earned[1])
    ]
    as_it_was = World(world.companies, lists, world.earned | {9: a_year(months=MONTHS)}).run()
    otherwise = World(world.companies, lists, world.earned | {1: changed, 9: a_year(months=MONTHS)}).run()
    assert_frame_equal(as_it_was, otherwise, check_exact=True)


@given(world=worlds())
@examples(8)
def test_weights_sum_to_one(world: World) -> None:
    formed = formations(world.members(), world.metrics(), world.returns())
    sums = (
        formed.group_by("formed_as_of", "universe", "weighting")
        .agg(pl.col("weight").sum())["weight"]
        .to_list()
    )
    assert sums == pytest.approx([1.0] * len(sums), rel=EXACT)


@given(world=worlds(), seed=st.integers(0, 1000))
@examples(4)
def test_the_order_of_rows_does_not_matter(world: World, seed: int) -> None:
    frames = [world.members(), world.metrics(), world.returns()]
    shuffled = [frame[random.Random(seed).sample(range(frame.height), frame.height)] for frame in frames]
    assert_frame_equal(run(*frames), run(*shuffled), check_exact=True)
