"""Metrics as of a date: price, shares on the price's basis, market cap, multiples and Altman's Z."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.market import metrics_as_of
from smallcap.tables.registry import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY, METRICS, table

AS_OF = dt.date(2024, 6, 28)
RECORD = {
    "year": 2024,
    "entity_id": 1,
    "period_end": dt.date(2023, 12, 31),
    "available_date": dt.date(2024, 3, 1),
    "version": "original",
    "source": "test",
    "revenue_usd": 1000.0,
    "net_income_usd": 90.0,
    "free_cash_flow_usd": 70.0,
    "ebit_usd": 150.0,
    "total_assets_usd": 1200.0,
    "total_liabilities_usd": 700.0,
    "working_capital_usd": 250.0,
    "retained_earnings_usd": 300.0,
    "shareholders_equity_usd": 500.0,
    "dividends_paid_usd": 10.0,
    "shares": 100.0,
    "shares_basis": "outstanding",
    "shares_date": dt.date(2024, 2, 15),
    "roe": 0.18,
    "current_ratio": 2.0,
    "debt_to_assets": 0.2,
    "debt_to_equity": 0.5,
    "altman_z_double_prime": 3.0,
}
MEMBER = {
    "year": 2024,
    "as_of": AS_OF,
    "entity_id": 1,
    "index_name": "russell2000",
    "ticker": "AAA",
    "security_id": 10,
    "line_count": 1,
    "snapshot_date": AS_OF,
    "source": "test",
    "company_kind": "other",
}
NOT_FLAGGED = dict.fromkeys(
    (name for name in TABLES["core.annual_metrics"].columns if name.startswith("is_")), False
)
USABLE = {"is_ticker_usable": True, "is_resolved": True, "is_priced": True, "is_classified": True}


def members(*rows: dict[str, object]) -> pl.DataFrame:
    return table("core.members", [{**MEMBER, **row} for row in rows], **USABLE)


def records(*rows: dict[str, object]) -> pl.DataFrame:
    return table("core.annual_metrics", [{**RECORD, **row} for row in rows], **NOT_FLAGGED)


def month(day: str, **values: object) -> dict[str, object]:
    """Month-end row of line 10 without a split."""
    return {
        "security_id": 10,
        "date": dt.date.fromisoformat(day),
        "close_usd": 20.0,
        "split_ratio": 1.0,
        **values,
    }


def prices(*rows: dict[str, object]) -> pl.DataFrame:
    return table("raw.prices", list(rows), year=2024, source="test")


NO_SPLITS = tuple(
    month(day) for day in ("2024-01-31", "2024-02-29", "2024-03-28", "2024-04-30", "2024-05-31", "2024-06-28")
)
EARLIER_MONTHS = tuple(month(f"2023-{number:02d}-28") for number in range(1, 13) if number != 6)
"""Of the year before, without a split; June is left to the tests."""
NO_VENDOR = table("raw.vendor_metrics", [])


def answer(
    member: dict[str, object] | None = None,
    record: dict[str, object] | None = None,
    months: tuple[dict[str, object], ...] = NO_SPLITS,
    vendor: pl.DataFrame = NO_VENDOR,
) -> dict[str, object]:
    """The one row of company 1 at as_of."""
    made = metrics_as_of(
        members(member or {}), records(record or {}), prices(*months), vendor, METRICS, 18, APPLICABILITY
    )
    assert TABLES["core.metrics_as_of"].schema.is_valid(made)
    return made.row(0, named=True)


class TestMarketValuesByHand:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("market_cap_usd", 20 * 100),
            ("pe", 2000 / 90),
            ("pb", 2000 / 500),
            ("ps", 2000 / 1000),
            ("p_fcf", 2000 / 70),
            ("earnings_yield", 90 / 2000),
            ("book_to_market", 500 / 2000),
            ("dividend_yield", 10 / 2000),
            # 1.2*250/1200 + 1.4*300/1200 + 3.3*150/1200 + 0.6*2000/700 + 1000/1200
            # = 0.25 + 0.35 + 0.4125 + 1.7142857 + 0.8333333
            ("altman_z", 0.25 + 0.35 + 0.4125 + 1200 / 700 + 1000 / 1200),
        ],
    )
    def test_value(self, name: str, expected: float) -> None:
        row = answer()
        assert row[name] == pytest.approx(expected, rel=EXACT)
        assert row.get(f"{name.removesuffix('_usd')}_reason") is None

    def test_labels(self) -> None:
        row = answer()
        assert (row["price_basis"], row["price_date"], row["is_price_stale"], row["is_split_unchecked"]) == (
            "close",
            AS_OF,
            False,
            False,
        )
        assert (row["altman_z_zone"], row["is_stale"]) == ("safe", False)

    @pytest.mark.parametrize(("retained", "zone"), [(-3000.0, "distress"), (-600.0, "grey"), (300.0, "safe")])
    def test_altman_zone(self, retained: float, zone: str) -> None:
        assert answer(record={"retained_earnings_usd": retained})["altman_z_zone"] == zone

    @pytest.mark.parametrize(
        ("name", "denominator"),
        [("pe", "net_income_usd"), ("pb", "shareholders_equity_usd"), ("ps", "revenue_usd")],
    )
    def test_multiple_of_a_loss_is_null(self, name: str, denominator: str) -> None:
        row = answer(record={denominator: -1.0})
        assert (row[name], row[f"{name}_reason"]) == (None, "denominator_not_positive")


class TestPrice:
    def test_list_price_stands_in_and_is_flagged(self) -> None:
        row = answer(member={"list_price_usd": 30.0}, months=())
        assert (row["price_usd"], row["price_basis"], row["is_price_stale"]) == (30.0, "holdings_file", True)
        assert row["market_cap_usd"] == 3000.0

    def test_adjusted_close_is_never_a_price(self) -> None:
        months = (month("2024-06-28", close_usd=None, adjusted_close_usd=20.0),)
        row = answer(months=months)
        assert (row["market_cap_usd"], row["market_cap_reason"], row["price_basis"]) == (
            None,
            "price_adjusted_only",
            None,
        )
        assert row["pe_reason"] == "input_missing"

    def test_no_price_at_all(self) -> None:
        assert answer(months=())["market_cap_reason"] == "price_missing"

    def test_close_of_another_month_is_too_old(self) -> None:
        assert answer(months=NO_SPLITS[:4])["market_cap_reason"] == "price_missing"

    def test_later_close_is_not_used(self) -> None:
        later = month("2024-07-31", close_usd=99.0)
        assert answer(months=(*NO_SPLITS, later))["price_usd"] == 20.0


class TestShares:
    def test_split_between_count_and_price(self) -> None:
        months = (*NO_SPLITS[:3], month("2024-04-30", split_ratio=2.0), *NO_SPLITS[4:])
        row = answer(months=months)
        assert (row["shares"], row["market_cap_usd"], row["is_split_unchecked"]) == (200.0, 4000.0, False)

    def test_split_before_the_count_is_in_it_already(self) -> None:
        months = (month("2024-01-31", split_ratio=2.0), *NO_SPLITS[1:])
        assert answer(months=months)["shares"] == 100.0

    def test_splits_long_before_the_count_do_not_change_its_last_bit(self) -> None:
        # (0.1 * 0.1) / 0.1 is not 0.1: a year must hold the same however many years of prices were read to
        # make it.
        months = (*NO_SPLITS[:3], month("2024-04-30", split_ratio=0.1), *NO_SPLITS[4:])
        assert (
            answer(months=(month("2023-12-29", split_ratio=0.1), *months))["shares"]
            == answer(months=months)["shares"]
            == 10.0
        )

    def test_split_in_the_month_of_the_count_is_applied_and_flagged(self) -> None:
        months = (NO_SPLITS[0], month("2024-02-29", split_ratio=2.0), *NO_SPLITS[2:])
        row = answer(months=months)
        assert (row["shares"], row["is_split_unchecked"]) == (200.0, True)

    def test_split_after_as_of_changes_nothing(self) -> None:
        assert answer(months=(*NO_SPLITS, month("2024-07-31", split_ratio=2.0)))["shares"] == 100.0

    def test_split_after_as_of_in_the_month_of_the_count_changes_nothing(self) -> None:
        counted_in_june = {"shares_date": dt.date(2024, 6, 10), "available_date": dt.date(2024, 6, 12)}
        months = (*NO_SPLITS[:5], month("2024-06-28", split_ratio=2.0))
        row = answer(
            member={"as_of": dt.date(2024, 6, 20), "snapshot_date": dt.date(2024, 6, 20)},
            record=counted_in_june,
            months=months,
        )
        assert (row["price_date"], row["shares"], row["is_split_unchecked"]) == (
            dt.date(2024, 5, 31),
            100.0,
            False,
        )

    def test_unknown_splits_are_flagged(self) -> None:
        months = (*NO_SPLITS[:3], month("2024-04-30", split_ratio=None), *NO_SPLITS[4:])
        row = answer(months=months)
        assert (row["shares"], row["is_split_unchecked"]) == (100.0, True)

    def test_no_month_before_the_count_is_flagged(self) -> None:
        assert answer(months=NO_SPLITS[1:])["is_split_unchecked"] is True

    def test_missing_count_and_suspect_scale(self) -> None:
        assert (
            answer(record={"shares": None, "shares_basis": None, "shares_date": None})["market_cap_reason"]
            == "shares_missing"
        )
        blank = {"shares": None, "shares_basis": None, "shares_date": None}
        suspect = answer(record={**blank, "scale_suspect_fields": "shares_basic, shares_diluted"})
        assert (suspect["market_cap_reason"], suspect["altman_z_reason"]) == (
            "scale_suspect",
            "scale_suspect",
        )


class TestFinancials:
    def test_ratios_that_mean_nothing_are_null(self) -> None:
        row = answer(member={"company_kind": "bank"})
        for name in ("current_ratio", "debt_to_assets", "debt_to_equity", "altman_z"):
            assert (row[name], row[f"{name}_reason"]) == (None, "not_meaningful_for_financials")
        assert (row["altman_z_double_prime"], row["altman_z_zone"]) == (None, None)
        assert (row["roe"], row["market_cap_usd"]) == (0.18, 2000.0)

    def test_unclassified_company_is_treated_as_none(self) -> None:
        assert answer(member={"company_kind": None})["debt_to_assets"] == 0.2


class TestKinds:
    def test_an_equity_trust_has_debt_ratios_and_neither_current_ratio_nor_altman(self) -> None:
        row = answer(member={"company_kind": "equity_reit"})
        assert (row["debt_to_assets"], row["debt_to_equity"]) == (0.2, 0.5)
        for name in ("current_ratio", "altman_z"):
            assert (row[name], row[f"{name}_reason"]) == (None, "not_meaningful_for_kind")
        assert row["altman_z_double_prime"] is None

    @pytest.mark.parametrize("kind", ["asset_manager", "other"])
    def test_all_others_have_every_ratio(self, kind: str) -> None:
        row = answer(member={"company_kind": kind})
        assert None not in [row[name] for name in ("current_ratio", "debt_to_equity", "altman_z")]


class TestShareCountChange:
    """Counts of 15 February 2024 and of a year before, through lines with splits."""

    @staticmethod
    def change(
        growth: float, *months: dict[str, object], **record: object
    ) -> tuple[float | None, bool | None]:
        known = {"share_count_change": growth, "shares_prior_date": dt.date(2023, 2, 15), **record}
        row = answer(record=known, months=(*EARLIER_MONTHS, *months, *NO_SPLITS))
        return row["share_count_change"], row["is_share_count_change_unchecked"]

    def test_without_a_split_it_is_the_growth_as_filed(self) -> None:
        assert self.change(0.05) == (pytest.approx(0.05), False)

    def test_a_split_between_the_counts_is_taken_out(self) -> None:
        # 100 became 315: three for one, and five per cent new.
        found = self.change(2.15, month("2023-06-30", split_ratio=3.0))
        assert found == (pytest.approx(0.05), False)

    def test_a_consolidation_too(self) -> None:
        found = self.change(-0.898, month("2023-06-30", split_ratio=0.1))
        assert found == (pytest.approx(0.02), False)

    def test_a_split_after_the_count_is_none_of_its_growth(self) -> None:
        rest = tuple({**one, "split_ratio": 2.0} if one["date"].month == 5 else one for one in NO_SPLITS)
        row = answer(
            record={"share_count_change": 0.05, "shares_prior_date": dt.date(2023, 2, 15)},
            months=(*EARLIER_MONTHS, *rest),
        )
        assert row["share_count_change"] == pytest.approx(0.05)

    @pytest.mark.parametrize(("growth", "expected"), [(0.05, 0.05), (1.1, 0.05)])
    def test_a_split_in_the_month_of_the_count_may_be_in_it_or_not(
        self, growth: float, expected: float
    ) -> None:
        in_february = tuple(
            {**one, "split_ratio": 2.0} if one["date"].month == 2 else one for one in NO_SPLITS
        )
        row = answer(
            record={"share_count_change": growth, "shares_prior_date": dt.date(2023, 2, 15)},
            months=(*EARLIER_MONTHS, *in_february),
        )
        assert row["share_count_change"] == pytest.approx(expected)

    def test_a_split_before_the_first_price_but_one_is_taken_out_and_unchecked(self) -> None:
        # Prices begin in June 2023, after last year's count, with a split of two for one.
        row = answer(
            record={"share_count_change": 1.1, "shares_prior_date": dt.date(2023, 2, 15)},
            months=(month("2023-06-30", split_ratio=2.0), *NO_SPLITS),
        )
        found = (row["share_count_change"], row["is_share_count_change_unchecked"])
        assert found == (pytest.approx(0.05), True)

    def test_counts_of_a_table_that_is_adjusted_for_splits_are_left(self) -> None:
        found = self.change(
            0.05, month("2023-06-30", split_ratio=3.0), shares_split_basis="split_adjusted_to 2024-06-30"
        )
        assert found == (pytest.approx(0.05), False)

    def test_without_split_data_between_the_counts_it_is_unchecked(self) -> None:
        unknown = month("2023-06-30", split_ratio=None)
        assert self.change(0.05, unknown) == (pytest.approx(0.05), True)
        assert self.change(None)[1] is None


class TestVisibility:
    def test_stale_record_is_shown_as_such(self) -> None:
        row = answer(record={"period_end": dt.date(2022, 12, 27), "available_date": dt.date(2023, 3, 1)})
        assert (row["is_stale"], row["roe"]) == (True, 0.18)

    def test_no_visible_record(self) -> None:
        row = answer(record={"available_date": dt.date(2024, 7, 1)})
        assert (row["period_end"], row["is_stale"], row["roe"]) == (None, None, None)
        for name in ("roe", "debt_to_assets", "market_cap", "pe", "altman_z"):
            assert row[f"{name}_reason"] == "no_fundamentals"

    def test_vendor_market_cap_of_the_visible_period_once_it_is_known(self) -> None:
        served = {
            "year": 2024,
            "entity_id": 1,
            "period_end": dt.date(2023, 12, 31),
            "source": "test",
            "market_cap_period_end_usd": 1.5e9,
        }
        known = table("raw.vendor_metrics", [served], available_date=dt.date(2024, 3, 1))
        later = table("raw.vendor_metrics", [served], available_date=dt.date(2024, 7, 1))
        other = table(
            "raw.vendor_metrics",
            [{**served, "period_end": dt.date(2022, 12, 31)}],
            available_date=dt.date(2023, 3, 1),
        )
        assert answer(vendor=known)["market_cap_period_end_usd"] == 1.5e9
        assert answer(vendor=later)["market_cap_period_end_usd"] is None
        assert answer(vendor=other)["market_cap_period_end_usd"] is None

    def test_order_of_rows_does_not_matter(self) -> None:
        people = members({}, {"entity_id": 2, "security_id": 20}, {"as_of": dt.date(2024, 5, 31)})
        known = records(
            {}, {"entity_id": 2}, {"version": "restated", "available_date": dt.date(2024, 6, 3), "roe": 0.2}
        )
        months = prices(*NO_SPLITS, month("2024-06-28", security_id=20))
        forwards = metrics_as_of(people, known, months, NO_VENDOR, METRICS, 18, APPLICABILITY)
        backwards = metrics_as_of(
            people.reverse(), known.reverse(), months.reverse(), NO_VENDOR, METRICS, 18, APPLICABILITY
        )
        assert_frame_equal(forwards, backwards)
        assert forwards.select("as_of", "entity_id", "roe").rows() == [
            (dt.date(2024, 5, 31), 1, 0.18),
            (AS_OF, 1, 0.2),
            (AS_OF, 2, 0.18),
        ]

    def test_no_members(self) -> None:
        made = metrics_as_of(members(), records({}), prices(), NO_VENDOR, METRICS, 18, APPLICABILITY)
        assert made.schema == pl.Schema(TABLES["core.metrics_as_of"].columns)
        assert made.height == 0
