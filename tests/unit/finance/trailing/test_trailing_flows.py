"""Trailing flows by hand: the year to date on the annual figure's own basis, four quarters, or a reason."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.tolerances import EXACT
from tests.unit.finance.builders import year_row
from tests.unit.finance.trailing.builders import Row, on, quarter, restated, trailing

# Revenue: 100 in 2023, of it 25 in each quarter; 30 in the first quarter of 2024.
YEAR = year_row(2023, revenue_usd=100.0, net_income_usd=10.0, period_days=365)
QUARTERS_OF_2023 = [quarter(2023, number, 25.0 * number, revenue_usd=25.0) for number in (1, 2, 3)]
FIRST_OF_2024 = quarter(2024, 1, 30.0, revenue_usd=30.0)
REPORT = FIRST_OF_2024["available_date"]
LATER = dt.date(2024, 12, 1)


def flows_on(day: dt.date, annual: list[Row], quarters: list[Row]) -> tuple[object, object, object]:
    row = on(day, annual=annual, quarters=quarters)
    return row["revenue_usd"], row["trailing_basis"], row["trailing_reason"]


class TestAnnualPlusYearToDate:
    def test_the_year_to_date_replaces_that_of_the_year_before(self) -> None:
        row = on(REPORT, annual=[YEAR], quarters=[*QUARTERS_OF_2023, FIRST_OF_2024])
        assert row["revenue_usd"] == pytest.approx(100 + 30 - 25, rel=EXACT)
        assert row["flows_end"] == dt.date(2024, 3, 31)
        assert (row["trailing_basis"], row["trailing_reason"]) == ("annual plus year to date", None)
        assert not row["is_annual_only"]

    def test_not_a_day_before_the_report_is_known(self) -> None:
        row = on(REPORT - dt.timedelta(days=1), annual=[YEAR], quarters=[*QUARTERS_OF_2023, FIRST_OF_2024])
        assert (row["revenue_usd"], row["trailing_basis"]) == (100.0, "annual")
        assert row["is_annual_only"]

    def test_later_quarters_take_the_longer_year_to_date(self) -> None:
        second = quarter(2024, 2, 64.0)
        found = flows_on(LATER, [YEAR], [*QUARTERS_OF_2023, FIRST_OF_2024, second])
        assert found == (100 + 64 - 50, "annual plus year to date", None)

    def test_the_next_annual_report_ends_it(self) -> None:
        next_year = year_row(2024, revenue_usd=140.0, period_days=366)
        row = on(dt.date(2025, 4, 1), annual=[YEAR, next_year], quarters=[*QUARTERS_OF_2023, FIRST_OF_2024])
        assert (row["revenue_usd"], row["trailing_basis"], row["is_annual_only"]) == (140.0, "annual", True)

    def test_a_flow_that_the_quarter_leaves_blank_is_unknown_and_others_are_not(self) -> None:
        row = on(REPORT, annual=[YEAR], quarters=[*QUARTERS_OF_2023, FIRST_OF_2024])
        assert row["net_income_usd"] is None
        assert (row["unknown_flows"], row["net_margin_reason"]) == ("net_income_usd", "input_missing")

    def test_a_year_of_53_weeks(self) -> None:
        # 2023-01-01 to 2024-01-06 are 53 weeks; quarters of 16, 12, 12 and 13 weeks.
        year = {**YEAR, "period_end": dt.date(2024, 1, 6), "period_days": 371}
        ends = dt.date(2023, 4, 22), dt.date(2024, 4, 27)
        starts = dt.date(2023, 1, 1), dt.date(2024, 1, 7)
        quarters = [
            {**row, "period_end": end, "fiscal_year_start": start, "period_days": 112}
            for row, end, start in zip((QUARTERS_OF_2023[0], FIRST_OF_2024), ends, starts, strict=True)
        ]
        assert flows_on(LATER, [year], quarters) == (105.0, "annual plus year to date", None)


class TestBasis:
    """A business with 40% of revenue is discontinued in 2024: the first quarter of 2023 becomes 15."""

    RECAST = restated(QUARTERS_OF_2023[0], REPORT, revenue_year_to_date_usd=15.0, revenue_usd=15.0)
    CONTINUING = quarter(2024, 1, 16.0, revenue_usd=16.0)

    def test_figures_with_and_without_the_business_are_never_added(self) -> None:
        quarters = [*QUARTERS_OF_2023, self.RECAST, self.CONTINUING]
        assert flows_on(REPORT, [YEAR], quarters) == (None, None, "restated_basis")
        every = trailing(annual=[YEAR], quarters=quarters)["revenue_usd"].to_list()
        assert 100 + 16 - 15 not in every

    def test_a_flow_that_was_not_restated_is_known(self) -> None:
        income = {"net_income_year_to_date_usd": 3.0}
        quarters = [
            {**QUARTERS_OF_2023[0], "net_income_year_to_date_usd": 2.0},
            {**self.RECAST, "net_income_year_to_date_usd": 2.0},
            {**self.CONTINUING, **income},
        ]
        row = on(REPORT, annual=[YEAR], quarters=quarters)
        assert (row["revenue_usd"], row["net_income_usd"]) == (None, 10 + 3 - 2)
        assert (row["trailing_reason"], row["unknown_flows"]) == ("restated_basis", "revenue_usd")
        assert (row["net_margin"], row["net_margin_reason"]) == (None, "restated_basis")

    def test_an_amended_annual_report_that_repeats_the_old_figure(self) -> None:
        amended = restated(YEAR, dt.date(2024, 6, 3))
        quarters = [*QUARTERS_OF_2023, self.RECAST, self.CONTINUING]
        assert flows_on(LATER, [YEAR, amended], quarters) == (None, None, "restated_basis")

    def test_an_amended_annual_report_on_the_new_basis(self) -> None:
        amended = restated(YEAR, dt.date(2024, 6, 3), revenue_usd=60.0)
        quarters = [*QUARTERS_OF_2023, self.RECAST, self.CONTINUING]
        assert flows_on(LATER, [YEAR, amended], quarters) == (60 + 16 - 15, "annual plus year to date", None)

    def test_a_restated_annual_figure_that_is_repeated_after_the_recast(self) -> None:
        # Restated to 98 before the business was discontinued, and filed once more after it.
        first = restated(YEAR, dt.date(2024, 4, 1), revenue_usd=98.0)
        again = restated(YEAR, dt.date(2024, 6, 3), revenue_usd=98.0)
        quarters = [*QUARTERS_OF_2023, self.RECAST, self.CONTINUING]
        assert flows_on(LATER, [YEAR, first, again], quarters) == (None, None, "restated_basis")

    def test_annual_report_and_recast_quarter_of_one_day(self) -> None:
        late = {**YEAR, "available_date": REPORT}
        quarters = [*QUARTERS_OF_2023, self.RECAST, self.CONTINUING]
        assert flows_on(REPORT, [late], quarters) == (None, None, "restated_basis")

    def test_annual_report_and_quarter_of_one_day(self) -> None:
        late = {**YEAR, "available_date": REPORT}
        found = flows_on(REPORT, [late], [*QUARTERS_OF_2023, FIRST_OF_2024])
        assert found == (105.0, "annual plus year to date", None)

    @pytest.mark.some_cases(2)
    @pytest.mark.parametrize(
        ("comparative", "is_mixed", "revenue"),
        [
            (25.25, False, 105.0),
            (25.26, True, 105.0),
            (24.74, True, 105.0),
            (26.25, True, 105.0),
            (26.26, True, None),
        ],
    )
    def test_a_comparative_that_differs_little(
        self, comparative: float, is_mixed: bool, revenue: float | None
    ) -> None:
        again = restated(QUARTERS_OF_2023[0], REPORT, revenue_year_to_date_usd=comparative)
        row = on(REPORT, annual=[YEAR], quarters=[*QUARTERS_OF_2023, again, FIRST_OF_2024])
        assert (row["revenue_usd"], row["is_trailing_basis_mixed"]) == (revenue, is_mixed)

    def test_four_quarters_of_which_the_last_is_without_the_business(self) -> None:
        fourth = quarter(2023, 4, None, revenue_usd=25.0)
        found = flows_on(REPORT, [], [*QUARTERS_OF_2023, fourth, self.RECAST, self.CONTINUING])
        assert found == (None, None, "restated_basis")


class TestFourQuarters:
    FOURTH = quarter(2023, 4, None, revenue_usd=25.0)

    def test_where_no_annual_record_is_known(self) -> None:
        row = on(REPORT, annual=[], quarters=[*QUARTERS_OF_2023, self.FOURTH, FIRST_OF_2024])
        assert (row["revenue_usd"], row["trailing_basis"]) == (25 * 3 + 30, "four quarters")
        assert row["flows_end"] == dt.date(2024, 3, 31)

    def test_one_of_them_missing(self) -> None:
        quarters = [*QUARTERS_OF_2023[:2], self.FOURTH, FIRST_OF_2024]
        assert flows_on(REPORT, [], quarters) == (None, None, "quarter_missing")

    def test_one_of_them_not_yet_known(self) -> None:
        third = {**QUARTERS_OF_2023[2], "available_date": LATER}
        quarters = [*QUARTERS_OF_2023[:2], third, self.FOURTH, FIRST_OF_2024]
        assert flows_on(REPORT, [], quarters) == (None, None, "quarter_missing")
        assert flows_on(LATER, [], quarters) == (105.0, "four quarters", None)

    @pytest.mark.parametrize(("days", "is_year"), [(99, True), (100, False), (69, False), (92, True)])
    def test_together_they_are_a_year(self, days: int, is_year: bool) -> None:
        # From the end of the first, 2023-06-30, to 2024-03-31 are 275 days: 275 + 99 = 374, the most that the
        # lengths of the others allow is 7 days of overlap; 275 + 69 is no year.
        first = {**QUARTERS_OF_2023[1], "period_days": days if days < 100 else 106}
        quarters = [first, QUARTERS_OF_2023[2], self.FOURTH, FIRST_OF_2024]
        assert (flows_on(REPORT, [], quarters)[0] is not None) is is_year

    def test_quarters_that_overlap_are_not_added(self) -> None:
        # The third quarter says that it has 106 days, and the second ended 92 days before.
        third = {**QUARTERS_OF_2023[2], "period_days": 106}
        second = {**QUARTERS_OF_2023[1], "period_days": 91}
        quarters = [second, third, self.FOURTH, FIRST_OF_2024]
        assert flows_on(REPORT, [], quarters) == (None, None, "quarter_missing")

    def test_across_a_change_of_fiscal_year(self) -> None:
        # The year to June 2023 is followed by a year from January 2024.
        year = {**YEAR, "period_end": dt.date(2023, 6, 30), "available_date": dt.date(2023, 9, 1)}
        second = {**QUARTERS_OF_2023[1], "period_days": 91}
        quarters = [QUARTERS_OF_2023[0], second, QUARTERS_OF_2023[2], self.FOURTH, FIRST_OF_2024]
        assert flows_on(REPORT, [year], quarters) == (105.0, "four quarters", None)
        assert flows_on(REPORT, [year], quarters[1:3] + quarters[4:]) == (None, None, "fiscal_year_changed")


class TestReasons:
    def test_first_quarter_after_an_ipo(self) -> None:
        row = on(REPORT, annual=[YEAR], quarters=[FIRST_OF_2024])
        assert (row["revenue_usd"], row["flows_end"]) == (None, None)
        assert row["trailing_reason"] == "prior_year_to_date_missing"
        assert row["net_margin_reason"] == row["interest_coverage_reason"] == "prior_year_to_date_missing"

    def test_a_comparative_known_only_after_the_annual_report_is_not_on_its_basis(self) -> None:
        comparative = {**QUARTERS_OF_2023[0], "available_date": REPORT}
        found = flows_on(REPORT, [YEAR], [comparative, FIRST_OF_2024])
        assert found == (None, None, "prior_year_to_date_missing")

    def test_a_quarter_of_the_year_is_missing(self) -> None:
        # The first was refused, for its currency, and the three months of the second are no half year.
        second = quarter(2024, 2, None, revenue_usd=34.0)
        found = flows_on(LATER, [YEAR], [*QUARTERS_OF_2023, second])
        assert found == (None, None, "quarter_missing")

    def test_the_last_annual_report_is_missing(self) -> None:
        first = quarter(2025, 1, 33.0)
        quarters = [*QUARTERS_OF_2023, FIRST_OF_2024, first]
        assert flows_on(dt.date(2025, 6, 1), [YEAR], quarters) == (None, None, "annual_record_missing")

    def test_the_start_of_the_fiscal_year_is_unknown(self) -> None:
        quarters = [*QUARTERS_OF_2023, {**FIRST_OF_2024, "fiscal_year_start": None}]
        assert flows_on(REPORT, [YEAR], quarters) == (None, None, "fiscal_year_unknown")

    def test_a_start_rounded_by_the_vendor_fits_within_a_week(self) -> None:
        year = {**YEAR, "period_end": dt.date(2023, 12, 25)}
        found = flows_on(REPORT, [year], [*QUARTERS_OF_2023, FIRST_OF_2024])
        assert found == (105.0, "annual plus year to date", None)


def test_a_late_restatement_of_an_old_year_never_brings_it_back() -> None:
    old = restated(year_row(2022, revenue_usd=80.0), dt.date(2024, 7, 1), revenue_usd=70.0)
    quarters = [*QUARTERS_OF_2023, FIRST_OF_2024]
    row = on(LATER, annual=[YEAR, old], quarters=quarters)
    assert (row["available_date"], row["revenue_usd"]) == (dt.date(2024, 7, 1), 105.0)
    assert row["period_end"] == row["flows_end"] == dt.date(2024, 3, 31)


def test_a_restated_quarter_counts_from_its_own_filing_on() -> None:
    again = restated(FIRST_OF_2024, dt.date(2024, 7, 1), revenue_year_to_date_usd=31.0)
    quarters = [*QUARTERS_OF_2023, FIRST_OF_2024, again]
    assert flows_on(dt.date(2024, 6, 30), [YEAR], quarters)[0] == 105.0
    assert flows_on(dt.date(2024, 7, 1), [YEAR], quarters)[0] == 106.0
