"""Additions and removals: who moved, why, and whether it was a reconstitution."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.index.calendar import with_expected_event
from smallcap.finance.index.changes import index_changes
from smallcap.finance.index.membership import membership_changes, successive_dates, turnover
from smallcap.tables import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.index.index_builders import (
    AS_OF,
    BEFORE,
    EVENTS,
    RANK_AS_OF,
    RULES,
    Company,
    members,
    metrics,
    prices,
)

STAYERS: dict[int, Company] = {
    number: {"weight": 0.04, "cap": 100 * number, "income": 1, "price": 20} for number in range(1, 22)
}
"""Twenty-one members of 100 to 2,100 million that stay."""
MOVED = 99
LONG_AGO, LATER = dt.date(2022, 1, 31), dt.date(2024, 12, 31)


def change(
    *,
    is_added: bool,
    cap: float | None = 1000,
    price: float = 20,
    holding: float | None = 0.04,
    first: dt.date = LONG_AGO,
    last: dt.date = LATER,
    data_to: dt.date = LATER,
    is_priced: bool = True,
) -> dict[str, object]:
    """Let one company come or go between May and June 2024, and return its row."""
    moved = {MOVED: {"weight": 0.04, "cap": cap, "income": 1, "price": price, "holding": holding}}
    with_it, without = {**STAYERS, **moved}, STAYERS
    before, now = (without, with_it) if is_added else (with_it, without)
    of_members = pl.concat([members(before, RANK_AS_OF), members(before, BEFORE), members(now, AS_OF)])
    of_metrics = pl.concat([metrics(before, RANK_AS_OF), metrics(before, BEFORE), metrics(now, AS_OF)])
    others = [(1, day, 20.0) for day in (LONG_AGO, AS_OF, data_to)]
    own = [(MOVED, first, price), (MOVED, last, price)] if is_priced else []
    rows = index_changes(of_members, of_metrics, prices(*others, *own), RULES, EVENTS, [2024])
    assert TABLES["marts.index_changes"].schema.is_valid(rows)
    return rows.filter(pl.col("as_of") == AS_OF).row(0, named=True)


class TestRemoved:
    def test_who_has_no_price_any_more_was_delisted_or_acquired(self) -> None:
        row = change(is_added=False, last=BEFORE)
        assert (row["change"], row["cause"]) == ("removed", "delisted_or_acquired")
        assert row["evidence"] == "last price on 2024-05-31, while others are priced to 2024-12-31"

    def test_that_goes_before_its_size(self) -> None:
        assert change(is_added=False, last=BEFORE, cap=9000)["cause"] == "delisted_or_acquired"

    def test_at_the_end_of_the_data_nobody_can_tell(self) -> None:
        row = change(is_added=False, last=BEFORE, data_to=AS_OF)
        assert row["cause"] == "other"
        assert row["evidence"].startswith("no price since 2024-05-31; no prices at all after as_of")  # type: ignore[attr-defined]

    def test_who_was_larger_than_nearly_all_graduated(self) -> None:
        row = change(is_added=False, cap=9000)
        assert (row["cause"], row["size_basis"], row["size_quantile"]) == ("graduated", "market_cap", 1.0)
        assert row["evidence"] == (
            "market value of 9000.0 M USD at 2024-04-30: 100.0% of the members that stayed are at "
            "most as large"
        )

    def test_sizes_are_those_of_the_rank_day(self) -> None:
        assert change(is_added=False)["size_as_of"] == RANK_AS_OF

    @pytest.mark.parametrize(
        ("values", "evidence"),
        [
            ({"price": 0.8}, "price of 0.8 USD at 2024-04-30 is below 1.0 USD"),
            ({"cap": 25}, "market value of 25.0 M USD at 2024-04-30 is below 30.0 M USD"),
            (
                {"cap": 90},
                (
                    "market value of 90.0 M USD at 2024-04-30: 0.0% of the members that stayed are at "
                    "most as large"
                ),
            ),
        ],
    )
    def test_who_was_too_small_or_too_cheap_fell_below_the_minimum(
        self, values: dict[str, float], evidence: str
    ) -> None:
        row = change(is_added=False, **values)  # type: ignore[arg-type]
        assert (row["cause"], row["evidence"]) == ("below_minimum", evidence)

    def test_who_was_of_middle_size_and_trades_on_left_for_another_reason(self) -> None:
        row = change(is_added=False, cap=1050)
        assert row["cause"] == "other"
        assert row["size_quantile"] == pytest.approx(10 / 21, rel=EXACT)

    def test_without_a_market_value_the_funds_holding_stands_in(self) -> None:
        row = change(is_added=False, cap=None, holding=0.5)
        assert (row["cause"], row["size_basis"]) == ("graduated", "holding")
        assert "the fund's holding of" in str(row["evidence"])

    def test_without_any_size_or_price_nothing_is_said(self) -> None:
        row = change(is_added=False, cap=None, holding=None, is_priced=False)
        assert (row["cause"], row["size_usd"]) == ("other", None)
        assert row["evidence"] == "no price of its lines is available; its size is not known"


class TestAdded:
    def test_whose_first_price_is_less_than_a_year_old_is_an_ipo(self) -> None:
        row = change(is_added=True, first=dt.date(2023, 9, 29), cap=9000)
        assert (row["change"], row["cause"], row["evidence"]) == ("added", "ipo", "first price on 2023-09-29")

    def test_a_year_to_the_day_is_none(self) -> None:
        assert change(is_added=True, first=dt.date(2023, 6, 30), cap=9000)["cause"] == "demoted_in"

    def test_a_line_as_old_as_all_prices_is_no_new_listing(self) -> None:
        moved = {MOVED: {"weight": 0.04, "cap": 9000, "income": 1, "price": 20}}
        of_members = pl.concat([members(STAYERS, BEFORE), members({**STAYERS, **moved}, AS_OF)])
        of_metrics = pl.concat([metrics(STAYERS, BEFORE), metrics({**STAYERS, **moved}, AS_OF)])
        since = dt.date(2024, 1, 31)
        rows = index_changes(
            of_members,
            of_metrics,
            prices((1, since, 20), (MOVED, since, 20), (MOVED, LATER, 20)),
            RULES,
            EVENTS,
            [2024],
        )
        assert rows["cause"].to_list() == ["demoted_in"]

    def test_who_is_larger_than_half_and_traded_before_came_from_above(self) -> None:
        row = change(is_added=True, cap=1900)
        assert (row["cause"], row["size_as_of"]) == ("demoted_in", AS_OF)

    def test_who_is_smaller_grew_in_for_another_reason(self) -> None:
        assert change(is_added=True, cap=300)["cause"] == "other"


def test_weights_that_came_and_went_are_halved() -> None:
    now = {1: {"weight": 0.9}, 3: {"weight": 0.1}}
    before = {1: {"weight": 0.7}, 2: {"weight": 0.3}}
    both = pl.concat([members(before, BEFORE), members(now, AS_OF)])
    dates = successive_dates(both, [2024])
    row = turnover(membership_changes(both, dates), dates, RULES.reconstitution).row(1, named=True)
    assert (row["additions"], row["removals"], row["is_reconstitution"]) == (1, 1, True)
    assert row["turnover"] == pytest.approx((0.1 + 0.3) / 2, rel=EXACT)


def test_the_first_date_has_nothing_before_it() -> None:
    dates = successive_dates(members(STAYERS), [2024])
    row = turnover(membership_changes(members(STAYERS), dates), dates, RULES.reconstitution).row(
        0, named=True
    )
    assert [row[name] for name in ("additions", "removals", "turnover", "is_reconstitution")] == [None] * 4


@pytest.mark.parametrize(
    ("before", "is_reconstitution"), [(dt.date(2024, 5, 31), True), (dt.date(2023, 12, 31), False)]
)
def test_dates_far_apart_must_differ_more(before: dt.date, is_reconstitution: bool) -> None:
    now = {1: {"weight": 0.98}, 3: {"weight": 0.02}}
    both = pl.concat([members({1: {"weight": 0.99}, 2: {"weight": 0.01}}, before), members(now, AS_OF)])
    dates = successive_dates(both, [2024]).filter(pl.col("as_of") == AS_OF)
    assert turnover(membership_changes(both, dates), dates, RULES.reconstitution)[
        "is_reconstitution"
    ].to_list() == [is_reconstitution]


@pytest.mark.parametrize(
    ("before", "as_of", "expected"),
    [
        (dt.date(2024, 5, 31), dt.date(2024, 6, 30), "june_2024"),
        (dt.date(2024, 6, 28), dt.date(2024, 6, 30), None),
        (dt.date(2024, 5, 31), dt.date(2025, 6, 30), "june_2024; june_2025"),
        (dt.date(2026, 10, 31), dt.date(2026, 11, 30), None),
        (dt.date(2026, 11, 30), dt.date(2026, 12, 31), "fourth_quarter_2026"),
    ],
)
def test_events_are_expected_between_the_dates_but_not_by_a_text_that_is_superseded(
    before: dt.date, as_of: dt.date, expected: str | None
) -> None:
    dates = pl.DataFrame({"as_of": [as_of], "previous_as_of": [before]})
    assert with_expected_event(dates, EVENTS)["expected_event"].to_list() == [expected]


def test_a_ticker_that_leaves_and_enters_at_once_is_neither_a_delisting_nor_a_new_listing() -> None:
    """One company may have been renamed, so no cause is claimed."""
    old = members({**STAYERS, 98: {"weight": 0.04}}, BEFORE)
    new = members({**STAYERS, MOVED: {"weight": 0.04}}, AS_OF)
    one_ticker = pl.col("entity_id").is_in([98, MOVED])
    both = pl.concat([old, new]).with_columns(
        ticker=pl.when(one_ticker).then(pl.lit("T.98")).otherwise("ticker"),
        name=pl.when(pl.col("entity_id") == 98).then(pl.lit("OAK")).otherwise(pl.lit("ZEBRA")),
    )
    of_metrics = pl.concat([metrics(STAYERS, BEFORE), metrics(STAYERS, AS_OF)])
    paid = prices((1, LONG_AGO, 20.0), (1, LATER, 20.0), (980, LONG_AGO, 5.0), (990, AS_OF, 5.0))
    rows = index_changes(both, of_metrics, paid, RULES, EVENTS, [2024]).sort("change")
    assert rows["cause"].to_list() == ["other", "other"]
    assert [text.split(" has the same")[0] for text in rows["evidence"]] == ["OAK", "ZEBRA"]
