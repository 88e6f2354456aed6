"""Members: lines summed to companies, the largest line shown, classified and priced."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.errors import InputError
from smallcap.finance.members import members
from smallcap.tables.registry import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import KINDS, METRICS, table

AS_OF = dt.date(2024, 6, 28)


def constituents(*rows: dict[str, object]) -> pl.DataFrame:
    defaults = {
        "year": 2024,
        "index_name": "russell2000",
        "as_of": AS_OF,
        "snapshot_date": AS_OF,
        "source": "test",
        "ticker": "AAA",
    }
    return table("raw.constituents", list(rows), **defaults)


def securities(*rows: dict[str, object]) -> pl.DataFrame:
    defaults = {"source": "test", "valid_from": dt.date(2000, 1, 3), "ticker": "AAA", "is_resolved": True}
    return table("raw.securities", list(rows), **defaults)


def prices(*rows: dict[str, object]) -> pl.DataFrame:
    return table("raw.prices", list(rows), year=2024, source="test")


NO_PRICES = prices()


def one_member(
    line: dict[str, object], security: dict[str, object], *closes: dict[str, object]
) -> dict[str, object]:
    """The only member made of one line, of company 1."""
    made = members(
        constituents({"security_id": 10, **line}),
        securities({"security_id": 10, "entity_id": 1, **security}),
        prices(*closes),
        METRICS,
        KINDS,
    )
    assert made.height == 1
    return made.row(0, named=True)


class TestLines:
    TWO_CLASSES = securities(
        {"security_id": 10, "entity_id": 1},
        {"security_id": 11, "entity_id": 1},
        {"security_id": 20, "entity_id": 2},
    )
    LINES = constituents(
        {
            "security_id": 10,
            "ticker": "MOGB",
            "market_value_usd": 40.0,
            "weight": 0.2,
            "quantity": 4.0,
            "price_usd": 10.0,
        },
        {
            "security_id": 11,
            "ticker": "MOGA",
            "market_value_usd": 60.0,
            "weight": 0.3,
            "quantity": 5.0,
            "price_usd": 12.0,
        },
        {
            "security_id": 20,
            "ticker": "ZZZ",
            "market_value_usd": None,
            "weight": None,
            "quantity": None,
            "price_usd": None,
        },
    )

    def test_classes_are_summed_and_the_largest_is_shown(self) -> None:
        company = members(self.LINES, self.TWO_CLASSES, NO_PRICES, METRICS, KINDS).row(0, named=True)
        assert (company["entity_id"], company["ticker"], company["security_id"], company["line_count"]) == (
            1,
            "MOGA",
            11,
            2,
        )
        assert (company["market_value_usd"], company["list_quantity"], company["list_price_usd"]) == (
            100.0,
            9.0,
            12.0,
        )
        assert company["weight"] == pytest.approx(0.5, rel=EXACT)

    def test_sum_of_unknowns_is_unknown(self) -> None:
        company = members(self.LINES, self.TWO_CLASSES, NO_PRICES, METRICS, KINDS).row(1, named=True)
        assert (company["market_value_usd"], company["weight"], company["list_quantity"]) == (
            None,
            None,
            None,
        )

    def test_of_equal_lines_the_first_by_ticker_stands_for_the_company(self) -> None:
        equal = self.LINES.with_columns(pl.lit(50.0).alias("market_value_usd"))
        assert members(equal, self.TWO_CLASSES, NO_PRICES, METRICS, KINDS)["ticker"].to_list() == [
            "MOGA",
            "ZZZ",
        ]

    def test_order_of_rows_does_not_matter(self) -> None:
        assert_frame_equal(
            members(self.LINES.reverse(), self.TWO_CLASSES.reverse(), NO_PRICES, METRICS, KINDS),
            members(self.LINES, self.TWO_CLASSES, NO_PRICES, METRICS, KINDS),
        )

    def test_line_without_an_identity_is_named(self) -> None:
        with pytest.raises(
            InputError, match=r"is missing from raw\.securities, first 20 \(ZZZ\) at 2024-06-28"
        ):
            members(self.LINES, self.TWO_CLASSES.head(2), NO_PRICES, METRICS, KINDS)

    def test_no_lines(self) -> None:
        made = members(constituents(), securities(), NO_PRICES, METRICS, KINDS)
        assert made.schema == pl.Schema(TABLES["core.members"].columns)

    def test_result_keeps_the_contract(self) -> None:
        assert TABLES["core.members"].schema.is_valid(
            members(self.LINES, self.TWO_CLASSES, NO_PRICES, METRICS, KINDS)
        )


class TestIdentity:
    def test_spell_that_held_at_as_of_gives_the_classification(self) -> None:
        spells = securities(
            {"security_id": 10, "entity_id": 1, "sic": "2834"},
            {"security_id": 10, "entity_id": 1, "sic": "6021", "valid_from": dt.date(2024, 1, 2)},
            {"security_id": 10, "entity_id": 1, "sic": "3711", "valid_from": dt.date(2025, 1, 2)},
        )
        lines = constituents({"security_id": 10}, {"security_id": 10, "as_of": dt.date(2023, 6, 30)})
        assert members(lines, spells, NO_PRICES, METRICS, KINDS)["sic"].to_list() == ["2834", "6021"]

    def test_line_listed_before_its_first_known_spell(self) -> None:
        assert one_member({}, {"valid_from": dt.date(2025, 1, 2), "sic": "3711"})["sic"] == "3711"

    def test_unresolved_line_keeps_its_reason(self) -> None:
        member = one_member({}, {"is_resolved": False, "unresolved_reason": "no fundamentals"})
        assert (member["is_resolved"], member["unresolved_reason"]) == (False, "no fundamentals")


class TestTicker:
    @pytest.mark.parametrize("ticker", ["A", "AAON", "MOG.A", "BRK-B", "BRK B", "BRK/B", "GOOGL", "aaon"])
    def test_usable(self, ticker: str) -> None:
        assert one_member({"ticker": ticker}, {})["is_ticker_usable"] is True

    @pytest.mark.parametrize("ticker", ["-", "", "P5N994", "ABCDEF", "AB1"])
    def test_unusable(self, ticker: str) -> None:
        assert one_member({"ticker": ticker}, {})["is_ticker_usable"] is False


class TestKind:
    @pytest.mark.parametrize(
        ("codes", "kind", "is_financial", "basis"),
        [
            ({"sic": "6022"}, "bank", True, "sic"),
            ({"sic": "6798"}, "equity_reit", False, "sic"),
            ({"sic": "6798", "sector": "Financials"}, "mortgage_reit", True, "sic"),
            ({"sic": "3711", "gics": "40101010", "sector": "Financials"}, "other", False, "sic"),
            ({"sic": "n/a", "gics": "40101010"}, "bank", True, "gics"),
            ({"gics": "20101010", "sector": "Financials"}, "other", False, "gics"),
            ({"sector": "Financials"}, "bank", True, "sector"),
            ({"sector": "Health Care"}, "other", False, "sector"),
            ({}, None, None, None),
        ],
    )
    def test_sic_else_gics_else_sector(
        self, codes: dict[str, object], kind: str | None, is_financial: bool | None, basis: str | None
    ) -> None:
        member = one_member({}, codes)
        assert (member["company_kind"], member["is_financial"]) == (kind, is_financial)
        assert (member["kind_basis"], member["financial_basis"]) == (basis, basis)
        assert member["is_classified"] is bool(codes)


class TestPriced:
    @pytest.mark.parametrize(
        ("line", "close", "is_priced"),
        [
            ({}, {"date": AS_OF, "close_usd": 5.0}, True),
            ({}, {"date": dt.date(2024, 5, 28), "close_usd": 5.0}, True),  # 31 days
            ({}, {"date": dt.date(2024, 5, 27), "close_usd": 5.0}, False),
            ({}, {"date": dt.date(2024, 6, 29), "close_usd": 5.0}, False),  # after as_of
            ({}, {"date": AS_OF, "adjusted_close_usd": 5.0}, False),
            ({"price_usd": 5.0}, {"date": AS_OF}, True),
            ({"price_usd": 0.0}, {"date": AS_OF}, False),
            ({"price_usd": 5.0, "snapshot_date": dt.date(2024, 5, 27)}, {"date": AS_OF}, False),
            ({"price_usd": 5.0, "snapshot_date": dt.date(2024, 6, 29)}, {"date": AS_OF}, False),
            ({"price_usd": float("nan")}, {"date": AS_OF, "close_usd": float("nan")}, False),
        ],
    )
    def test_price_as_traded_at_most_31_days_old(
        self, line: dict[str, object], close: dict[str, object], is_priced: bool
    ) -> None:
        assert one_member(line, {}, {"security_id": 10, **close})["is_priced"] is is_priced


class TestBasis:
    LATER = AS_OF + dt.timedelta(days=3)

    def basis(self, known_on: dt.date | None, listed_on: dt.date = AS_OF) -> tuple[object, ...]:
        line = {"security_id": 10, "snapshot_date": listed_on, "list_available_date": known_on}
        member = one_member(line, {})
        return member["membership_basis"], member["membership_age_days"]

    def test_a_list_that_could_be_known_at_the_date_is_evidence(self):
        assert self.basis(AS_OF) == ("evidence_known", 0)

    def test_a_list_that_was_filed_later_is_known_by_the_index_alone(self):
        assert self.basis(self.LATER, AS_OF - dt.timedelta(days=60)) == ("index_known", 60)

    def test_a_list_of_which_nothing_is_known_is_no_evidence(self):
        assert self.basis(None) == ("index_known", 0)
