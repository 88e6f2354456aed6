"""What hindsight was worth: against the point-in-time book, among random books, and without each name."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from smallcap.finance.books.hindsight import hindsight_gap
from smallcap.finance.books.random_books import alphas_of_books, drawn_weights, returns_of_books
from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import factors_of
from smallcap.tables.hindsight import HindsightGap
from tests.tolerances import ESTIMATE, EXACT
from tests.unit.book_builders import (
    NO_MEMBERS,
    RULES,
    a_list,
    books,
    lines,
    members,
    month_end,
    raw_factors,
    the_survivors,
)

FIRST = dt.date(2020, 1, 31)
MONTHS = 48
FACTORS = raw_factors(FIRST, MONTHS)
BOOKS = books(
    chosen_late=a_list(FIRST),
    funnel_survivors=the_survivors(),
    in_advance=a_list(FIRST, is_formed_in_advance=True),
)
NAMES = (1, 2, 3)
LISTED = pl.concat([lines("chosen_late", dict.fromkeys(NAMES, None)), lines("in_advance", {4: None})])
DAY_BEFORE = dt.date(2019, 12, 31)
DRAWN = ("share_at_least", "mean", "std", "p05", "p50", "p95")


def market(count: int = 40, months: int = MONTHS, seed: int = 3) -> pl.DataFrame:
    """Returns of lines 1 to `count`: a market beta of one and noise.

    Lines 1 to 3 earn two per cent a month more.
    """
    noise = np.random.default_rng(seed).normal(0, 0.05, (MONTHS, count))
    by_line = pl.DataFrame(noise, schema=[str(line) for line in range(1, count + 1)]).with_columns(
        FACTORS["month"], FACTORS["mkt_rf"], FACTORS["rf"]
    )
    long = by_line.unpivot(index=["month", "mkt_rf", "rf"], variable_name="security_id", value_name="noise")
    line = pl.col("security_id").cast(pl.Int64)
    extra = pl.when(line <= max(NAMES)).then(0.02).otherwise(0.0)
    total = pl.col("mkt_rf") + pl.col("rf") + pl.col("noise") + extra
    return long.select("month", line, total.alias("total_return")).filter(
        pl.col("month") <= month_end(2020, 1, months - 1)
    )


def of_lines(book: str, earned: pl.DataFrame, *held: int) -> pl.DataFrame:
    """Monthly returns of a book of equal weights."""
    monthly = (
        earned.filter(pl.col("security_id").is_in(held)).group_by("month").agg(pl.col("total_return").mean())
    )
    return monthly.select(pl.lit(book).alias("book"), "month", "total_return").sort("month")


def gap(
    earned: pl.DataFrame,
    listed: pl.DataFrame = NO_MEMBERS,
    point_in_time: pl.DataFrame | None = None,
    factors: pl.DataFrame = FACTORS,
) -> pl.DataFrame:
    in_time = of_lines("funnel_survivors", earned, 10, 11) if point_in_time is None else point_in_time
    both = pl.concat([of_lines("chosen_late", earned, *NAMES), of_lines("in_advance", earned, 4), in_time])
    return HindsightGap.validate(hindsight_gap(BOOKS, LISTED, both, earned, listed, factors, RULES))


def part(found: pl.DataFrame, name: str) -> dict[str, dict[str, object]]:
    return {row["item"]: row for row in found.filter(pl.col("part") == name).iter_rows(named=True)}


def own_alpha(earned: pl.DataFrame, *held: int) -> float:
    """Twelve times the alpha of a book, by the regression of single books."""
    factors = factors_of(FACTORS, "FF5", RULES)
    assert factors is not None
    rows = regress(of_lines("any", earned, *held), factors, RULES)
    return float(
        rows.filter((pl.col("term") == "alpha") & (pl.col("covariance") == "OLS"))["alpha_annual"].item()
    )


def test_only_lists_chosen_late_are_held_against_anything() -> None:
    assert set(gap(market())["book"]) == {"chosen_late"}


def test_the_difference_is_the_hac_regression_of_the_two_books() -> None:
    earned = market()
    factors = factors_of(FACTORS, "FF5", RULES)
    assert factors is not None
    late, in_time = of_lines("late", earned, *NAMES), of_lines("in_time", earned, 10, 11)
    own = regress(
        late.with_columns(pl.col("total_return") - in_time["total_return"]), factors, RULES, is_excess=True
    )
    expected = {row["term"]: row for row in own.filter(pl.col("covariance") == "HAC").iter_rows(named=True)}
    found = part(gap(earned), "difference")
    assert found.keys() == expected.keys()
    for term, row in found.items():
        for name in ("estimate", "std_error", "t_stat", "p_value", "ci_low", "ci_high"):
            assert row[name] == pytest.approx(expected[term][name], rel=EXACT)
    assert {row["other_book"] for row in found.values()} == {"funnel_survivors"}


@pytest.mark.parametrize(
    ("months", "reason"),
    [(35, "36 are needed"), (0, "no month has a return of both chosen_late and funnel_survivors")],
)
def test_a_short_point_in_time_book_is_insufficient_and_the_rest_is_not(months: int, reason: str) -> None:
    earned = market()
    found = gap(earned, point_in_time=of_lines("funnel_survivors", earned, 10).head(months))
    difference = part(found, "difference").values()
    assert {(row["status"], row["estimate"], row["n_obs"]) for row in difference} == {
        ("insufficient", None, months)
    }
    assert all(reason in str(row["reason"]) for row in difference)
    assert part(found, "random_books")["alpha_annual"]["status"] == "estimated"


def test_the_lists_own_alpha_stands_among_the_drawn() -> None:
    earned = market()
    found = part(gap(earned), "random_books")
    assert found["alpha_annual"]["estimate"] == pytest.approx(own_alpha(earned, *NAMES), rel=EXACT)
    # Two per cent a month more than the others is beyond what three names reach by luck.
    assert float(str(found["share_at_least"]["estimate"])) < 0.05
    ordered = [float(str(found[item]["estimate"])) for item in ("p05", "p50", "p95", "alpha_annual")]
    assert ordered == sorted(ordered)


def test_the_market_is_all_the_names_equally_weighted() -> None:
    earned = market()
    found = part(gap(earned), "random_books")["market_alpha_annual"]
    assert found["estimate"] == pytest.approx(own_alpha(earned, *range(1, 41)), rel=EXACT)
    assert (found["drawn_from"], found["drawn_books"]) == (40, None)


def test_without_each_name_the_others_are_a_book() -> None:
    earned = market()
    found = part(gap(earned), "leave_one_out")
    without = {"T1": (2, 3), "T2": (1, 3), "T3": (1, 2)}
    assert {ticker: row["estimate"] for ticker, row in found.items()} == {
        ticker: pytest.approx(own_alpha(earned, *held), abs=ESTIMATE) for ticker, held in without.items()
    }


def test_members_of_the_beginning_are_drawn_from_where_they_are_known() -> None:
    listed = pl.concat(
        [
            members(dt.date(2019, 12, 15), *range(1, 31)),
            members(DAY_BEFORE, *range(1, 21)),
            members(FIRST, *range(1, 41)),
        ]
    )
    rows = part(gap(market(), listed), "random_books").values()
    assert {(row["universe"], row["drawn_from"]) for row in rows} == {("members", 20)}


@pytest.mark.parametrize("listed_on", [FIRST, dt.date(2019, 11, 30)])
def test_survivors_only_where_membership_is_unknown(listed_on: dt.date) -> None:
    rows = part(gap(market(), members(listed_on, 1, 2, 3, 4)), "random_books").values()
    assert {(row["universe"], row["drawn_from"]) for row in rows} == {("survivors_only", 40)}


def test_names_that_come_later_are_not_drawn_but_are_in_the_market() -> None:
    earned = market().filter((pl.col("security_id") <= 30) | (pl.col("month") > FIRST))
    found = part(gap(earned), "random_books")
    assert (found["mean"]["drawn_from"], found["market_alpha_annual"]["drawn_from"]) == (30, 40)


def test_the_order_of_the_rows_changes_nothing() -> None:
    earned, listed = market(), members(DAY_BEFORE, *range(1, 31))
    both = pl.concat([of_lines("chosen_late", earned, *NAMES), of_lines("funnel_survivors", earned, 10, 11)])
    in_order = hindsight_gap(BOOKS, LISTED, both, earned, listed, FACTORS, RULES)
    shuffled = (
        frame.sample(fraction=1, shuffle=True, seed=5)
        for frame in (BOOKS, LISTED, both, earned, listed, FACTORS)
    )
    assert in_order.equals(hindsight_gap(*shuffled, RULES))


def test_no_more_names_than_the_list_has_leaves_nothing_to_draw() -> None:
    found = part(gap(market(), members(DAY_BEFORE, *NAMES)), "random_books")
    assert {(found[item]["status"], found[item]["reason"]) for item in DRAWN} == {
        ("insufficient", "3 names could be drawn; more than its own 3 are needed")
    }
    assert found["alpha_annual"]["status"] == "estimated"


def test_a_young_list_has_no_numbers_anywhere() -> None:
    found = gap(market(months=35))
    assert set(found["status"]) == {"insufficient"}
    assert found["estimate"].null_count() == found.height
    assert all("36 are needed" in reason for reason in found["reason"])
    assert {"T1", "T2", "T3", "market_alpha_annual", *DRAWN} <= set(found["item"])


def test_without_factors_nothing_is_estimated() -> None:
    found = gap(market(), factors=FACTORS.clear())
    assert set(found["reason"]) == {"no five-factor file is stored; fetch one"}


def test_without_lists_chosen_late_there_are_no_rows() -> None:
    empty = hindsight_gap(
        BOOKS.filter("is_formed_in_advance"),
        LISTED,
        of_lines("x", market(), 1),
        market(),
        NO_MEMBERS,
        FACTORS,
        RULES,
    )
    assert HindsightGap.validate(empty).is_empty()


def test_a_drawn_book_has_as_many_names_and_none_twice() -> None:
    weights = np.concatenate(list(drawn_weights(2_500, 3, 10, seed=1)))
    assert weights.shape == (2_500, 10)
    assert set(weights.sum(axis=1)) == {3.0}
    assert set(np.unique(weights)) == {0.0, 1.0}
    # Each of ten names is in about three of ten books: 750 of 2,500, with a standard deviation of 23.
    assert np.all(np.abs(weights.sum(axis=0) - 750) < 5 * 23)


def test_the_same_seed_draws_the_same_books() -> None:
    first, again, other = (np.concatenate(list(drawn_weights(100, 3, 10, seed))) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_missing_return_leaves_its_weight_to_the_others() -> None:
    monthly = np.array([[0.1, 0.3], [np.nan, 0.2], [np.nan, np.nan]])
    found = returns_of_books(np.array([[1.0, 1.0], [3.0, 1.0]]), monthly)
    assert found[:2].ravel().tolist() == pytest.approx([0.2, 0.15, 0.2, 0.2], rel=EXACT)
    assert np.isnan(found[2]).all()


def test_a_book_that_runs_out_of_returns_is_measured_over_its_own_months() -> None:
    earned = market().filter((pl.col("security_id") != 5) | (pl.col("month") <= month_end(2020, 1, 39)))
    factors = factors_of(FACTORS, "FF5", RULES)
    assert factors is not None
    total = (
        earned.pivot("security_id", index="month", values="total_return")
        .sort("month")
        .select("4", "5")
        .to_numpy()
    )
    found = 12 * alphas_of_books(total, factors, FACTORS["month"], 36)
    assert found.tolist() == pytest.approx([own_alpha(earned, 4), own_alpha(earned, 5)], abs=ESTIMATE)
    assert np.isnan(alphas_of_books(total, factors, FACTORS["month"], 41)[1])
