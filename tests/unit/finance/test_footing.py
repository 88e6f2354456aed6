"""The footing of share counts: the vote of a table, counts brought back, left or doubtful; holding ratios."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.metrics.market import metrics_as_of
from smallcap.tables.registry import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY, METRICS, table
from tests.unit.finance.test_market import MEMBER, NOT_FLAGGED, RECORD, USABLE

AS_OF, NEXT = dt.date(2024, 6, 28), dt.date(2024, 7, 31)
PRICE, SHARES, FUND = 20.0, 1_000.0, 0.024
ORDINARY = 30
"""Companies without a split, of which the fund holds 2.4%: they make the median of the list."""
SPLITS = [{"traded": 3.0, "count": 3.0}] * 6
"""Companies that split 3 for 1 later, their counts adjusted for it."""


def company(
    traded: float = 1.0, count: float = 1.0, held: float = FUND, **given: object
) -> dict[str, object]:
    """A company whose price is `traded` times its adjusted close, and its count `count` times its shares."""
    return {"traded": traded, "count": count, "held": held, **given}


def valued(
    *special: dict[str, object],
    dates: tuple[dt.date, ...] = (AS_OF,),
    lists: dict[dt.date, int] | None = None,
    versions: tuple[dict[str, object], ...] = (),
    months: tuple[dict[str, object], ...] = (),
) -> dict[tuple[dt.date, int], dict[str, object]]:
    """Rows by date and company: the special ones first, from number 1 on, then the ordinary ones.

    `lists` says how many of the special companies are in the list of a date; all by default.
    """
    companies = [company(**one) for one in special] + [company() for _ in range(ORDINARY)]  # type: ignore[arg-type]
    members, records, prices = [], list(versions), list(months)
    for number, one in enumerate(companies, start=1):
        records.append(
            {
                **RECORD,
                "entity_id": number,
                "shares": SHARES * float(str(one["count"])),
                "shares_split_basis": one.get("basis"),
                **dict(one.get("record", {})),  # type: ignore[call-overload]
            }
        )
        for date in dates:
            if lists and number <= len(special) and number > lists[date]:
                continue
            quantity = one.get("quantity", SHARES * float(str(one["held"])))
            members.append({**MEMBER, "as_of": date, "snapshot_date": date, "entity_id": number})
            members[-1] |= {"security_id": number, "list_quantity": quantity, "list_price_usd": PRICE}
            members[-1] |= {"market_value_usd": one.get("market_value")}
            if one["traded"] is not None:
                close = PRICE / float(str(one["traded"]))
                prices.append({"security_id": number, "date": date, "adjusted_close_usd": close})
    made = metrics_as_of(
        table("core.members", members, **USABLE),
        table("core.annual_metrics", records, **NOT_FLAGGED),
        table("raw.prices", prices, year=2024, source="test"),
        table("raw.vendor_metrics", []),
        METRICS,
        18,
        APPLICABILITY,
    )
    assert TABLES["core.metrics_as_of"].schema.is_valid(made)
    return {(row["as_of"], row["entity_id"]): row for row in made.to_dicts()}


def first(*special: dict[str, object], **given: object) -> dict[str, object]:
    """The first special company at the date."""
    return valued(*special, **given)[AS_OF, 1]  # type: ignore[arg-type]


class TestTheVote:
    def test_most_say_adjusted_so_counts_are_brought_back(self) -> None:
        rows = valued(*SPLITS)
        for number in range(1, 7):
            row = rows[AS_OF, number]
            assert row["shares"] == pytest.approx(SHARES, rel=EXACT)
            assert row["market_cap_usd"] == pytest.approx(PRICE * SHARES, rel=EXACT)
            assert (row["shares_footing"], row["shares_footing_basis"], row["footing_vote"]) == (
                "split_adjusted",
                "vote",
                "split_adjusted",
            )
            assert (row["is_shares_footing_inferred"], row["is_shares_footing_doubtful"]) == (True, False)
        ordinary = rows[AS_OF, 7]
        assert (ordinary["shares"], ordinary["is_shares_footing_inferred"]) == (SHARES, False)
        assert ordinary["shares_footing"] == "split_adjusted"

    def test_consolidated_counts_are_restored(self) -> None:
        row = first(*[{"traded": 0.05, "count": 0.05}] * 5)
        assert row["shares"] == pytest.approx(SHARES, rel=EXACT)
        assert (row["later_split_ratio"], row["is_shares_footing_inferred"]) == (0.05, True)
        assert row["market_cap_reason"] is None

    def test_a_company_that_is_near_already_is_left(self) -> None:
        row = first({"traded": 2.0}, *SPLITS)
        assert (row["shares"], row["is_shares_footing_inferred"], row["is_shares_footing_doubtful"]) == (
            SHARES,
            False,
            False,
        )
        assert row["footing_vote"] == "as_filed"

    def test_a_company_that_is_near_neither_way_is_left_and_doubtful(self) -> None:
        row = first({"traded": 0.2, "held": 1.9 * FUND}, *SPLITS)
        assert (row["shares"], row["is_shares_footing_inferred"], row["is_shares_footing_doubtful"]) == (
            SHARES,
            False,
            True,
        )

    def test_a_ratio_between_two_splits_is_doubtful_where_the_count_is_off(self) -> None:
        row = first({"traded": 4.94, "held": 0.3 * FUND}, *SPLITS)
        assert (row["later_split_ratio"], row["is_shares_footing_doubtful"]) == (None, True)

    def test_most_say_as_filed_so_nothing_changes(self) -> None:
        rows = valued(*SPLITS[:2], *[{"traded": 2.0}] * 4)
        assert rows[AS_OF, 1]["shares"] == 3 * SHARES
        assert {row["shares_footing"] for row in rows.values()} == {"as_filed"}
        assert not any(row["is_shares_footing_inferred"] for row in rows.values())

    def test_a_tie_says_as_filed(self) -> None:
        assert first(*SPLITS[:3], *[{"traded": 2.0}] * 3)["shares_footing"] == "as_filed"

    def test_fewer_than_five_votes_decide_nothing(self) -> None:
        row = first(*SPLITS[:4])
        assert (row["shares"], row["shares_footing"], row["shares_footing_basis"]) == (
            3 * SHARES,
            "undecided",
            None,
        )
        assert row["footing_vote"] == "split_adjusted"

    def test_a_company_without_a_holding_has_no_vote_and_is_doubtful(self) -> None:
        row = first({"traded": 3.0, "count": 3.0, "quantity": None}, *SPLITS)
        assert (row["footing_vote"], row["shares"], row["is_shares_footing_doubtful"]) == (
            None,
            3 * SHARES,
            True,
        )

    def test_a_count_in_another_unit_has_no_vote(self) -> None:
        row = first({"traded": 3.0, "count": 3e-3}, *SPLITS[:4])
        assert (row["footing_vote"], row["shares_footing"]) == (None, "undecided")

    def test_market_value_over_price_serves_where_the_quantity_is_unknown(self) -> None:
        value = FUND * SHARES * PRICE
        row = first(*[{"traded": 3.0, "count": 3.0, "quantity": None, "market_value": value}] * 5)
        assert row["shares"] == pytest.approx(SHARES, rel=EXACT)

    def test_each_source_votes_for_itself(self) -> None:
        other = {"traded": 3.0, "count": 3.0, "record": {"source": "other"}}
        assert first(other, *SPLITS)["shares_footing"] == "undecided"

    def test_splits_up_to_the_price_are_in_an_adjusted_count_already(self) -> None:
        split = {"security_id": 1, "date": dt.date(2024, 4, 30), "split_ratio": 2.0}
        known = {"security_id": 1, "date": dt.date(2024, 1, 31), "split_ratio": 1.0}
        assert first({}, *SPLITS, months=(known, split))["shares"] == SHARES
        assert first({"held": 2 * FUND}, *SPLITS[:2], months=(known, split))["shares"] == 2 * SHARES


class TestLaterLists:
    def test_only_the_list_of_the_date_decides_and_a_later_one_is_a_flag(self) -> None:
        alone = valued(*SPLITS, lists={AS_OF: 3})
        both = valued(*SPLITS, dates=(AS_OF, NEXT), lists={AS_OF: 3, NEXT: 6})
        flag = "is_footing_known_later"
        for number in range(1, 4):
            early = dict(both[AS_OF, number])
            assert early.pop(flag) is True
            assert early == {name: value for name, value in alone[AS_OF, number].items() if name != flag}
            assert both[NEXT, number]["is_shares_footing_inferred"] is True
            assert both[NEXT, number][flag] is False
        assert both[AS_OF, 7][flag] is False

    def test_an_earlier_finding_says_nothing_of_a_later_date(self) -> None:
        rows = valued(*SPLITS, dates=(AS_OF, NEXT), lists={AS_OF: 6, NEXT: 3})
        assert (rows[NEXT, 1]["shares"], rows[NEXT, 1]["is_footing_known_later"]) == (3 * SHARES, False)


class TestDeclared:
    def test_as_filed_is_believed_against_every_vote(self) -> None:
        rows = valued(*[{**one, "basis": "as_filed"} for one in SPLITS])
        row = rows[AS_OF, 1]
        assert (row["shares"], row["shares_footing"], row["shares_footing_basis"], row["footing_vote"]) == (
            3 * SHARES,
            "as_filed",
            "declared",
            None,
        )

    def test_split_adjusted_needs_no_votes_and_no_holding(self) -> None:
        row = first({"traded": 3.0, "count": 3.0, "quantity": None, "basis": "split_adjusted_to 2026-04-30"})
        assert (row["shares"], row["shares_footing"], row["is_shares_footing_inferred"]) == (
            SHARES,
            "split_adjusted",
            False,
        )

    def test_a_split_after_the_declared_date_is_not_in_the_count(self) -> None:
        row = first({"traded": 3.0, "basis": "split_adjusted_to 2026-04-30"})
        assert (row["shares"], row["is_shares_footing_doubtful"]) == (SHARES, False)

    def test_adjusted_up_to_a_day_before_the_price_is_as_filed_on_that_day(self) -> None:
        splits = (
            {"security_id": 1, "date": dt.date(2024, 1, 31), "split_ratio": 1.0},
            {"security_id": 1, "date": dt.date(2024, 3, 28), "split_ratio": 5.0},
            {"security_id": 1, "date": dt.date(2024, 5, 31), "split_ratio": 2.0},
        )
        given = {"count": 0.5, "basis": "split_adjusted_to 2024-04-30"}
        assert first(given, months=splits)["shares"] == SHARES


class TestVintages:
    def version(self, shares: float, **given: object) -> dict[str, object]:
        return {**RECORD, "entity_id": 1, "shares": shares, "version": "original", **given}

    RESTATED = {"record": {"version": "restated", "is_value_restated": True}, "traded": 3.0}  # noqa: RUF012

    def test_an_earlier_version_of_the_period_outranks_the_vote(self) -> None:
        row = first({**self.RESTATED, "count": 3.0}, versions=(self.version(SHARES),))
        assert row["shares"] == pytest.approx(SHARES, rel=EXACT)
        assert (row["shares_footing_basis"], row["is_shares_footing_inferred"], row["footing_vote"]) == (
            "vintages",
            True,
            None,
        )

    def test_equal_counts_say_as_filed(self) -> None:
        row = first({**self.RESTATED, "held": 3 * FUND}, *SPLITS, versions=(self.version(SHARES),))
        assert (row["shares"], row["shares_footing"], row["shares_footing_basis"]) == (
            SHARES,
            "as_filed",
            "vintages",
        )

    def test_a_version_that_is_known_later_says_nothing(self) -> None:
        later = self.version(SHARES, available_date=dt.date(2024, 9, 1))
        assert first({**self.RESTATED, "count": 3.0}, versions=(later,))["shares"] == 3 * SHARES


class TestTheHoldingRatio:
    @pytest.mark.parametrize(
        ("ratio", "reason", "is_small"),
        [
            (0.019, "shares_basis_doubtful", False),
            (0.021, None, False),
            (0.08, None, False),  # a controlled company
            (1.0, None, False),
            (1.41, None, True),
            (9.9, None, True),
            (10.1, "shares_basis_doubtful", True),
        ],
    )
    def test_thresholds(self, ratio: float, reason: str | None, is_small: bool) -> None:
        row = first({"held": ratio * FUND})
        assert row["holding_ratio"] == pytest.approx(ratio, rel=EXACT)
        assert row["fund_share_of_company"] == pytest.approx(ratio * FUND, rel=EXACT)
        assert (row["market_cap_reason"], row["is_share_count_small_for_holding"]) == (reason, is_small)
        assert (row["market_cap_usd"] is None) == (reason is not None)

    @pytest.mark.parametrize("scale", [1e-4, 0.1, 20.0])
    def test_the_size_of_the_fund_does_not_matter(self, scale: float) -> None:
        rows = valued(*[{"held": scale * FUND}] * (ORDINARY + 1))
        assert rows[AS_OF, 1]["market_cap_reason"] is None

    @pytest.mark.parametrize("quantity", [None, 0.0])
    def test_without_a_holding_there_is_no_ratio(self, quantity: float | None) -> None:
        row = first({"quantity": quantity})
        assert (row["holding_ratio"], row["market_cap_reason"]) == (None, None)
        assert row["is_share_count_small_for_holding"] is None


def test_what_is_unchecked_in_an_adjusted_table_is_a_count_without_an_adjusted_close() -> None:
    rows = valued({"traded": None}, *SPLITS)
    assert (rows[AS_OF, 1]["is_split_unchecked"], rows[AS_OF, 2]["is_split_unchecked"]) == (True, False)
    assert valued(*SPLITS[:4])[AS_OF, 1]["is_split_unchecked"] is True


def test_no_members() -> None:
    empty = table("core.members", [])
    made = metrics_as_of(
        empty,
        table("core.annual_metrics", []),
        table("raw.prices", []),
        table("raw.vendor_metrics", []),
        METRICS,
        18,
        APPLICABILITY,
    )
    assert made.schema == pl.Schema(TABLES["core.metrics_as_of"].columns)
