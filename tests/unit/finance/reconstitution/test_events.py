"""The event study of one reconstitution, worked by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.reconstitution.groups import ADDED_GROUPS, GROUPS, REMOVED_GROUPS
from smallcap.finance.reconstitution.windows import WINDOWS
from tests.tolerances import EXACT
from tests.unit.finance.reconstitution.study_builders import (
    APRIL,
    AUGUST,
    CALENDAR,
    FEBRUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    RULES,
    SEPTEMBER,
    closes,
    listed,
    monthly,
    moved,
    row,
    study,
)

# Company 9 stays and is half of the index; 1 and 2 join, 3 leaves because it grew too large.
LISTS = pl.concat(
    [
        *(
            listed(day, {9: 0.6, 3: 0.4})
            for day in (APRIL.replace(month=1, day=31), FEBRUARY, MARCH, APRIL, MAY)
        ),
        *(listed(day, {9: 0.7, 1: 0.2, 2: 0.1}) for day in (JULY, AUGUST)),
    ]
)
CHANGES = moved((1, "added", "other"), (2, "added", "ipo"), (3, "removed", "graduated"))
RETURNS = {
    FEBRUARY: {1: 0.0, 3: 0.0, 9: 0.0},
    MARCH: {1: 0.5, 3: 0.0, 9: 0.0},
    APRIL: {1: 0.0, 3: 0.0, 9: 0.0},
    MAY: {1: 0.10, 2: 0.20, 3: -0.10, 9: 0.05},
    JUNE: {1: 0.10, 2: 0.00, 3: 0.20, 9: 0.00},
    JULY: {1: -0.10, 2: 0.00, 3: 0.10, 9: 0.00},
    AUGUST: {1: 0.00, 3: 0.00, 9: 0.02},
}


def three_names() -> pl.DataFrame:
    return study(LISTS, CHANGES, RETURNS)


def test_three_names_from_the_rank_day_to_the_effective_day() -> None:
    rows = three_names()
    # The index of May, by the list of April: 0.6 x 5% + 0.4 x -10% = -1%; that of June, by that of May: 8%.
    index = 0.99 * 1.08 - 1
    one, two, three = 1.1 * 1.1 - 1 - index, 1.2 - 1 - index, 0.9 * 1.2 - 1 - index
    assert row(rows, "from_below", "rank_to_effective")["mean_return"] == pytest.approx(one, rel=EXACT)
    assert row(rows, "new_listing", "rank_to_effective")["mean_return"] == pytest.approx(two, rel=EXACT)
    assert row(rows, "graduated", "rank_to_effective")["mean_return"] == pytest.approx(three, rel=EXACT)
    both = row(rows, "additions", "rank_to_effective")
    assert (both["names"], both["names_with_returns"]) == (2, 2)
    assert both["mean_return"] == pytest.approx((one + two) / 2, rel=EXACT)
    assert both["index_return"] == pytest.approx(index, rel=EXACT)
    assert (both["first_month"], both["last_month"]) == (MAY, JUNE)


def test_what_the_fund_paid_is_turnover_times_the_difference() -> None:
    found = row(three_names(), "additions_less_deletions", "rank_to_effective")
    difference = (1.1 * 1.1 + 1.2) / 2 - 0.9 * 1.2
    assert found["mean_return"] == pytest.approx(difference, rel=EXACT)
    # Half of 0.2 + 0.1 that came and 0.4 that went.
    assert found["turnover"] == pytest.approx(0.35, rel=EXACT)
    assert found["fund_cost"] == pytest.approx(0.35 * difference, rel=EXACT)
    assert row(three_names(), "additions_less_deletions", "rank_to_effective", "none")["fund_cost"] is None


def test_without_adjustment_the_return_is_that_of_the_company() -> None:
    found = row(three_names(), "graduated", "rank_to_effective", "none")
    assert found["mean_return"] == pytest.approx(0.9 * 1.2 - 1, rel=EXACT)


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        ("before_rank", FEBRUARY, APRIL),
        ("rank_to_effective", MAY, JUNE),
        ("announcement_month", MAY, MAY),
        ("announcement_to_effective", JUNE, JUNE),
        ("effective_month", JUNE, JUNE),
        ("after_effective", JULY, AUGUST),
    ],
)
def test_windows_are_whole_months_and_say_so(window: str, first: dt.date, last: dt.date) -> None:
    found = row(three_names(), "graduated", window)
    assert (found["first_month"], found["last_month"], found["status"]) == (first, last, "estimated")
    assert found["window_basis"] == "whole_months"


def test_a_name_that_stops_counts_with_the_months_that_are_known() -> None:
    # Company 2 has no return in August: its July counts, less the index of July alone.
    found = row(three_names(), "new_listing", "after_effective")
    assert (found["names_with_returns"], found["names_incomplete"]) == (1, 1)
    # The newest list before July is that of May: 0.6 x 0% + 0.4 x 10%.
    assert found["mean_return"] == pytest.approx(0.0 - 0.04, rel=EXACT)


def test_a_name_without_any_return_is_counted_and_not_averaged() -> None:
    silent = {month: {n: value for n, value in own.items() if n != 2} for month, own in RETURNS.items()}
    rows = study(LISTS, CHANGES, silent)
    found = row(rows, "additions", "rank_to_effective")
    assert (found["names"], found["names_with_returns"]) == (2, 1)
    alone = row(rows, "new_listing", "rank_to_effective")
    assert (alone["status"], alone["reason"]) == ("insufficient", "no company of the group has a return")


def test_the_weight_of_the_index_without_a_return_is_told() -> None:
    gap = {month: {n: value for n, value in own.items() if n != 9} for month, own in RETURNS.items()}
    found = row(study(LISTS, CHANGES, gap), "graduated", "rank_to_effective")
    assert found["index_weight_covered"] == pytest.approx(0.4, rel=EXACT)
    assert found["index_return"] == pytest.approx(0.9 * 1.2 - 1, rel=EXACT)
    assert found["is_index_survivors_only"] is True
    assert row(three_names(), "graduated", "rank_to_effective")["is_index_survivors_only"] is False


@pytest.mark.parametrize(
    ("last_close", "last_year", "group"),
    [
        (0.99, {MARCH: 0.0}, "failed"),
        (1.0, {MARCH: 0.0}, "acquired"),
        (20.0, {FEBRUARY: -0.4, MARCH: -0.2}, "failed"),
        (20.0, {FEBRUARY: -0.5, MARCH: 0.0}, "acquired"),
        (None, {}, "deletion_unknown"),
    ],
)
def test_a_company_that_stopped_has_failed_below_a_dollar_or_after_losing_more_than_half(
    last_close: float | None, last_year: dict[dt.date, float], group: str
) -> None:
    others = {month: {n: v for n, v in own.items() if n != 3} for month, own in RETURNS.items()}
    ended = {
        month: own | ({3: last_year[month]} if month in last_year else {}) for month, own in others.items()
    }
    prices = closes() if last_close is None else closes((3, MARCH, last_close))
    rows = study(LISTS, moved((3, "removed", "delisted_or_acquired")), ended, prices=prices)
    assert row(rows, group, "rank_to_effective")["names"] == 1


@pytest.mark.parametrize(("cause", "group"), [("performance", "failed"), ("acquired", "acquired")])
def test_the_source_s_own_cause_decides_before_the_price(cause: str, group: str) -> None:
    # At 20 USD the price would say acquired, at 0.5 USD failed.
    close = 20.0 if cause == "performance" else 0.5
    rows = study(
        LISTS,
        moved((3, "removed", "delisted_or_acquired")),
        RETURNS,
        prices=closes((3, MARCH, close)),
        causes={3: cause},
    )
    assert row(rows, group, "rank_to_effective")["names"] == 1


@pytest.mark.parametrize(
    ("company", "cause", "size", "group"),
    [
        (1, "demoted_in", 0.9, "from_above"),
        (1, "ipo", 0.1, "new_listing"),
        (1, "other", 0.1, "from_below"),
        (1, "other", None, "addition_unknown"),
        (3, "graduated", 0.95, "graduated"),
        (3, "below_minimum", 0.01, "too_small"),
        (3, "other", 0.5, "deletion_unknown"),
    ],
)
def test_each_cause_has_its_group(company: int, cause: str, size: float | None, group: str) -> None:
    change = "added" if company == 1 else "removed"
    lists = LISTS.filter(pl.col("entity_id") != 2)
    rows = study(lists, moved((company, change, cause), size=size), RETURNS)
    assert row(rows, group, "rank_to_effective")["names"] == 1


def test_the_cause_may_be_that_of_the_date_between_the_lists() -> None:
    """The lists are two months apart where that of the effective month may still be the old one."""
    rows = study(LISTS, moved((3, "removed", "graduated"), as_of=JUNE), RETURNS)
    assert row(rows, "graduated", "rank_to_effective")["names"] == 1
    earlier = study(LISTS, moved((3, "removed", "graduated"), as_of=MAY), RETURNS)
    assert row(earlier, "deletion_unknown", "rank_to_effective")["names"] == 1


def test_a_list_that_may_be_of_the_old_index_does_not_tell_who_moved() -> None:
    # The list of 28 June is dated before the second session after the effective day; it holds nobody new.
    stale = listed(JUNE, {9: 0.6, 3: 0.4}).with_columns(snapshot_date=pl.lit(dt.date(2024, 6, 28)))
    found = row(study(pl.concat([LISTS, stale]), CHANGES, RETURNS), "additions", "rank_to_effective")
    assert (found["previous_as_of"], found["as_of"], found["names"]) == (MAY, JULY, 2)


def test_nor_does_it_where_it_is_the_newest_list_at_a_later_date() -> None:
    late = listed(dt.date(2024, 7, 15), {9: 0.6, 3: 0.4}).with_columns(
        snapshot_date=pl.lit(dt.date(2024, 6, 28))
    )
    found = row(study(pl.concat([LISTS, late]), CHANGES, RETURNS), "additions", "rank_to_effective")
    assert (found["previous_as_of"], found["as_of"], found["names"]) == (MAY, JULY, 2)


def test_lists_of_two_funds_are_not_compared() -> None:
    # Fund B holds neither 3 nor 9, which is no change; its own lists say that 1 joined.
    both = pl.concat(
        [
            LISTS.with_columns(fund=pl.when(pl.col("as_of") <= MAY).then(pl.lit("A")).otherwise(pl.lit("B"))),
            listed(dt.date(2024, 6, 15), {2: 1.0}, "B"),
        ]
    )
    found = row(study(both, CHANGES, RETURNS), "additions", "rank_to_effective")
    assert (found["fund"], found["previous_as_of"], found["names"]) == ("B", dt.date(2024, 6, 15), 2)
    assert row(study(both, CHANGES, RETURNS), "deletions", "rank_to_effective")["names"] == 0


def test_without_two_lists_of_one_fund_nothing_is_measured() -> None:
    apart = LISTS.with_columns(fund=pl.when(pl.col("as_of") <= MAY).then(pl.lit("A")).otherwise(pl.lit("B")))
    rows = study(apart, CHANGES, RETURNS)
    assert rows["reason"].unique().to_list() == ["no list of one fund on both sides of the effective day"]


def test_lists_too_far_apart_are_refused() -> None:
    far = LISTS.filter(pl.col("as_of") != MAY)
    assert row(study(far, CHANGES, RETURNS), "additions", "rank_to_effective")["reason"] == (
        "the lists of one fund around the effective day are 92 days apart, more than 65"
    )


@pytest.mark.parametrize(
    ("field", "windows", "reason"),
    [
        ("rank", ("before_rank", "rank_to_effective"), "no source names the rank day"),
        ("announcement", ("announcement_month",), "no source names the announcement day"),
    ],
)
def test_no_effect_is_computed_from_a_day_without_a_source(
    field: str, windows: tuple[str, ...], reason: str
) -> None:
    june = next(event for event in CALENDAR if event.event == "june_2024")
    blank = {f"{field}_date": None, f"{field}_source": None} | (
        {"rank_status": None} if field == "rank" else {}
    )
    rows = study(LISTS, CHANGES, RETURNS, events=(dataclasses.replace(june, **blank),))  # type: ignore[arg-type]
    for window in windows:
        found = row(rows, "additions", window)
        assert (found["status"], found["reason"], found["mean_return"]) == ("insufficient", reason, None)
    assert row(rows, "additions", "effective_month")["status"] == "estimated"


def test_a_rank_day_to_be_confirmed_is_flagged() -> None:
    june = next(event for event in CALENDAR if event.event == "june_2024")
    asked = dataclasses.replace(june, rank_status="to_confirm")
    found = row(study(LISTS, CHANGES, RETURNS, events=(asked,)), "additions", "rank_to_effective")
    assert found["is_rank_date_unconfirmed"] is True


def test_between_an_announcement_and_an_effective_day_of_one_month_there_is_no_whole_month() -> None:
    june = next(event for event in CALENDAR if event.event == "june_2024")
    late = dataclasses.replace(june, announcement_date=dt.date(2024, 6, 7))
    found = row(study(LISTS, CHANGES, RETURNS, events=(late,)), "additions", "announcement_to_effective")
    assert found["reason"] == "no whole month between the two days; daily prices would be needed"


class TestNoLookAhead:
    """A row is known when its months are over and a month after its list has shown who still trades."""

    def test_nothing_is_estimated_before_its_known_date(self) -> None:
        until_july = {month: own for month, own in RETURNS.items() if month <= JULY}
        found = row(study(LISTS, CHANGES, until_july), "additions", "rank_to_effective")
        assert (found["known_date"], found["status"]) == (AUGUST, "insufficient")
        assert found["reason"] == f"known on {AUGUST}, after the last month with returns"

    def test_what_is_estimated_stays_as_it_is_when_more_months_come(self) -> None:
        more = {**RETURNS, SEPTEMBER: {1: 0.9, 2: -0.9, 3: 0.5, 9: 0.3}}
        before, after = study(LISTS, CHANGES, RETURNS), study(LISTS, CHANGES, more)
        assert before.filter(pl.col("status") == "estimated").equals(
            after.filter(pl.col("status") == "estimated")
        )


@given(seed=st.integers(0, 2**31), names=st.integers(1, 8))
def test_groups_add_up_and_neither_order_nor_a_common_shift_matters(seed: int, names: int) -> None:
    numbers = list(range(1, 2 * names + 1))
    rng = pl.Series(numbers).shuffle(seed).to_list()
    came, went = numbers[:names], numbers[names:]
    lists = pl.concat(
        [
            *(listed(day, {9_9: 0.5, **dict.fromkeys(went, 0.5 / names)}) for day in (APRIL, MAY)),
            *(listed(day, {9_9: 0.5, **dict.fromkeys(came, 0.5 / names)}) for day in (JULY, AUGUST)),
        ]
    )
    causes_in, causes_out = ("demoted_in", "ipo", "other"), ("graduated", "below_minimum", "other")
    changes = moved(
        *((n, "added", causes_in[n % 3]) for n in came), *((n, "removed", causes_out[n % 3]) for n in went)
    )
    earned = {
        month: {99: 0.01, **{n: place / 100 for place, n in enumerate(rng)}}
        for month in (MAY, JUNE, JULY, AUGUST)
    }
    rows = study(lists, changes, earned)
    reversed_rows = study(lists.reverse(), changes.reverse(), monthly(earned).reverse())
    assert rows.equals(reversed_rows)
    own = rows.filter((pl.col("window") == "rank_to_effective") & (pl.col("adjustment") == "index"))
    for total, parts in (("additions", ADDED_GROUPS), ("deletions", REMOVED_GROUPS)):
        of_total = own.filter(pl.col("group") == total)
        of_parts = own.filter(pl.col("group").is_in(parts))
        assert of_total["names"].item() == of_parts["names"].sum() == names
        weighted = (of_parts["mean_return"] * of_parts["names_with_returns"]).sum() / names
        assert of_total["mean_return"].item() == pytest.approx(weighted, rel=EXACT, abs=EXACT)
    assert rows.height == len(GROUPS) * len(WINDOWS) * 3
    assert rows.filter(pl.col("status") == "estimated")["mean_return"].null_count() == 0
    assert RULES.label == rows["rule_set"].unique().item()
