"""The flows of a quarter: as reported, else a difference of figures that were known on the row's day."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.unit.finance.quarters.quarter_builders import quarter_row, quarters, restated, whole_year

# Operating cash flow of Snowflake's fiscal 2025 as its 10-Qs and 10-K give it, in thousands of dollars from
# 2024-02-01 (accession numbers 0001640147-24-000135, 0001640147-24-000207, 0001640147-24-000250 and
# 0001640147-25-000052); the differences were computed by hand.
YEAR_TO_DATE = (355_468.0, 425_333.0, 527_039.0)
OF_THE_YEAR = 959_764.0
OF_THE_QUARTERS = [355_468.0, 69_865.0, 101_706.0, 432_725.0]


def of_2024(name: str, *figures: float) -> list[dict[str, object]]:
    """Make the quarters of 2024 with one figure each."""
    return [quarter_row(2024, number, **{name: figure}) for number, figure in enumerate(figures, start=1)]


def test_cash_flows_of_the_year_to_date_become_those_of_the_quarters() -> None:
    rows = quarters(
        *of_2024("operating_cash_flow_year_to_date_usd", *YEAR_TO_DATE),
        annual=[whole_year(2024, operating_cash_flow_usd=OF_THE_YEAR, total_assets_usd=7.0)],
    )
    assert rows["operating_cash_flow_usd"].to_list() == OF_THE_QUARTERS
    assert rows["cash_flow_basis"].to_list() == [
        "reported",
        "difference of year-to-date",
        "difference of year-to-date",
        "annual less nine months",
    ]
    assert rows["fiscal_quarter"].to_list() == [1, 2, 3, 4]
    assert rows["income_basis"].null_count() == 4


def test_the_fourth_quarter_is_known_with_the_annual_record_and_has_its_balance_sheet() -> None:
    annual = whole_year(2024, revenue_usd=100.0, total_assets_usd=7.0, shareholders_equity_usd=3.0)
    rows = quarters(*of_2024("revenue_year_to_date_usd", 20.0, 45.0, 70.0), annual=[annual])
    fourth = rows.row(3, named=True)
    assert (fourth["period_end"], fourth["available_date"]) == (
        dt.date(2024, 12, 31),
        annual["available_date"],
    )
    assert (fourth["total_assets_usd"], fourth["shareholders_equity_usd"]) == (7.0, 3.0)
    assert (fourth["revenue_usd"], fourth["revenue_year_to_date_usd"]) == (30.0, 100.0)
    assert (fourth["income_basis"], fourth["period_days"]) == ("annual less nine months", 92)


def test_reported_figures_of_three_months_are_taken_as_they_are() -> None:
    row = quarter_row(2024, 2, revenue_usd=25.0, revenue_year_to_date_usd=46.0)
    rows = quarters(*of_2024("revenue_usd", 20.0), row)
    assert rows["revenue_usd"].to_list() == [20.0, 25.0]
    assert rows["income_basis"].to_list() == ["reported", "reported"]


def test_without_years_to_date_they_are_the_sum_of_the_quarters_so_far() -> None:
    rows = quarters(
        *of_2024("revenue_usd", 20.0, 25.0, 25.0),
        annual=[whole_year(2023), whole_year(2024, revenue_usd=100.0)],
    )
    assert rows["revenue_year_to_date_usd"].to_list() == [20.0, 45.0, 70.0, 100.0]
    assert rows["revenue_usd"].to_list() == [20.0, 25.0, 25.0, 30.0]


def test_the_start_of_the_year_follows_from_the_annual_record_that_was_known() -> None:
    rows = [quarter_row(2024, 1, fiscal_year_start=None), quarter_row(2024, 2, fiscal_year_start=None)]
    started = quarters(*rows, annual=[whole_year(2023)])
    assert started["fiscal_year_start"].to_list() == [dt.date(2024, 1, 1)] * 2
    assert started["fiscal_quarter"].to_list() == [1, 2]
    # Filed after the first quarter, the record says nothing of it.
    late = {**whole_year(2023), "available_date": dt.date(2024, 6, 3)}
    assert quarters(*rows, annual=[late])["fiscal_quarter"].to_list() == [None, 2]


def test_a_fourth_quarter_that_the_source_gives_is_not_computed() -> None:
    rows = quarters(
        *of_2024("revenue_usd", 20.0, 25.0, 25.0, 31.0), annual=[whole_year(2024, revenue_usd=100.0)]
    )
    assert rows["revenue_usd"].to_list() == [20.0, 25.0, 25.0, 31.0]
    assert rows["income_basis"].to_list() == ["reported"] * 4


def test_a_quarter_whose_year_before_it_is_missing_has_no_difference() -> None:
    first, _, third = of_2024("operating_cash_flow_year_to_date_usd", 5.0, 9.0, 14.0)
    rows = quarters(first, third, annual=[whole_year(2024, operating_cash_flow_usd=20.0)])
    assert rows["operating_cash_flow_usd"].to_list() == [5.0, None, 6.0]
    assert rows["cash_flow_basis"].to_list() == ["reported", None, "annual less nine months"]


def test_a_quarter_that_becomes_known_late_completes_the_one_after_it_on_that_day() -> None:
    first, second = of_2024("operating_cash_flow_year_to_date_usd", 5.0, 9.0)
    late = {**first, "available_date": dt.date(2024, 9, 2), "filing_date": dt.date(2024, 8, 30)}
    rows = quarters(late, second).filter(pl.col("fiscal_quarter") == 2)
    columns = ["available_date", "filing_date", "operating_cash_flow_usd", "is_computed_anew"]
    assert rows.select(columns).rows() == [
        (dt.date(2024, 8, 10), dt.date(2024, 8, 9), None, False),
        (dt.date(2024, 9, 2), dt.date(2024, 8, 30), 4.0, True),
    ]


def test_a_fourth_quarter_is_known_no_earlier_than_the_third() -> None:
    """The third quarter is filed seven weeks after the annual report."""
    first, second, third = of_2024("operating_cash_flow_year_to_date_usd", 5.0, 9.0, 14.0)
    late = {**third, "available_date": dt.date(2025, 4, 19), "year": 2025}
    annual = [whole_year(2024, operating_cash_flow_usd=20.0)]
    before = quarters(first, second, annual=annual)
    rows = quarters(first, second, late, annual=annual)
    assert rows.filter(pl.col("available_date") < dt.date(2025, 4, 19)).equals(before)
    fourth = rows.filter(fiscal_quarter=4).select("available_date", "operating_cash_flow_usd")
    assert fourth.rows() == [(dt.date(2025, 4, 19), 6.0)]


class TestRestatedBasis:
    """What is subtracted is the version that fits; where a newer one differs too much, nothing is."""

    def flows(self, restated_to: float) -> list[tuple[object, ...]]:
        first, second = of_2024("revenue_year_to_date_usd", 100.0, 210.0)
        again = restated(
            first, dt.date(2024, 10, 1), revenue_year_to_date_usd=restated_to, revenue_usd=restated_to
        )
        rows = quarters(first, second, again).filter(pl.col("fiscal_quarter") == 2)
        columns = ["available_date", "revenue_usd", "is_difference_basis_mixed", "restated_basis_fields"]
        return rows.select(columns).rows()

    def test_a_difference_of_at_most_one_percent_changes_nothing(self) -> None:
        assert self.flows(101.0) == [(dt.date(2024, 8, 10), 110.0, False, None)]

    def test_above_one_percent_the_difference_is_flagged_from_the_restatement_on(self) -> None:
        assert self.flows(101.1) == [
            (dt.date(2024, 8, 10), 110.0, False, None),
            (dt.date(2024, 10, 2), 110.0, True, None),
        ]

    def test_above_five_percent_the_difference_is_unknown_from_the_restatement_on(self) -> None:
        assert self.flows(94.9) == [
            (dt.date(2024, 8, 10), 110.0, False, None),
            (dt.date(2024, 10, 2), None, True, "revenue_usd"),
        ]

    def test_a_year_to_date_filed_after_the_restatement_takes_the_restated_figure(self) -> None:
        first, second = of_2024("revenue_year_to_date_usd", 100.0, 210.0)
        again = restated(first, dt.date(2024, 6, 3), revenue_year_to_date_usd=80.0, revenue_usd=80.0)
        rows = quarters(first, second, again).filter(pl.col("fiscal_quarter") == 2)
        assert rows["revenue_usd"].to_list() == [130.0]

    def test_a_discontinued_business_makes_no_fourth_quarter(self) -> None:
        """100 a year, 40 of it discontinued in the fourth quarter: 60 less 75 is no revenue."""
        rows = quarters(
            *of_2024("revenue_year_to_date_usd", 25.0, 50.0, 75.0),
            annual=[whole_year(2024, revenue_usd=60.0)],
        )
        fourth = rows.row(3, named=True)
        assert (fourth["revenue_usd"], fourth["restated_basis_fields"]) == (None, "revenue_usd")

    def test_a_smaller_one_is_found_when_the_nine_months_are_shown_anew(self) -> None:
        """100 a year, 20 of it discontinued: 80 less 75 stands until the next third quarter shows 60."""
        third = quarter_row(2024, 3, revenue_year_to_date_usd=75.0)
        again = restated(third, dt.date(2025, 11, 7), revenue_year_to_date_usd=60.0)
        rows = quarters(
            *of_2024("revenue_year_to_date_usd", 25.0, 50.0),
            third,
            again,
            annual=[whole_year(2024, revenue_usd=80.0)],
        ).filter(pl.col("fiscal_quarter") == 4)
        assert rows.select("available_date", "revenue_usd").rows() == [
            (dt.date(2025, 3, 2), 5.0),
            (dt.date(2025, 11, 8), None),
        ]


def test_a_version_that_leaves_out_the_balance_sheet_keeps_the_one_before() -> None:
    first = quarter_row(2024, 1, revenue_usd=20.0, revenue_year_to_date_usd=20.0, total_assets_usd=9.0)
    again = restated(
        first, dt.date(2025, 5, 9), revenue_usd=19.0, revenue_year_to_date_usd=None, total_assets_usd=None
    )
    row = quarters(first, again).row(1, named=True)
    assert (row["revenue_usd"], row["total_assets_usd"]) == (19.0, 9.0)
    # The year to date is not that of the version before, with which 19 does not fit.
    assert row["revenue_year_to_date_usd"] == 19.0
    assert (row["inherited_fields"], row["amended_fields"]) == ("total_assets_usd", "revenue_usd")
