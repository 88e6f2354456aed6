"""What books hold: formation each June, twelve months, holdings that are missing or stop, weights, and
nothing from later.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.books.holdings import book_holdings
from smallcap.finance.funnel.outcomes import SURVIVORS, funnel_outcomes
from smallcap.tables.books import BookHoldings
from smallcap.tables.filter_evaluations import FilterEvaluations
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.book_builders import (
    NO_MEMBERS,
    NO_OUTCOMES,
    Returns,
    a_list,
    books,
    lines,
    members,
    month_end,
    outcomes,
    returns,
    the_survivors,
)

JANUARY, JUNE = dt.date(2020, 1, 31), dt.date(2020, 6, 30)
SURVIVORS_BOOK = books(survivors=the_survivors())
NO_LINES = lines("mine", {})
VERDICTS = st.sampled_from(["pass", "fail", "verify", "not_applicable"])


def held_list(
    by_line: Returns, first: dt.date = JANUARY, years: tuple[int, ...] = (2020,), **values: object
) -> pl.DataFrame:
    """Hold a list of the lines named, whose returns begin in its first month."""
    earned = returns(first, by_line)
    weights = dict.fromkeys(by_line, None)
    found = book_holdings(
        books(mine=a_list(first, **values)),
        lines("mine", weights),
        NO_OUTCOMES,
        NO_MEMBERS,
        earned,
        years,
        month_end(max(years), 12),
    )
    return BookHoldings.validate(found)


def held_survivors(
    judged: pl.DataFrame,
    listed: pl.DataFrame,
    earned: pl.DataFrame,
    years: tuple[int, ...],
    book: pl.DataFrame = SURVIVORS_BOOK,
) -> pl.DataFrame:
    return BookHoldings.validate(
        book_holdings(book, NO_LINES, judged, listed, earned, years, month_end(max(years), 12))
    )


def statuses(holdings: pl.DataFrame, line: int) -> dict[int, str]:
    """Status by month's number."""
    return dict(
        holdings.filter(pl.col("security_id") == line)
        .select(pl.col("month").dt.month(), "status")
        .iter_rows()
    )


def test_survivors_of_june_are_held_from_july_to_june() -> None:
    judged = outcomes(JUNE, {1: {}, 2: {3: "fail"}, 3: {2: "verify"}, 4: {4: "verify"}})
    earned = returns(JANUARY, {line: [0.01] * 36 for line in range(1, 5)})
    holdings = held_survivors(judged, members(JUNE, 1, 2, 3, 4), earned, (2020, 2021, 2022))
    # Line 1 passes, 3 is unverified at filter 2; 2 fails, 4 is undetermined.
    assert set(holdings["security_id"]) == {1, 3}
    months = holdings.filter(pl.col("security_id") == 1)["month"].to_list()
    assert months == [month_end(2020, 7, later) for later in range(12)]
    assert set(holdings["formed_as_of"]) == {JUNE}


def test_a_book_is_formed_anew_each_june_from_the_last_date_in_it() -> None:
    dates = [dt.date(2020, 5, 31), dt.date(2020, 6, 15), JUNE, dt.date(2020, 7, 31), dt.date(2021, 6, 30)]
    # Each date has a survivor of its own: 1 in May, 2 and 3 in June, 4 in July, 5 in the June after.
    judged = pl.concat(outcomes(date, {line: {}}) for line, date in enumerate(dates, 1))
    listed = pl.concat(members(date, line) for line, date in enumerate(dates, 1))
    holdings = held_survivors(
        judged, listed, returns(JANUARY, {line: [0.01] * 36 for line in range(1, 6)}), (2020, 2021)
    )
    by_line = {
        line: holdings.filter(pl.col("security_id") == line)["month"].to_list()
        for line in set(holdings["security_id"])
    }
    assert by_line == {
        3: [month_end(2020, 7, later) for later in range(12)],
        5: [month_end(2021, 7, later) for later in range(6)],
    }


def test_without_a_june_there_is_no_book() -> None:
    dates = [dt.date(2025, 5, 31), dt.date(2025, 11, 30)]
    judged, listed = (
        pl.concat(outcomes(date, {1: {}}) for date in dates),
        pl.concat(members(date, 1) for date in dates),
    )
    assert held_survivors(judged, listed, returns(dt.date(2025, 1, 31), {1: [0.01] * 12}), (2025,)).is_empty()


def test_a_line_that_the_company_changes_later_is_held_as_formed() -> None:
    judged = pl.concat([outcomes(JUNE, {1: {}}), outcomes(dt.date(2020, 7, 31), {1: {}})])
    later = members(dt.date(2020, 7, 31), 1).with_columns(security_id=pl.lit(2, dtype=pl.Int64))
    holdings = held_survivors(
        judged, members(JUNE, 1).vstack(later), returns(JANUARY, {1: [0.01] * 12, 2: [0.02] * 12}), (2020,)
    )
    assert set(holdings["security_id"]) == {1}


def test_a_filter_passed_over_keeps_nobody_out() -> None:
    judged = outcomes(JUNE, {1: {1: "fail"}, 2: {1: "fail", 3: "fail"}, 3: {}, 4: {6: "verify"}})
    earned = returns(JANUARY, {line: [0.01] * 12 for line in range(1, 5)})
    both = books(
        any_business=the_survivors(passed_over="1"), neither_1_nor_6=the_survivors(passed_over="1,6")
    )
    holdings = held_survivors(judged, members(JUNE, 1, 2, 3, 4), earned, (2020,), both)
    held = {book: set(rows["security_id"]) for (book,), rows in holdings.group_by("book")}
    assert held == {"any_business": {1, 3}, "neither_1_nor_6": {1, 3, 4}}


def test_what_cannot_be_asked_keeps_out_of_all_books_but_those_without_filter_1() -> None:
    bank = {1: "fail", 3: "not_applicable", 5: "not_applicable"}
    permitted = {**bank, 1: "pass"}
    judged = outcomes(JUNE, {1: bank, 2: permitted, 3: {**bank, 4: "fail"}, 4: {}})
    earned = returns(JANUARY, {line: [0.01] * 12 for line in range(1, 5)})
    some = books(survivors=the_survivors(), any_business=the_survivors(passed_over="1"))
    holdings = held_survivors(judged, members(JUNE, 1, 2, 3, 4), earned, (2020,), some)
    held = {book: set(rows["security_id"]) for (book,), rows in holdings.group_by("book")}
    assert held == {"survivors": {4}, "any_business": {1, 2, 4}}


def test_a_book_holds_none_of_the_kinds_that_it_leaves_out() -> None:
    judged = outcomes(JUNE, {1: {1: "fail"}, 2: {}, 3: {}, 4: {6: "fail"}})
    earned = returns(JANUARY, {line: [0.01] * 12 for line in range(1, 5)})
    some = books(
        value=the_survivors(passed_over="1,2,3,4,5"),
        without=the_survivors(passed_over="1,2,3,4,5", without_kinds="bank,insurer"),
    )
    listed = members(JUNE, 1, 2, 3, 4, kinds={1: "bank", 3: "equity_reit"})
    holdings = held_survivors(judged, listed, earned, (2020,), some)
    held = {book: set(rows["security_id"]) for (book,), rows in holdings.group_by("book")}
    assert held == {"value": {1, 2, 3}, "without": {2, 3}}
    assert dict(holdings.select("book", "names").unique().iter_rows()) == {"value": 3, "without": 2}


@given(verdicts=st.lists(st.lists(VERDICTS, min_size=6, max_size=6), min_size=1, max_size=8))
@examples(5)
def test_survivors_are_those_that_the_funnel_names(verdicts: list[list[str]]) -> None:
    by_line = {line: dict(enumerate(words, 1)) for line, words in enumerate(verdicts, 1)}
    judged, listed = outcomes(JUNE, by_line), members(JUNE, *by_line)
    columns = {name: column.dtype for name, column in FilterEvaluations.columns().items()}
    evaluations = judged.select(
        (pl.col(name) if name in judged.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    )
    outcome = funnel_outcomes(evaluations, judged.select("as_of", "entity_id", "ticker").unique())
    named = outcome.filter(pl.col("outcome").is_in(SURVIVORS))["entity_id"].unique()
    holdings = held_survivors(
        judged, listed, returns(JANUARY, {line: [0.01] * 12 for line in by_line}), (2020,)
    )
    assert set(holdings["entity_id"]) == set(named)


def test_a_list_is_held_from_its_first_month_to_its_last() -> None:
    holdings = held_list({1: [0.01] * 24}, years=(2020, 2021), last_month=month_end(2021, 3))
    assert holdings["month"].to_list() == [month_end(2020, 1, later) for later in range(15)]


def test_nothing_is_held_after_the_last_month_with_a_return() -> None:
    earned = returns(JANUARY, {1: [0.01] * 3})
    book = books(mine=a_list(JANUARY))
    holdings = book_holdings(
        book, lines("mine", {1: None}), NO_OUTCOMES, NO_MEMBERS, earned, (2020,), month_end(2020, 3)
    )
    assert holdings["month"].max() == month_end(2020, 3)


def test_only_the_years_asked_for_are_made() -> None:
    assert set(held_list({1: [0.01] * 36}, years=(2021,))["year"]) == {2021}


def test_a_missing_month_is_not_zero_and_the_others_take_its_weight() -> None:
    holdings = held_list({1: [0.1, None, 0.1], 2: [0.2, 0.2, 0.2], 3: [0.3, 0.3, 0.3]})
    february = holdings.filter(pl.col("month") == month_end(2020, 2)).select(
        "status", "target_weight", "weight", "total_return"
    )
    third = pytest.approx(1 / 3, rel=EXACT)
    assert february.rows() == [
        ("missing", third, None, None),
        ("held", third, 0.5, 0.2),
        ("held", third, 0.5, 0.3),
    ]


def test_a_holding_that_stops_has_one_row_more_and_leaves_its_weight() -> None:
    holdings = held_list({1: [0.1, 0.1], 2: [0.2] * 12})
    assert statuses(holdings, 1) == {1: "held", 2: "held", 3: "stopped"}
    of_two = holdings.filter(pl.col("security_id") == 2)
    assert of_two["target_weight"].to_list() == [0.5, 0.5, *[1.0] * 10]
    assert holdings.filter(pl.col("status") == "stopped").select("target_weight", "weight").row(0) == (
        None,
        None,
    )


def test_a_stop_is_told_once_even_in_later_years() -> None:
    holdings = held_list({1: [0.1, 0.1], 2: [0.2] * 36}, years=(2020, 2021, 2022))
    assert statuses(holdings, 1) == {1: "held", 2: "held", 3: "stopped"}


def test_a_stop_at_a_years_end_is_told_in_the_next() -> None:
    holdings = held_list({1: [0.1] * 12, 2: [0.2] * 24}, years=(2020, 2021))
    assert holdings.filter(pl.col("status") == "stopped").select("security_id", "month").rows() == [
        (1, month_end(2021, 1))
    ]


def test_a_holding_that_never_had_a_return_stops_in_its_first_month() -> None:
    assert statuses(held_list({1: [], 2: [0.2] * 36}, years=(2020, 2021)), 1) == {1: "stopped"}


def test_a_holding_whose_returns_begin_later_is_missing_until_then() -> None:
    assert statuses(held_list({1: [None, None, 0.1], 2: [0.2] * 3}), 1) == {
        1: "missing",
        2: "missing",
        3: "held",
        4: "stopped",
    }


def test_a_gap_longer_than_the_windows_ends_with_a_return_to_the_book() -> None:
    gap: list[float | None] = [None] * 26
    holdings = held_list({1: [0.1, *gap, 0.1], 2: [0.2] * 28}, years=(2020, 2021, 2022)).filter(
        pl.col("security_id") == 1
    )
    # Told to have stopped in 2020, because 2021 has no return; from the window of 2021 on the return in April
    # 2022 is known.
    assert holdings.filter(pl.col("year") == 2020)["status"].to_list() == ["held", "stopped"]
    assert holdings.filter(pl.col("year") == 2021)["status"].to_list() == ["missing"] * 12
    assert holdings.filter(pl.col("year") == 2022)["status"].to_list() == ["missing"] * 3 + [
        "held",
        "stopped",
    ]


def test_a_survivor_that_stops_before_july_is_told_in_july() -> None:
    holdings = held_survivors(
        outcomes(JUNE, {1: {}, 2: {}}),
        members(JUNE, 1, 2),
        returns(JANUARY, {1: [0.1] * 5, 2: [0.1] * 12}),
        (2020,),
    )
    assert statuses(holdings, 1) == {7: "stopped"}
    assert set(holdings["names"]) == {2}


def test_given_weights_are_kept_among_those_left() -> None:
    weights = {1: 0.5, 2: 0.3, 3: 0.2}
    earned = returns(JANUARY, {1: [0.1, None, 0.1], 2: [0.1] * 3, 3: [0.1] * 3})
    found = book_holdings(
        books(mine=a_list(JANUARY)),
        lines("mine", weights),
        NO_OUTCOMES,
        NO_MEMBERS,
        earned,
        (2020,),
        month_end(2020, 3),
    )
    by_month = [rows["weight"].drop_nulls().to_list() for rows in found.partition_by("month")]
    assert by_month == [
        pytest.approx(weights, rel=EXACT) for weights in ([0.5, 0.3, 0.2], [0.6, 0.4], [0.5, 0.3, 0.2])
    ]


def test_an_unresolved_ticker_is_counted_among_the_names_alone() -> None:
    listed = lines("mine", {1: None}, unresolved=["ZZZ"])
    earned = returns(JANUARY, {1: [0.1]})
    found = book_holdings(
        books(mine=a_list(JANUARY)), listed, NO_OUTCOMES, NO_MEMBERS, earned, (2020,), JANUARY
    )
    assert found.select("security_id", "names", "weight").rows() == [(1, 2, 1.0)]


def test_an_extreme_return_is_held_and_flagged() -> None:
    holdings = held_list({1: [1.5, 0.1]})
    assert holdings.filter("is_extreme").select("month", "total_return", "weight").rows() == [
        (JANUARY, 1.5, 1.0)
    ]


@pytest.mark.parametrize(
    ("listed_on", "is_member"),
    [
        (dt.date(2020, 1, 31), [True, False]),
        (dt.date(2020, 1, 5), [True, False]),
        (dt.date(2019, 12, 30), [None, None]),
        (dt.date(2020, 2, 1), [None, None]),
    ],
)
def test_membership_is_that_of_the_month_before(listed_on: dt.date, is_member: list[bool | None]) -> None:
    earned = returns(JANUARY, {1: [0.1, 0.1], 2: [0.1, 0.1]})
    listed = lines("mine", {1: None, 2: None})
    found = book_holdings(
        books(mine=a_list(JANUARY)),
        listed,
        NO_OUTCOMES,
        members(listed_on, 1),
        earned,
        (2020,),
        month_end(2020, 2),
    )
    assert found.filter(pl.col("month") == month_end(2020, 2))["is_member"].to_list() == is_member


HISTORIES = st.lists(
    st.lists(st.none() | st.floats(-0.5, 1.5), min_size=36, max_size=36), min_size=1, max_size=4
).map(lambda histories: dict(enumerate(histories, 1)))


@given(by_line=HISTORIES)
@examples(8)
def test_weights_sum_to_one_wherever_something_has_a_return(by_line: Returns) -> None:
    monthly = (
        held_list(by_line, years=(2020, 2021, 2022))
        .group_by("month")
        .agg(pl.col("weight", "target_weight").sum(), pl.len())
    )
    for name in ("weight", "target_weight"):
        summed = monthly.filter(pl.col(name) > 0)[name].to_list()
        assert summed == pytest.approx([1.0] * len(summed), rel=EXACT)


@given(by_line=HISTORIES)
@examples(8)
def test_a_year_is_the_same_whichever_years_are_made_with_it(by_line: Returns) -> None:
    together = held_list(by_line, years=(2020, 2021, 2022))
    for year in (2020, 2021, 2022):
        alone = {
            line: [
                value if abs(2020 + later // 12 - year) <= 1 else None for later, value in enumerate(values)
            ]
            for line, values in by_line.items()
        }
        assert held_list(alone, years=(year,)).equals(together.filter(pl.col("year") == year))


@given(by_line=HISTORIES, changed=HISTORIES, known_months=st.integers(1, 35))
@examples(8)
def test_later_returns_never_change_what_was_held(
    by_line: Returns, changed: Returns, known_months: int
) -> None:
    def held(histories: Returns) -> pl.DataFrame:
        known = pl.col("month") < month_end(2020, 1, known_months)
        return (
            held_list(histories, years=(2020, 2021, 2022))
            .filter(known & (pl.col("status") == "held"))
            .drop("target_weight")
        )

    other = {
        line: [*values[:known_months], *changed.get(line, values)[known_months:]]
        for line, values in by_line.items()
    }
    assert held(by_line).equals(held(other))


@given(
    in_june=st.lists(VERDICTS, min_size=3, max_size=3),
    after=st.lists(VERDICTS, min_size=3, max_size=3),
    number=st.integers(1, 6),
    months_later=st.integers(1, 11),
)
@examples(8)
def test_later_outcomes_never_change_who_is_held(
    in_june: list[str], after: list[str], number: int, months_later: int
) -> None:
    later = month_end(2020, 6, months_later)
    formed = outcomes(JUNE, {line: {number: word} for line, word in enumerate(in_june, 1)})
    changed = outcomes(later, {line: {number: word} for line, word in enumerate(after, 1)})
    listed, earned = members(JUNE, 1, 2, 3), returns(JANUARY, {line: [0.01] * 18 for line in (1, 2, 3)})
    alone = held_survivors(formed, listed, earned, (2020, 2021)).drop("is_member")
    with_later = held_survivors(
        formed.vstack(changed), listed.vstack(members(later, 1, 2, 3)), earned, (2020, 2021)
    ).drop("is_member")
    assert alone.equals(with_later)
    kept_out = {"pass": False, "fail": True, "verify": number > 2, "not_applicable": number > 2}
    assert set(alone["security_id"]) == {line for line, word in enumerate(in_june, 1) if not kept_out[word]}


def test_a_year_after_the_last_return_holds_nothing() -> None:
    book, listed = books(mine=a_list(JANUARY)), lines("mine", {1: None})
    earned = returns(JANUARY, {1: [0.1] * 12})
    assert BookHoldings.validate(
        book_holdings(book, listed, NO_OUTCOMES, NO_MEMBERS, earned, (2021,), month_end(2020, 12))
    ).is_empty()
