"""Splits between two consecutive lists: the fund's holding and the price moved by one ratio, oppositely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.metrics.market import metrics_as_of
from smallcap.tables.registry import TABLES
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY, METRICS, table
from tests.unit.finance.test_market import MEMBER, NOT_FLAGGED, RECORD, USABLE

JUNE, JULY, AUGUST = dt.date(2024, 6, 28), dt.date(2024, 7, 31), dt.date(2024, 8, 30)
ORDINARY = 20
"""Companies of 1,000 shares without a split, of which the fund holds 24."""
AS_FILED = {"shares_split_basis": "as_filed"}
Lists = Mapping[dt.date, tuple[float, float]]
SPLIT: Lists = {JUNE: (24.0, 20.0), JULY: (48.0, 10.0)}
"""The fund's shares of company 1 and its price on each list: 2 for 1 between the two."""


def valued(
    lists: Lists = SPLIT,
    records: tuple[dict[str, object], ...] = ({},),
    months: tuple[dict[str, object], ...] = (),
    flows: Mapping[dt.date, float] | None = None,
    ordinary: int = ORDINARY,
    as_of: dt.date | None = None,
    later: int = 0,
) -> dict[dt.date, dict[str, object]]:
    """Company 1 at the date of each list, or at `as_of` alone, where earlier lists come from years before.

    `flows` multiplies the fund's holdings of the ordinary companies; `later` of them split later, their
    counts as filed.
    """
    members = []
    for date, (quantity, price) in lists.items():
        of_all = {**MEMBER, "as_of": date, "snapshot_date": date, "year": date.year, "list_price_usd": price}
        members.append({**of_all, "list_quantity": quantity})
        held = 24.0 * (flows or {}).get(date, 1.0)
        members += [
            {**of_all, "entity_id": number, "security_id": number, "list_quantity": held}
            for number in range(100, 100 + ordinary)
        ]
    counts = [{**RECORD, "shares": 1000.0, **record} for record in records]
    counts += [{**RECORD, "shares": 1000.0, "entity_id": number} for number in range(100, 100 + ordinary)]
    everyone = table("core.members", members, **USABLE)
    own = everyone if as_of is None else everyone.filter(as_of=as_of)
    made = metrics_as_of(
        own,
        table("core.annual_metrics", counts, **NOT_FLAGGED),
        table(
            "raw.prices",
            [
                *({"security_id": 10, **one} for one in months),
                *(
                    {"security_id": number, "date": date, "adjusted_close_usd": price / 2}
                    for number in range(100, 100 + later)
                    for date, (_, price) in lists.items()
                ),
            ],
            year=2024,
            source="test",
        ),
        table("raw.vendor_metrics", []),
        METRICS,
        18,
        APPLICABILITY,
        None if as_of is None else everyone.filter(everyone["as_of"] != as_of),
    )
    assert TABLES["core.metrics_as_of"].schema.is_valid(made)
    assert set(made.filter(made["entity_id"] != 1)["inferred_split_ratio"]) <= {None}
    return {row["as_of"]: row for row in made.filter(entity_id=1).to_dicts()}


def july(*arguments: object, **given: object) -> dict[str, object]:
    return valued(*arguments, **given)[JULY]  # type: ignore[arg-type]


def month(day: dt.date, **values: object) -> dict[str, object]:
    return {"date": day, **values}


def test_a_split_by_hand() -> None:
    """1,000 shares at 20 are 2,000 shares at 10: 20,000 USD, of which the fund holds 2.4% both times."""
    before, after = valued().values()
    assert (before["shares"], before["market_cap_usd"], before["holding_ratio"]) == (1000, 20_000, 1)
    assert (before["inferred_split_ratio"], before["is_split_inferred"]) == (None, False)
    assert (after["shares"], after["market_cap_usd"], after["holding_ratio"]) == (2000, 20_000, 1)
    assert (after["inferred_split_ratio"], after["is_split_inferred"]) == (2, True)
    assert after["is_share_count_small_for_holding"] is False


def test_a_consolidation_by_hand() -> None:
    row = july({JUNE: (24.0, 2.0), JULY: (2.4, 20.0)})
    assert row["inferred_split_ratio"] == pytest.approx(1 / 10, rel=EXACT)
    assert (row["shares"], row["market_cap_usd"]) == (pytest.approx(100, rel=EXACT), pytest.approx(2000))


def test_a_later_list_changes_nothing_of_an_earlier_date() -> None:
    assert valued()[JUNE] == valued({JUNE: SPLIT[JUNE]})[JUNE]


def test_the_list_before_may_be_of_the_year_before() -> None:
    lists = {dt.date(2023, 12, 29): (24.0, 20.0), JULY: (48.0, 10.0)}
    known = {"available_date": dt.date(2023, 3, 1), "shares_date": dt.date(2023, 2, 1)}
    assert (
        july(lists, records=({**known, "period_end": dt.date(2022, 12, 31)},), as_of=JULY)[
            "inferred_split_ratio"
        ]
        == 2
    )


def test_dates_after_the_split_keep_it_and_a_second_split_multiplies() -> None:
    rows = valued({**SPLIT, AUGUST: (48.0, 11.0), dt.date(2024, 9, 30): (144.0, 4.0)})
    assert [row["shares"] for row in rows.values()] == [1000, 2000, 2000, 6000]


@pytest.mark.parametrize("shares_date", [dt.date(2024, 6, 30), dt.date(2024, 8, 1)])
def test_a_count_that_carries_the_split_is_not_multiplied(shares_date: dt.date) -> None:
    """A report after the split states its counts after it, whatever their day."""
    newer = {
        "period_end": dt.date(2024, 6, 30),
        "available_date": dt.date(2024, 8, 20),
        "shares": 2040.0,
        "shares_date": shares_date,
    }
    rows = valued({**SPLIT, AUGUST: (48.0, 11.0)}, records=({}, newer))
    assert [row["shares"] for row in rows.values()] == [1000, 2000, 2040]
    assert rows[AUGUST]["is_split_inferred"] is False


def test_without_a_count_at_the_earlier_list_there_is_no_change_of_the_holding_ratio() -> None:
    assert july(records=({"available_date": dt.date(2024, 7, 15)},))["is_split_inferred"] is False


def test_without_a_count_there_is_no_flag() -> None:
    assert july(records=({"shares": None},))["is_split_inferred"] is None


@pytest.mark.some_cases(6)
@pytest.mark.parametrize(
    ("quantity", "price", "ratio"),
    [
        (2.19, 1 / 2.19, 2),
        (2.21, 1 / 2.21, None),
        (1.81, 1 / 1.81, 2),
        (1.79, 1 / 1.79, None),
        (1.5, 1 / 1.5, None),
        (2.0, 1.24 / 2, 2),
        (2.0, 1.26 / 2, None),
        (2.0, 1 / (2 * 1.24), 2),
        (2.0, 1 / (2 * 1.26), None),
        (2.0, 1.0, None),
        (1.0, 0.5, None),
        (2.0, 2.0, None),
        (50.0, 0.02, 50),
        (0.04, 25.0, 0.04),
        (0.03, 33.0, None),
    ],
)
def test_both_moves_are_within_their_tolerance(quantity: float, price: float, ratio: float | None) -> None:
    row = july({JUNE: (24.0, 20.0), JULY: (24 * quantity, 20 * price)})
    assert row["inferred_split_ratio"] == (ratio and pytest.approx(ratio, rel=EXACT))


@pytest.mark.parametrize(("quantity", "ratio"), [(48.0, None), (96.0, 2), (24.0, None)])
def test_the_flows_of_the_fund_are_taken_out(quantity: float, ratio: float | None) -> None:
    row = july({JUNE: (24.0, 20.0), JULY: (quantity, 10.0)}, flows={JUNE: 1.0, JULY: 2.0})
    assert row["inferred_split_ratio"] == ratio


def test_too_few_holdings_say_nothing_of_the_flows() -> None:
    assert july(ordinary=METRICS.holding_split.min_holdings - 1)["inferred_split_ratio"] == 2
    assert july(ordinary=METRICS.holding_split.min_holdings - 2)["inferred_split_ratio"] is None


def test_lists_too_far_apart_are_not_compared() -> None:
    old = {"available_date": dt.date(2023, 3, 1), "period_end": dt.date(2022, 12, 31)}
    for days, ratio in ((400, 2), (401, None)):
        lists = {JULY - dt.timedelta(days=days): (24.0, 20.0), JULY: (48.0, 10.0)}
        dated = {**old, "shares_date": dt.date(2023, 1, 31)}
        assert july(lists, records=(dated,), as_of=JULY)["inferred_split_ratio"] == ratio


def test_a_line_that_the_list_before_does_not_show_has_no_change() -> None:
    ordinary = {JUNE: SPLIT[JUNE], JULY: (0.0, 15.0), AUGUST: (48.0, 10.0)}
    assert valued(ordinary)[AUGUST]["inferred_split_ratio"] is None


class TestWhatThePricesSay:
    def test_a_split_that_the_prices_know_counts_once(self) -> None:
        months = [
            month(day, split_ratio=2.0 if day == JULY else 1.0)
            for day in (dt.date(2024, 1, 31), dt.date(2024, 2, 29), JUNE, JULY)
        ]
        row = july(months=tuple(months))
        assert (row["shares"], row["is_split_inferred"]) == (2000, False)

    def test_prices_with_split_data_and_no_split_outrank_the_lists(self) -> None:
        row = july(months=tuple(month(day, split_ratio=1.0) for day in (JUNE, JULY)))
        assert (row["shares"], row["is_split_inferred"]) == (1000, False)

    @pytest.mark.parametrize(("after", "ratio"), [(10.5, 2), (5.0, None)])
    def test_a_return_explains_its_part_of_the_price(self, after: float, ratio: float | None) -> None:
        """Adjusted closes of 10 and 10.5 leave a half of the fall from 20 to 10; of 10 and 5 nothing."""
        months = (month(JUNE, adjusted_close_usd=10.0), month(JULY, adjusted_close_usd=after))
        assert july(months=months)["inferred_split_ratio"] == ratio

    def test_a_strong_return_does_not_hide_a_split(self) -> None:
        months = (month(JUNE, adjusted_close_usd=10.0), month(JULY, adjusted_close_usd=16.0))
        assert july({JUNE: (24.0, 20.0), JULY: (48.0, 16.0)}, months=months)["inferred_split_ratio"] == 2

    def test_a_price_of_before_the_list_is_not_multiplied(self) -> None:
        """The last close is of a day before the list, so it may be one of before the split."""
        months = (month(dt.date(2024, 7, 30), close_usd=20.0),)
        assert (july(months=months)["price_usd"], july(months=months)["shares"]) == (20.0, 1000.0)


CONTROLLED: Lists = {JUNE: (2.4, 20.0), JULY: (4.8, 10.0)}
"""The fund holds a tenth of the usual share of it."""
ADJUSTED: Lists = {JUNE: (12.0, 20.0), JULY: (24.0, 10.0)}
"""1,000 shares are the count after the split, and 500 were outstanding before."""


class TestWhatTheCountsCarry:
    @pytest.mark.parametrize("basis", [{}, AS_FILED])
    def test_a_controlled_company_is_multiplied(self, basis: dict[str, object]) -> None:
        assert july(CONTROLLED, records=(basis,))["inferred_split_ratio"] == 2

    def test_a_count_near_the_median_is_left_where_the_basis_is_undecided(self) -> None:
        row = july(ADJUSTED)
        assert (row["shares_footing"], row["is_split_inferred"]) == ("undecided", False)

    @pytest.mark.parametrize(("basis", "ratio"), [({}, None), (AS_FILED, 0.05)])
    def test_a_ratio_that_would_become_unusual_says_that_the_count_carries_the_split(
        self, basis: dict[str, object], ratio: float | None
    ) -> None:
        """The fund holds 0.3 of the usual share of 1,000 shares, or 6 times the usual of 50."""
        row = july({JUNE: (144.0, 1.0), JULY: (7.2, 20.0)}, records=(basis,))
        assert row["inferred_split_ratio"] == (ratio and pytest.approx(ratio, rel=EXACT))

    def test_a_table_that_votes_as_filed_is_not_declared(self) -> None:
        """SEAT in November 2025: the vote says as filed, and the count is near the median as it is."""
        rows = valued(ADJUSTED, later=5)
        assert (rows[JULY]["shares_footing"], rows[JULY]["shares_footing_basis"]) == ("as_filed", "vote")
        assert rows[JULY]["is_split_inferred"] is False

    def test_a_split_in_a_table_that_votes_as_filed_is_multiplied(self) -> None:
        assert valued(later=5)[JULY]["inferred_split_ratio"] == 2

    def test_what_is_declared_as_filed_is_multiplied(self) -> None:
        assert july(ADJUSTED, records=(AS_FILED,))["inferred_split_ratio"] == 2

    @pytest.mark.parametrize(
        ("day", "ratio"), [("2024-06-30", 2), ("2024-07-31", None), ("2024-12-31", None)]
    )
    def test_counts_declared_as_adjusted_past_the_split_are_left(self, day: str, ratio: float | None) -> None:
        declared = {"shares_split_basis": f"split_adjusted_to {day}"}
        assert july(records=(declared,))["inferred_split_ratio"] == ratio


@given(
    ratio=st.sampled_from([2, 3, 4, 5, 10, 20, 1 / 2, 1 / 3, 1 / 5, 1 / 10, 1 / 20, 1 / 25]),
    shares_issued=st.floats(-0.04, 0.04),
    drift=st.floats(-0.18, 0.22),
    flow=st.floats(0.2, 5.0),
)
@examples(8)
def test_market_values_do_not_jump_at_a_split(
    ratio: float, shares_issued: float, drift: float, flow: float
) -> None:
    quantity, price = 24 * ratio * (1 + shares_issued) * flow, 20 / ratio * (1 + drift)
    rows = valued({JUNE: (24.0, 20.0), JULY: (quantity, price)}, flows={JUNE: 1.0, JULY: flow})
    assert rows[JULY]["shares"] == pytest.approx(1000 * ratio, rel=EXACT)
    assert rows[JULY]["market_cap_usd"] == pytest.approx(20_000 * (1 + drift), rel=EXACT)


@given(quantity=st.floats(0.58, 1.7), price=st.floats(0.1, 10.0))
@examples(8)
def test_ordinary_moves_are_no_splits(quantity: float, price: float) -> None:
    rows = valued({JUNE: (24.0, 20.0), JULY: (24 * quantity, 20 * price)})
    assert rows[JULY]["shares"] == 1000
