"""Sanity of annual rows: what is refused, and which side of a jump is blamed."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.sanity import flag, refuse
from smallcap.tables.registry import TABLES
from tests.unit.finance.builders import SANITY, raw_fundamentals, year_row


def broken_rules(*rows: dict[str, object]) -> dict[int, str]:
    """Rule broken by each refused fiscal year."""
    _, refused = refuse(raw_fundamentals(*rows), SANITY)
    return dict(refused.select("fiscal_year", "rule").iter_rows())


def suspect_years(*rows: dict[str, object]) -> list[int]:
    flagged = flag(raw_fundamentals(*rows), SANITY)
    return sorted(flagged.filter("is_scale_suspect")["fiscal_year"].to_list())


class TestRefuse:
    def test_sound_row_is_kept_unchanged(self) -> None:
        rows = raw_fundamentals(year_row(2023, revenue_usd=10.0, net_income_usd=1.0, total_assets_usd=20.0))
        kept, refused = refuse(rows, SANITY)
        assert_frame_equal(kept, rows)
        assert refused.columns == [*rows.columns, "rule"]
        assert refused.height == 0

    @pytest.mark.parametrize(
        ("values", "rule"),
        [
            ({"filing_date": dt.date(2023, 12, 30)}, "filing_before_period_end"),
            ({"currency": "CAD"}, "currency_not_usd"),
            ({"currency": None}, "currency_not_usd"),
            ({"period_days": 349}, "period_too_short"),
            ({"period_days": 381}, "period_too_long"),
        ],
    )
    def test_rule(self, values: dict[str, object], rule: str) -> None:
        assert broken_rules(year_row(2023, **values)) == {2023: rule}

    @pytest.mark.parametrize(
        "values",
        [
            {"filing_date": dt.date(2023, 12, 31)},
            {"filing_date": None},
            {"period_days": 350},
            {"period_days": 380},
            {"net_income_usd": -30.0, "total_assets_usd": 10.0},
            {"net_income_usd": -30.0, "total_assets_usd": None},
            {"net_income_usd": float("nan"), "total_assets_usd": 10.0},
        ],
    )
    def test_bounds_and_unknowns_pass(self, values: dict[str, object]) -> None:
        assert broken_rules(year_row(2023, **values)) == {}

    # Total assets of the year before are 1,000.
    @pytest.mark.parametrize(
        ("income", "assets", "is_refused"),
        [
            (31.0, 10.0, True),
            (-31.0, 10.0, True),
            (-30.0, 10.0, False),
            (-31.0, 10.1, False),
            (-4e5, 1e5, True),
        ],
    )
    def test_income_beyond_assets_is_refused_only_if_assets_jump_too(
        self, income: float, assets: float, is_refused: bool
    ) -> None:
        before = year_row(2022, total_assets_usd=1000.0)
        broken = broken_rules(before, year_row(2023, net_income_usd=income, total_assets_usd=assets))
        assert broken == ({2023: "net_income_implausible"} if is_refused else {})

    def test_a_jump_of_assets_is_not_seen_from_a_later_or_refused_year(self) -> None:
        row = year_row(2023, net_income_usd=-40.0, total_assets_usd=10.0)
        late = year_row(2022, total_assets_usd=1000.0, available_date=dt.date(2025, 1, 2))
        foreign = year_row(2022, total_assets_usd=1000.0, currency="CAD")
        assert broken_rules(late, row) == {}
        assert broken_rules(foreign, row) == {2022: "currency_not_usd"}

    def test_first_rule_in_order_is_named(self) -> None:
        row = year_row(2023, filing_date=dt.date(2023, 12, 30), currency="CAD", period_days=90)
        assert broken_rules(row) == {2023: "filing_before_period_end"}

    def test_length_is_derived_from_the_year_before(self) -> None:
        # A year end moved from December to June: a period of 181 days in 2023, and a full year after it.
        changed = year_row(
            2023,
            period_end=dt.date(2023, 6, 30),
            available_date=dt.date(2023, 9, 1),
            filing_date=dt.date(2023, 8, 31),
        )
        full = year_row(
            2024,
            period_end=dt.date(2024, 6, 30),
            available_date=dt.date(2024, 9, 1),
            filing_date=dt.date(2024, 8, 31),
        )
        assert broken_rules(year_row(2022), changed, full) == {2023: "period_too_short"}

    def test_length_is_not_derived_over_a_gap_or_from_another_company(self) -> None:
        assert broken_rules(year_row(2020), year_row(2023), year_row(2022, entity_id=2)) == {}

    def test_length_is_not_derived_from_what_became_known_later(self) -> None:
        short = year_row(
            2023,
            period_end=dt.date(2023, 6, 30),
            available_date=dt.date(2023, 9, 1),
            filing_date=dt.date(2023, 8, 31),
        )
        late = year_row(2022, available_date=dt.date(2024, 1, 2))
        assert broken_rules(late, short) == {}

    def test_wrong_row_is_no_witness(self) -> None:
        wrong = year_row(
            2022,
            period_end=dt.date(2023, 9, 30),
            filing_date=dt.date(2023, 3, 1),
            available_date=dt.date(2023, 3, 2),
        )
        assert broken_rules(wrong, year_row(2023)) == {2022: "filing_before_period_end"}

    def test_no_rows(self) -> None:
        kept, refused = refuse(raw_fundamentals(), SANITY)
        assert (kept.height, refused.height) == (0, 0)
        assert kept.schema == pl.Schema(TABLES["raw.fundamentals"].columns)


class TestScaleSuspect:
    @pytest.mark.parametrize(
        "column", ["revenue_usd", "total_assets_usd", "shares_outstanding", "shares_basic", "shares_diluted"]
    )
    def test_jump_of_a_hundred_times_up_or_down(self, column: str) -> None:
        assert suspect_years(year_row(2022, **{column: 5.0}), year_row(2023, **{column: 500.0})) == [2023]
        assert suspect_years(year_row(2022, **{column: 500.0}), year_row(2023, **{column: 5.0})) == [2023]
        assert suspect_years(year_row(2022, **{column: 5.0}), year_row(2023, **{column: 499.0})) == []

    @pytest.mark.parametrize(
        ("ticker", "before", "wrong"),
        # shares_basic of fiscal 2022 and 2023 as a vendor served them: three in thousands, four a thousand
        # times too large.
        [
            ("PTEN", 215_935_000.0, 279_501.0),
            ("HUBG", 66_418_000.0, 63_324.0),
            ("CYTK", 89_825_000.0, 96_524.0),
            ("BLBD", 31_020_399.0, 32_072_000_000.0),
            ("LQDT", 32_292_978.0, 31_076_000_000.0),
            ("RPAY", 88_792_453.0, 90_049_000_000.0),
            ("RICK", 9_383_445.0, 9_336_000_000.0),
        ],
    )
    def test_known_errors_of_a_real_vendor(self, ticker: str, before: float, wrong: float) -> None:
        rows = [
            year_row(2022, ticker=ticker, shares_basic=before),
            year_row(2023, ticker=ticker, shares_basic=wrong),
        ]
        assert suspect_years(*rows) == [2023]

    def test_good_year_after_a_bad_one_is_not_blamed(self) -> None:
        counts = {2021: 50e6, 2022: 50e3, 2023: 51e6, 2024: 52e6}
        assert suspect_years(*(year_row(year, shares_basic=count) for year, count in counts.items())) == [
            2022
        ]

    def test_a_new_level_is_suspect_until_half_of_the_known_years_have_it(self) -> None:
        revenue = {2019: 1e3, 2020: 1e3, 2021: 2e3, 2022: 5e6, 2023: 6e6, 2024: 6e6}
        rows = [year_row(year, revenue_usd=value) for year, value in revenue.items()]
        assert suspect_years(*rows) == [2022, 2023]

    def test_an_error_of_two_years_is_caught_in_both_and_the_year_after_is_not_blamed(self) -> None:
        counts = {2020: 50e6, 2021: 51e6, 2022: 52e9, 2023: 53e9, 2024: 54e6, 2025: 55e6}
        rows = [year_row(year, shares_basic=count) for year, count in counts.items()]
        assert suspect_years(*rows) == [2022, 2023]

    def test_later_years_do_not_clear_or_blame_an_earlier_row(self) -> None:
        early = [year_row(2020, shares_basic=50e3), year_row(2021, shares_basic=50e6)]
        later = [year_row(year, shares_basic=50e6) for year in (2022, 2023)]
        assert suspect_years(*early) == suspect_years(*early, *later) == [2021]

    def test_zero_negative_and_missing_figures_are_no_jump(self) -> None:
        rows = [
            year_row(2021, revenue_usd=0.0),
            year_row(2022, revenue_usd=1e9),
            year_row(2023),
            year_row(2024, revenue_usd=-1.0),
        ]
        assert suspect_years(*rows) == []


class TestFlag:
    def test_negative_capital_expenditures_and_revenue_are_flagged_and_kept(self) -> None:
        flagged = flag(
            raw_fundamentals(year_row(2023, capital_expenditures_usd=-1.0, revenue_usd=-2.0), year_row(2024)),
            SANITY,
        )
        assert flagged["is_capex_negative"].to_list() == [True, False]
        assert flagged["is_revenue_negative"].to_list() == [True, False]

    def test_negative_debt_is_flagged_and_kept(self) -> None:
        parts = [(-1.0, 5.0), (5.0, -1.0), (None, -1.0), (0.0, 5.0), (None, None)]
        rows = [
            year_row(2019 + n, short_term_debt_usd=short, long_term_debt_usd=long)
            for n, (short, long) in enumerate(parts)
        ]
        flagged = flag(raw_fundamentals(*rows), SANITY)
        assert flagged["is_debt_negative"].to_list() == [True, True, True, False, False]
        assert flagged.select("short_term_debt_usd", "long_term_debt_usd").rows() == parts

    def test_result_keeps_the_contract(self) -> None:
        flagged = flag(
            raw_fundamentals(year_row(2022, revenue_usd=1.0), year_row(2023, revenue_usd=1.1)), SANITY
        )
        assert TABLES["core.annual_fundamentals"].schema.is_valid(flagged)

    def test_order_of_rows_does_not_matter(self) -> None:
        rows = raw_fundamentals(
            *(year_row(year, shares_basic=value) for year, value in {2021: 5e7, 2022: 5e4, 2023: 5e7}.items())
        )
        assert_frame_equal(flag(rows.reverse(), SANITY).reverse(), flag(rows, SANITY))

    def test_no_rows(self) -> None:
        assert flag(raw_fundamentals(), SANITY).schema == pl.Schema(
            TABLES["core.annual_fundamentals"].columns
        )
