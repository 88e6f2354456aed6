"""What portfolios of the quality quintiles earn: two companies by hand, and properties of any world."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.quality.portfolios.formation import formations
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.quintile_builders import (
    FEW_SUFFICE,
    JUNE,
    PUBLISHED_RULES,
    World,
    month_end,
    run,
    series,
)

MONTHS = 18


class TestTwoCompaniesByHand:
    """1 earns 10% in July, 20% in August, nothing in September.

    2 loses 10% in July, has no return in August, and gains 50% in September.
    """

    @pytest.fixture
    def rows(self) -> pl.DataFrame:
        every_month = {later: {1: 5, 2: 5} for later in range(4)}
        earned = {1: [0.0, 0.10, 0.20, 0.0], 2: [0.0, -0.10, None, 0.50]}
        return World(every_month, earned, caps={1: 300.0}).run()

    def test_held_from_july_on(self, rows: pl.DataFrame) -> None:
        held = series(rows, "5")
        assert [row["month"] for row in held] == [month_end(1), month_end(2), month_end(3)]
        assert {row["formed_as_of"] for row in held} == {JUNE}

    def test_a_missing_month_is_never_zero_and_its_weight_is_stated(self, rows: pl.DataFrame) -> None:
        # A dollar is 0.55 and 0.45 after July; August is the return of 1, and 2 has 45% of the weight.
        held = series(rows, "5")
        assert [row["total_return"] for row in held] == pytest.approx([0.0, 0.20, 0.0], abs=EXACT)
        assert [row["weight_without_return"] for row in held] == pytest.approx([0.0, 0.45, 0.0], abs=EXACT)
        assert [row["is_survivors_only"] for row in held] == [False, True, False]

    def test_what_is_sold_stays_out_until_the_next_formation(self, rows: pl.DataFrame) -> None:
        assert [(row["holdings"], row["with_return"]) for row in series(rows, "5")] == [
            (2, 2),
            (2, 1),
            (1, 1),
        ]

    def test_weights_by_market_value_drift(self, rows: pl.DataFrame) -> None:
        # 0.75 and 0.25 become 0.825 and 0.225.
        held = series(rows, "5", weighting="cap")
        assert held[0]["total_return"] == pytest.approx(0.05, rel=EXACT)
        assert held[1]["weight_without_return"] == pytest.approx(0.225 / 1.05, rel=EXACT)

    def test_a_stop_costs_one_sale(self, rows: pl.DataFrame) -> None:
        # The first formation has nothing before it; in August 45% are sold, which is half of two sides.
        assert [row["turnover"] for row in series(rows, "5")] == [None, pytest.approx(0.225, rel=EXACT), 0.0]

    def test_a_monthly_formation_trades_what_had_drifted(self, rows: pl.DataFrame) -> None:
        # After July 0.55 and 0.45 become halves: 0.05 bought, 0.05 sold. Then 2 is sold at a half of the
        # weight, and cannot be bought at the end of August, when it does not trade.
        monthly = series(rows, "5", held=1)
        assert [row["turnover"] for row in monthly] == [None, pytest.approx((0.1 + 0.5) / 2, rel=EXACT), 0.0]
        assert [row["names"] for row in monthly] == [2, 2, 1]


def test_the_next_june_trades_against_drifted_weights() -> None:
    doubled = [0.0, 1.0, *[0.0] * 12]
    flat = [0.0] * 14
    world = World({0: {1: 5, 2: 5}, 12: {1: 5, 2: 5, 3: 5}}, {1: doubled, 2: flat, 3: flat})
    # 1 has doubled: two thirds and one third before, a third of each of three after.
    july = series(world.run(), "5")[12]
    assert (july["month"], july["names"]) == (month_end(13), 3)
    assert july["turnover"] == pytest.approx(1 / 3, rel=EXACT)


def test_long_short_is_the_best_less_the_worst_and_trades_both_legs() -> None:
    earned = {1: [0.0, 0.10, 0.30], 2: [0.0, 0.0, 0.10], 3: [0.0, 0.04, None], 4: [0.0, 0.02, 0.02]}
    rows = World({later: {1: 5, 2: 5, 3: 1, 4: 1} for later in range(3)}, earned).run()
    best, worst, both = (series(rows, name, held=1) for name in ("5", "1", "long_short"))
    assert [row["total_return"] for row in both] == pytest.approx([0.05 - 0.03, 0.20 - 0.02], rel=EXACT)
    # Halves that drifted to 0.55 / 1.05 and 0.52 / 1.03; half of the short leg is sold without a return.
    drift_best, drift_worst = 0.55 / 1.05 - 0.5, 0.52 / 1.03 - 0.5
    assert best[1]["turnover"] == pytest.approx(drift_best, rel=EXACT)
    assert worst[1]["turnover"] == pytest.approx(drift_worst + 0.25, rel=EXACT)
    assert both[1]["turnover"] == pytest.approx(drift_best + drift_worst + 0.25, rel=EXACT)
    assert (both[1]["weight_without_return"], both[1]["holdings"], both[1]["with_return"]) == (0.5, 4, 3)


def test_sector_neutral_quintiles_rank_within_sectors_and_leave_out_small_ones() -> None:
    # Ten companies of Energy are in quintile 1 among all, ten of Materials in 5; four of Utilities are too
    # few.
    placed = {line: 1 if line <= 10 else 5 for line in range(1, 25)}
    sectors = {
        line: "Energy" if line <= 10 else "Materials" if line <= 20 else "Utilities" for line in placed
    }
    earned = {line: [0.0, line / 100] for line in placed}
    rows = World({0: placed}, earned, sectors=sectors).run()
    # Scores rise with the number: the best fifths are 9, 10, 19 and 20.
    (best,) = series(rows, "5", scope="sector_neutral")
    assert best["names"] == 4
    assert best["total_return"] == pytest.approx((0.09 + 0.10 + 0.19 + 0.20) / 4, rel=EXACT)
    assert series(rows, "5")[0]["names"] == 14


def test_a_sector_needs_ten_scored_companies_by_the_published_rules() -> None:
    sectors = {line: "Energy" if line <= 10 else "Materials" for line in range(1, 20)}
    earned = {line: [0.0, 0.01] for line in sectors}
    world = World({0: dict.fromkeys(sectors, 3)}, earned, sectors=sectors)
    rows = world.run(replace(PUBLISHED_RULES, least_names=1)).filter(
        scope="sector_neutral", holding_months=12
    )
    assert rows.filter(weighting="equal").filter(pl.col("portfolio") != "long_short")["names"].sum() == 10


def test_without_a_market_value_there_is_no_weight_by_it() -> None:
    rows = World({0: {1: 5, 2: 5}}, {1: [0.0, 0.1], 2: [0.0, 0.3]}, caps={2: None}).run()
    assert series(rows, "5", weighting="cap")[0]["total_return"] == pytest.approx(0.1, rel=EXACT)
    assert series(rows, "5")[0]["names"] == 2


def test_a_portfolio_of_fewer_than_twenty_names_is_thin() -> None:
    earned = {line: [0.0, 0.1] for line in range(1, 40)}
    placed = {line: 5 if line <= 20 else 1 for line in earned}
    rows = World({0: placed}, earned).run(PUBLISHED_RULES)
    is_thin = {name: series(rows, name)[0]["is_thin"] for name in ("5", "1", "long_short")}
    assert is_thin == {"5": False, "1": True, "long_short": True}


def test_other_bases_exclusions_and_days_within_a_month_form_nothing() -> None:
    scores, *others = World({0: {1: 5}}, {1: [0.0, 0.1]}).frames()
    for change in (
        {"basis": pl.lit("as_published")},
        {"status": pl.lit("excluded")},
        {"as_of": pl.lit(JUNE.replace(day=29))},
    ):
        assert run(scores.with_columns(**change), *others).is_empty()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to six companies over a year and a half, with gaps in scores and returns."""
    lines = range(1, draw(st.integers(1, 6)) + 1)
    quintile = st.sampled_from([None, 1, 1, 3, 5, 5])
    placed = {
        later: {line: found for line in lines if (found := draw(quintile)) is not None}
        for later in range(MONTHS)
    }
    value = st.sampled_from([None, -0.5, -0.1, 0.0, 0.1, 0.3, 1.5])
    earned = {line: draw(st.lists(value, min_size=MONTHS, max_size=MONTHS)) for line in lines}
    caps = {line: draw(st.sampled_from([None, 50.0, 700.0])) for line in lines}
    sectors = {line: draw(st.sampled_from([None, "Energy"])) for line in lines}
    return World(placed, earned, caps, sectors)


@given(world=worlds(), last=st.integers(1, MONTHS - 1))
@examples(5)
def test_later_data_never_change_what_was_earned_before(world: World, last: int) -> None:
    day = month_end(last)
    *dated, returns = world.frames()
    known_then = [frame.filter(pl.col("as_of") <= day) for frame in dated]
    then = run(*known_then, returns.filter(pl.col("month") <= day))
    assert_frame_equal(then, world.run().filter(pl.col("month") <= day), check_exact=True)


@given(world=worlds())
@examples(5)
def test_weights_sum_to_one_and_nothing_is_held_before_it_is_formed(world: World) -> None:
    formed = formations(*world.frames(), FEW_SUFFICE)
    series_of = [name for name in formed.columns if name not in ("security_id", "weight", "names")]
    sums = formed.group_by(series_of).agg(pl.col("weight").sum())["weight"].to_list()
    assert sums == pytest.approx([1.0] * len(sums), rel=EXACT)
    rows = world.run()
    assert rows.filter(pl.col("month") <= pl.col("formed_as_of")).is_empty()


@given(world=worlds())
@examples(5)
def test_turnover_never_exceeds_a_whole_portfolio_and_its_stops(world: World) -> None:
    legs = world.run().filter(pl.col("portfolio") != "long_short").drop_nulls("turnover")
    excess = legs["turnover"] - 1 - legs["weight_without_return"] / 2
    assert excess.is_empty() or excess.max() <= EXACT


@given(world=worlds(), seed=st.integers(0, 1000))
@examples(3)
def test_the_order_of_rows_does_not_matter(world: World, seed: int) -> None:
    frames = world.frames()
    shuffled = [frame[random.Random(seed).sample(range(frame.height), frame.height)] for frame in frames]
    assert_frame_equal(run(*frames), run(*shuffled), check_exact=True)
