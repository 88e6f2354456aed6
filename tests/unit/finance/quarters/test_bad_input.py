"""Quarters as they come: overlapping, mislabelled, in another currency, of short and long years."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.unit.finance.quarters.quarter_builders import (
    known,
    quarter_row,
    quarters,
    refused,
    restated,
    whole_year,
)

END = dt.date(2024, 6, 30)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"filing_date": dt.date(2024, 6, 29)}, "filing_before_period_end"),
        ({"currency": "CAD"}, "currency_not_usd"),
        ({"currency": None}, "currency_not_usd"),
        ({"period_days": 79}, "period_too_short"),
        ({"period_days": 121}, "period_too_long"),
        ({"period_days": 182}, "period_too_long"),
        # A first quarter's length is known from the start of the year.
        ({"period_days": None, "fiscal_year_start": dt.date(2024, 4, 14)}, "period_too_short"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_with_its_rule(values: dict[str, object], rule: str) -> None:
    row = quarter_row(2024, 2, **{key: value for key, value in values.items() if key != "filing_date"})
    assert refused({**row, **values}) == [(END, rule)]
    assert quarters({**row, **values}).is_empty()


@pytest.mark.parametrize("days", [80, 112, 120])
def test_a_quarter_has_80_to_120_days(days: int) -> None:
    assert refused(quarter_row(2024, 2, period_days=days)) == []


def test_of_two_quarters_that_overlap_the_one_known_later_is_refused() -> None:
    early = quarter_row(2024, 1)
    other = known(dt.date(2024, 6, 10), {**quarter_row(2024, 1), "period_end": dt.date(2024, 4, 30)})
    assert refused(early, other, quarter_row(2024, 2)) == [(dt.date(2024, 4, 30), "overlaps_another_quarter")]
    # Known first, it stands, and the quarters on both sides are refused.
    first = known(dt.date(2024, 5, 6), {**other, "period_end": dt.date(2024, 4, 30)})
    assert refused(early, first, quarter_row(2024, 2)) == [
        (dt.date(2024, 3, 31), "overlaps_another_quarter"),
        (dt.date(2024, 6, 30), "overlaps_another_quarter"),
    ]


def test_two_quarters_of_the_same_end_are_versions_of_which_the_later_counts() -> None:
    first = quarter_row(2024, 2, revenue_usd=10.0, revenue_year_to_date_usd=19.0)
    second = restated(first, dt.date(2024, 9, 2), revenue_usd=11.0, revenue_year_to_date_usd=20.0)
    third = quarter_row(2024, 3, operating_income_usd=1.0, revenue_year_to_date_usd=32.0)
    rows = quarters(quarter_row(2024, 1, revenue_usd=9.0), first, second, third)
    assert rows.select("fiscal_quarter", "revenue_usd").rows() == [(1, 9.0), (2, 10.0), (2, 11.0), (3, 12.0)]


def test_net_income_of_many_times_assets_is_refused_if_assets_jump_too() -> None:
    before = quarter_row(2023, 2, net_income_usd=1.0, total_assets_usd=1000.0)
    after = quarter_row(2024, 2, net_income_usd=40.0, total_assets_usd=10.0)
    assert refused(before, after) == [(END, "net_income_implausible")]
    flagged = quarters(quarter_row(2024, 2, net_income_usd=-40.0, total_assets_usd=10.0))
    assert flagged["is_loss_extreme"].to_list() == [True]


def test_a_year_to_date_below_that_of_the_quarter_before_is_taken_out() -> None:
    rows = quarters(
        quarter_row(2024, 1, revenue_year_to_date_usd=20.0),
        quarter_row(2024, 2, revenue_year_to_date_usd=18.0, net_income_year_to_date_usd=-3.0),
        quarter_row(2024, 3, revenue_year_to_date_usd=70.0),
    )
    second = rows.row(1, named=True)
    assert (second["revenue_usd"], second["revenue_year_to_date_usd"]) == (None, None)
    assert second["year_to_date_refused_fields"] == "revenue_usd"
    assert rows["revenue_usd"].to_list() == [20.0, None, None]


def test_a_first_quarter_that_contradicts_its_year_to_date_stands_and_the_year_to_date_does_not() -> None:
    rows = quarters(
        quarter_row(2024, 1, revenue_usd=20.0, revenue_year_to_date_usd=26.0),
        quarter_row(2024, 2, revenue_usd=25.0),
        quarter_row(2024, 3, revenue_year_to_date_usd=75.0),
    )
    assert rows["revenue_usd"].to_list() == [20.0, 25.0, 30.0]
    assert rows["revenue_year_to_date_usd"].to_list() == [20.0, 45.0, 75.0]
    assert rows["year_to_date_refused_fields"].to_list() == ["revenue_usd", None, None]


def test_a_first_quarter_that_is_rounded_differently_from_its_year_to_date_is_no_contradiction() -> None:
    row = quarter_row(2024, 1, revenue_usd=20.0, revenue_year_to_date_usd=20.1)
    assert quarters(row)["year_to_date_refused_fields"].to_list() == [None]


def test_losses_and_cash_flows_of_a_year_to_date_may_fall() -> None:
    rows = quarters(
        quarter_row(2024, 1, net_income_year_to_date_usd=5.0, operating_cash_flow_year_to_date_usd=4.0),
        quarter_row(2024, 2, net_income_year_to_date_usd=-3.0, operating_cash_flow_year_to_date_usd=1.0),
    )
    assert rows.select("net_income_usd", "operating_cash_flow_usd").rows() == [(5.0, 4.0), (-8.0, -3.0)]


def test_three_months_in_a_nine_month_context_are_recognised_by_the_reported_quarter() -> None:
    first = quarter_row(2024, 1, net_income_usd=10.0, net_income_year_to_date_usd=10.0)
    second = quarter_row(2024, 2, net_income_usd=5.0, net_income_year_to_date_usd=15.0)
    third = quarter_row(2024, 3, net_income_usd=7.0, net_income_year_to_date_usd=7.0)
    rows = quarters(first, second, third, annual=[whole_year(2024, net_income_usd=30.0)])
    assert rows["net_income_year_to_date_usd"].to_list() == [10.0, 15.0, 22.0, 30.0]
    assert rows["net_income_usd"].to_list() == [10.0, 5.0, 7.0, 8.0]
    assert rows["year_to_date_refused_fields"].to_list() == [None, None, "net_income_usd", None]


def test_three_months_in_a_nine_month_context_make_no_fourth_quarter_where_the_second_is_missing() -> None:
    """What came before the third quarter is unknown, and 30 less 7 is not the fourth."""
    first = quarter_row(2024, 1, net_income_usd=10.0, net_income_year_to_date_usd=10.0)
    third = quarter_row(2024, 3, net_income_usd=7.0, net_income_year_to_date_usd=7.0)
    rows = quarters(first, third, annual=[whole_year(2024, net_income_usd=30.0)])
    assert rows["net_income_year_to_date_usd"].to_list() == [10.0, None, 30.0]
    assert rows["net_income_usd"].to_list() == [10.0, 7.0, None]
    assert rows["year_to_date_refused_fields"].to_list() == [None, "net_income_usd", None]


def test_a_year_to_date_of_zero_is_certain_without_the_quarter_before() -> None:
    third = quarter_row(2024, 3, interest_expense_usd=0.0, interest_expense_year_to_date_usd=0.0)
    rows = quarters(third, annual=[whole_year(2024, interest_expense_usd=2.0)])
    assert rows["interest_expense_usd"].to_list() == [0.0, 2.0]


def test_a_version_takes_over_the_doubt_of_a_figure_with_the_figure() -> None:
    """A quarter in thousands, and an amendment that gives total assets alone."""
    rows = [
        quarter_row(year, 1, revenue_usd=value, total_assets_usd=1e8)
        for year, value in ((2022, 5e6), (2023, 5e6), (2024, 5e6), (2025, 5e3))
    ]
    again = restated(rows[-1], dt.date(2025, 8, 1), revenue_usd=None, total_assets_usd=1.1e8)
    last = quarters(*rows, again, years=(2025,))
    assert last["revenue_usd"].to_list() == [5e3, 5e3]
    assert last["scale_suspect_fields"].to_list() == ["revenue_usd", "revenue_usd"]


def test_a_quarter_without_a_balance_sheet_keeps_its_flows_and_says_so() -> None:
    rows = quarters(
        quarter_row(2024, 1, revenue_usd=9.0, total_assets_usd=50.0), quarter_row(2024, 2, revenue_usd=8.0)
    )
    assert rows["has_balance_sheet"].to_list() == [True, False]
    assert rows["revenue_usd"].to_list() == [9.0, 8.0]


def test_a_change_of_currency_in_mid_year_leaves_no_difference_across_it() -> None:
    rows = [
        quarter_row(2024, 1, operating_cash_flow_year_to_date_usd=5.0, currency="CAD"),
        quarter_row(2024, 2, operating_cash_flow_year_to_date_usd=9.0),
        quarter_row(2024, 3, operating_cash_flow_year_to_date_usd=15.0),
    ]
    assert refused(*rows) == [(dt.date(2024, 3, 31), "currency_not_usd")]
    assert quarters(*rows)["operating_cash_flow_usd"].to_list() == [None, 6.0]


def test_the_first_quarter_after_a_listing_has_what_it_reports_and_no_difference() -> None:
    third = quarter_row(
        2024,
        3,
        revenue_usd=7.0,
        revenue_year_to_date_usd=20.0,
        operating_cash_flow_year_to_date_usd=4.0,
        fiscal_year_start=dt.date(2024, 1, 1),
    )
    row = quarters(third).row(0, named=True)
    assert (row["fiscal_quarter"], row["revenue_usd"], row["operating_cash_flow_usd"]) == (3, 7.0, None)
    assert (row["income_basis"], row["cash_flow_basis"]) == ("reported", None)


def weeks(year_start: dt.date, *lengths: int) -> list[dict[str, object]]:
    """Make quarters of whole weeks, each with a cash flow of 10 more than the one before."""
    rows, end, total = [], year_start - dt.timedelta(days=1), 0.0
    for number, length in enumerate(lengths, start=1):
        end += dt.timedelta(weeks=length)
        total += 10.0 * number
        row = quarter_row(
            2024,
            number,
            fiscal_year_start=year_start,
            period_end=end,
            period_days=7 * length,
            operating_cash_flow_year_to_date_usd=total,
        )
        rows.append(known(end + dt.timedelta(days=40), row))
    return rows


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("lengths", "year_weeks"),
    [((13, 13, 13), 52), ((13, 13, 13), 53), ((16, 12, 12), 52), ((16, 12, 12), 53), ((12, 12, 12), 52)],
)
def test_years_of_52_and_53_weeks_and_first_quarters_of_16(lengths: tuple[int, ...], year_weeks: int) -> None:
    start = dt.date(2024, 1, 1)
    end = start + dt.timedelta(weeks=year_weeks, days=-1)
    annual = known(
        end + dt.timedelta(days=60),
        {**whole_year(2024, operating_cash_flow_usd=100.0), "period_end": end, "period_days": 7 * year_weeks},
    )
    rows = quarters(*weeks(start, *lengths), annual=[annual])
    assert rows["fiscal_quarter"].to_list() == [1, 2, 3, 4]
    assert rows["operating_cash_flow_usd"].to_list() == [10.0, 20.0, 30.0, 40.0]
    assert rows["period_days"].to_list()[3] == 7 * (year_weeks - sum(lengths))


def test_a_transition_period_is_refused_and_nothing_is_subtracted_across_it() -> None:
    """A year that began in January ends in July; the next begins in August, with quarters from October on."""
    old = [quarter_row(2024, number, operating_cash_flow_year_to_date_usd=10.0 * number) for number in (1, 2)]
    month = known(
        dt.date(2024, 9, 9),
        {**quarter_row(2024, 3), "period_end": dt.date(2024, 7, 31), "period_days": 31},
    )
    new = known(
        dt.date(2024, 12, 9),
        {
            **quarter_row(2024, 3, operating_cash_flow_year_to_date_usd=9.0),
            "fiscal_year_start": dt.date(2024, 8, 1),
            "period_end": dt.date(2024, 10, 31),
        },
    )
    assert refused(*old, month, new) == [(dt.date(2024, 7, 31), "period_too_short")]
    rows = quarters(*old, month, new, annual=[whole_year(2024, operating_cash_flow_usd=99.0)])
    assert rows.select("period_end", "fiscal_quarter", "operating_cash_flow_usd").rows() == [
        (dt.date(2024, 3, 31), 1, 10.0),
        (dt.date(2024, 6, 30), 2, 10.0),
        (dt.date(2024, 10, 31), 1, 9.0),
    ]


def test_a_figure_in_another_unit_is_named_and_nothing_is_computed_from_it() -> None:
    """Three years in dollars, and a year to date of the fourth year's second quarter in thousands."""
    rows = []
    for year in (2022, 2023, 2024, 2025):
        unit = 1e-3 if year == 2025 else 1.0
        rows += [
            quarter_row(year, 1, operating_cash_flow_year_to_date_usd=5e6),
            quarter_row(year, 2, operating_cash_flow_year_to_date_usd=9e6 * unit),
            quarter_row(year, 3, operating_cash_flow_year_to_date_usd=14e6),
        ]
    last = quarters(*rows, years=(2025,))
    assert last["scale_suspect_fields"].to_list() == [None, "operating_cash_flow_year_to_date_usd", None]
    assert last["operating_cash_flow_usd"].to_list() == [5e6, None, None]
    assert last["operating_cash_flow_year_to_date_usd"].to_list() == [5e6, 9e3, 14e6]


def test_a_quarter_is_partitioned_by_the_year_in_which_it_became_known() -> None:
    rows = quarters(
        quarter_row(2023, 3), restated(quarter_row(2023, 3), dt.date(2025, 2, 3), revenue_usd=1.0)
    )
    assert rows.select("year", pl.col("available_date").dt.year().alias("known")).rows() == [
        (2023, 2023),
        (2025, 2025),
    ]
