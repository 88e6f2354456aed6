"""Ratios on trailing flows and the latest balance sheet, worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.trailing.metrics import trailing_metrics
from smallcap.tables.trailing import TrailingMetrics
from tests.tolerances import EXACT
from tests.unit.finance.builders import METRICS, SANITY, fundamentals, year_row
from tests.unit.finance.trailing.builders import (
    TRAILING,
    Row,
    on,
    quarter,
    quarterly,
    random_history,
    restated,
    trailing,
)

DAY = dt.timedelta(days=1)


class TestDebtBetweenReports:
    """A company that buys another with borrowed money between two annual reports."""

    ANNUAL = year_row(
        2023,
        period_days=365,
        net_income_usd=177.0,
        shareholders_equity_usd=735.0,
        total_assets_usd=941.0,
        short_term_debt_usd=0.0,
        long_term_debt_usd=88.2,
    )
    # Filed on 6 November 2024, known on the 7th: debt 330 of equity 805.
    THIRD = quarter(
        2024,
        3,
        net_income_year_to_date_usd=140.0,
        filing_date=dt.date(2024, 11, 6),
        available_date=dt.date(2024, 11, 7),
        shareholders_equity_usd=805.0,
        total_assets_usd=1300.0,
        short_term_debt_usd=16.0,
        long_term_debt_usd=314.0,
    )
    THIRD_OF_2023 = quarter(2023, 3, net_income_year_to_date_usd=130.0)

    def debt_to_equity(self, day: dt.date) -> tuple[float, dt.date]:
        row = on(day, annual=[self.ANNUAL], quarters=[self.THIRD_OF_2023, self.THIRD])
        return row["debt_to_equity"], row["balance_sheet_date"]

    def test_it_passes_on_the_annual_report(self) -> None:
        ratio, sheet = self.debt_to_equity(dt.date(2024, 11, 6))
        assert ratio == pytest.approx(88.2 / 735, rel=EXACT)
        assert ratio < 0.30
        assert sheet == dt.date(2023, 12, 31)

    def test_it_fails_on_the_day_after_the_quarterly_report(self) -> None:
        ratio, sheet = self.debt_to_equity(dt.date(2024, 11, 7))
        assert ratio == pytest.approx(330 / 805, rel=EXACT)
        assert ratio > 0.30
        assert sheet == dt.date(2024, 9, 30)

    def test_flows_are_those_of_the_twelve_months_to_the_same_day(self) -> None:
        row = on(dt.date(2024, 11, 7), annual=[self.ANNUAL], quarters=[self.THIRD_OF_2023, self.THIRD])
        assert row["roe"] == pytest.approx((177 + 140 - 130) / 805, rel=EXACT)
        assert row["flows_end"] == row["balance_sheet_date"] == dt.date(2024, 9, 30)
        assert (row["total_debt_usd"], row["net_income_usd"]) == (330.0, 187.0)


class TestTheYearBefore:
    """The flows of the year before, for growth."""

    def test_it_is_a_fiscal_year_where_the_latest_flows_are_one(self) -> None:
        annual = [year_row(2024, period_days=365, revenue_usd=400.0)]
        quarters = [
            quarter(year, number, 90.0 * number, revenue_usd=90.0, period_days=91)
            for year in (2022, 2023, 2024)
            for number in (1, 2, 3, 4)
            if (year, number) != (2024, 4)
        ]
        row = on(dt.date(2025, 6, 30), annual=annual, quarters=quarters)
        assert (row["trailing_basis"], row["revenue_usd"]) == ("annual", 400.0)
        # Four quarters to September 2023 are known, but not the fiscal year 2023.
        assert row["revenue_growth"] is None


class TestBalanceSheet:
    ANNUAL = year_row(2023, total_assets_usd=100.0, shareholders_equity_usd=60.0, shares_outstanding=10.0)
    WITHOUT = quarter(2024, 1)
    REPORT = WITHOUT["available_date"]

    def test_a_quarter_without_one_leaves_that_of_the_year(self) -> None:
        row = on(self.REPORT, annual=[self.ANNUAL], quarters=[self.WITHOUT])
        assert (row["balance_sheet_date"], row["total_assets_usd"]) == (dt.date(2023, 12, 31), 100.0)
        assert row["period_end"] == dt.date(2024, 3, 31)

    def test_figures_of_two_balance_sheets_are_never_mixed(self) -> None:
        partial = {**self.WITHOUT, "total_assets_usd": 110.0}
        row = on(self.REPORT, annual=[self.ANNUAL], quarters=[partial])
        assert (row["total_assets_usd"], row["shareholders_equity_usd"]) == (110.0, None)

    def test_it_is_used_where_flows_are_unknown(self) -> None:
        sheet = {"total_assets_usd": 110.0, "shareholders_equity_usd": 50.0}
        full = {**self.WITHOUT, **sheet, "net_income_year_to_date_usd": 2.0}
        row = on(self.REPORT, annual=[self.ANNUAL], quarters=[full])
        assert (row["trailing_reason"], row["shareholders_equity_usd"]) == (
            "prior_year_to_date_missing",
            50.0,
        )
        assert (row["roe"], row["roe_reason"]) == (None, "prior_year_to_date_missing")

    def test_the_annual_one_is_taken_where_both_end_and_become_known_on_one_day(self) -> None:
        fourth = quarter(2023, 4, total_assets_usd=99.0, available_date=self.ANNUAL["available_date"])
        row = on(self.REPORT - DAY, annual=[self.ANNUAL], quarters=[fourth])
        assert row["total_assets_usd"] == 100.0

    def test_a_late_restatement_of_an_old_quarter_never_brings_it_back(self) -> None:
        old = quarter(2023, 3, total_assets_usd=90.0)
        late = restated(old, dt.date(2024, 6, 1), total_assets_usd=80.0)
        row = on(dt.date(2024, 7, 1), annual=[self.ANNUAL], quarters=[old, late])
        assert (row["available_date"], row["total_assets_usd"]) == (dt.date(2024, 6, 1), 100.0)

    def test_share_count_of_the_annual_record_where_the_quarter_has_none(self) -> None:
        full = {**self.WITHOUT, "total_assets_usd": 110.0}
        row = on(self.REPORT, annual=[self.ANNUAL], quarters=[full])
        assert (row["shares"], row["shares_date"]) == (10.0, dt.date(2023, 12, 31))
        with_count = {**full, "shares_outstanding": 12.0, "shares_outstanding_date": dt.date(2024, 5, 1)}
        row = on(self.REPORT, annual=[self.ANNUAL], quarters=[with_count])
        assert (row["shares"], row["shares_date"]) == (12.0, dt.date(2024, 5, 1))


class TestYearBefore:
    """Averages, changes and growth compare with the twelve months and the balance sheet a year earlier."""

    ANNUAL: ClassVar[list[Row]] = [
        year_row(year, revenue_usd=revenue, net_income_usd=10.0, total_assets_usd=assets, period_days=365)
        for year, revenue, assets in ((2022, 80.0, 40.0), (2023, 100.0, 60.0))
    ]
    QUARTERS: ClassVar[list[Row]] = [
        quarter(year, 1, total, total_assets_usd=assets)
        for year, total, assets in ((2022, 15.0, 35.0), (2023, 25.0, 50.0), (2024, 30.0, 70.0))
    ]
    REPORT = QUARTERS[-1]["available_date"]

    def test_growth_of_twelve_months(self) -> None:
        row = on(self.REPORT, annual=self.ANNUAL, quarters=self.QUARTERS)
        assert row["revenue_growth"] == pytest.approx((100 + 30 - 25) / (80 + 25 - 15) - 1, rel=EXACT)

    def test_mean_of_balance_sheets(self) -> None:
        flows = [
            {
                **row,
                "net_income_year_to_date_usd": 2.0,
                "operating_cash_flow_year_to_date_usd": 3.0,
            }
            for row in self.QUARTERS
        ]
        annual = [{**row, "operating_cash_flow_usd": 12.0} for row in self.ANNUAL]
        row = on(self.REPORT, annual=annual, quarters=flows)
        assert row["accruals_cash_flow"] == pytest.approx((10 - 12) / ((70 + 50) / 2), rel=EXACT)

    def test_without_a_quarter_a_year_earlier(self) -> None:
        row = on(self.REPORT, annual=self.ANNUAL, quarters=self.QUARTERS[1:])
        assert (row["revenue_growth"], row["revenue_growth_reason"]) == (None, "prior_year_missing")

    def test_sums_over_fiscal_years_stay_those_of_the_annual_record(self) -> None:
        annual = [
            year_row(year, period_days=365, net_income_usd=10.0, operating_cash_flow_usd=cash)
            for year, cash in ((2021, 11.0), (2022, 12.0), (2023, 13.0))
        ]
        flows = {"net_income_year_to_date_usd": 2.0, "operating_cash_flow_year_to_date_usd": 50.0}
        quarters = [
            quarter(2023, 1, **{**flows, "operating_cash_flow_year_to_date_usd": 1.0}),
            quarter(2024, 1, **flows),
        ]
        row = on(self.REPORT, annual=annual, quarters=quarters)
        assert row["cash_conversion"] == pytest.approx((13 + 50 - 1) / 10, rel=EXACT)
        assert row["cash_conversion_5y"] == pytest.approx((11 + 12 + 13) / 30, rel=EXACT)


class TestUnknownFlows:
    ANNUAL = year_row(
        2023,
        period_days=365,
        is_blank_debt_zero=True,
        operating_income_usd=20.0,
        interest_expense_usd=4.0,
        operating_cash_flow_usd=12.0,
        total_assets_usd=100.0,
        shareholders_equity_usd=60.0,
        total_liabilities_usd=40.0,
    )
    SHEET: ClassVar[Row] = {
        "is_blank_debt_zero": True,
        "operating_cash_flow_year_to_date_usd": 3.0,
        "total_assets_usd": 100.0,
        "shareholders_equity_usd": 60.0,
        "total_liabilities_usd": 40.0,
    }

    def row(self, **values: float | None) -> dict[str, object]:
        quarters = [quarter(year, 1, **{**self.SHEET, **values}) for year in (2023, 2024)]
        return on(quarters[1]["available_date"], annual=[self.ANNUAL], quarters=quarters)

    def test_interest_that_a_quarter_leaves_blank_is_not_no_interest(self) -> None:
        row = self.row(operating_income_year_to_date_usd=5.0)
        assert (row["interest_coverage"], row["interest_coverage_reason"]) == (None, "input_missing")
        # Nor does blank debt mean none while the interest is unknown.
        assert (row["total_debt_usd"], row["total_debt_reason"]) == (None, "input_missing")
        assert row["debt_to_equity_reason"] == "input_missing"

    def test_dividends_that_are_blank_throughout_are_none(self) -> None:
        row = self.row(operating_income_year_to_date_usd=5.0, interest_expense_year_to_date_usd=1.0)
        assert (row["dividends_paid_usd"], row["unknown_flows"]) == (0.0, None)
        assert row["interest_coverage"] == pytest.approx(20 / 4, rel=EXACT)

    def test_the_first_dividend_after_years_without(self) -> None:
        quarters = [
            quarter(2023, 1, **self.SHEET),
            quarter(2024, 1, **self.SHEET, dividends_paid_year_to_date_usd=6.0),
        ]
        row = on(quarters[1]["available_date"], annual=[self.ANNUAL], quarters=quarters)
        assert row["dividends_paid_usd"] == 6.0


class TestSuspects:
    def test_a_figure_in_another_unit_is_named_and_not_used(self) -> None:
        annual = year_row(2023, revenue_usd=100.0, net_income_usd=10.0, period_days=365)
        quarters = [
            quarter(2023, 1, 25.0, net_income_year_to_date_usd=2.0),
            quarter(
                2024,
                1,
                30_000.0,
                net_income_year_to_date_usd=3.0,
                is_scale_suspect=True,
                scale_suspect_fields="revenue_year_to_date_usd",
            ),
        ]
        row = on(quarters[1]["available_date"], annual=[annual], quarters=quarters)
        assert (row["revenue_usd"], row["net_income_usd"]) == (None, 11.0)
        assert (row["is_scale_suspect"], row["scale_suspect_fields"]) == (True, "revenue_usd")
        assert row["net_margin_reason"] == "scale_suspect"


KEY = ["entity_id", "period_end", "version", "available_date", "source"]


def test_without_quarters_a_row_is_that_of_the_annual_metrics() -> None:
    for seed in range(4):
        annual, _ = random_history(seed)
        ours = trailing(annual=annual, quarters=[])
        theirs = annual_metrics(fundamentals(*annual), METRICS)
        # On the day on which the latest record became known the year before is the same in both.
        both = ours.join(theirs, on=KEY)
        assert both.height > 0
        assert both["is_annual_only"].all()
        for name in set(theirs.columns) - {*KEY, "rule_set"}:
            assert both[name].equals(both[f"{name}_right"], null_equal=True), name


def test_empty_inputs_give_an_empty_table() -> None:
    rows = trailing(annual=[], quarters=[])
    assert rows.height == 0
    assert rows.columns == list(TrailingMetrics.columns())


@pytest.mark.drill
def test_other_companies_change_nothing() -> None:
    annual, quarters = random_history(1)
    alone = trailing(annual=annual, quarters=quarters)
    others = [random_history(seed) for seed in (2, 3)]
    more_annual = [{**row, "entity_id": at} for at, (rows, _) in enumerate(others, 2) for row in rows]
    more = [{**row, "entity_id": at} for at, (_, rows) in enumerate(others, 2) for row in rows]
    together = trailing(annual=[*more_annual, *annual], quarters=[*more, *quarters])
    assert_frame_equal(together.filter(pl.col("entity_id") == 1), alone)


def test_rows_of_one_calendar_year_are_those_of_all() -> None:
    annual, quarters = random_history(4)
    every = trailing(annual=annual, quarters=quarters)
    one = trailing_metrics(fundamentals(*annual), quarterly(*quarters), METRICS, SANITY, TRAILING, 2022)
    assert_frame_equal(one, every.filter(pl.col("year") == 2022))
