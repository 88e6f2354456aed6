"""What holds for all quarters: sums, restatements and later filings."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.quarters.quarter_builders import quarter_row, quarters, restated, whole_year

FLOW = st.integers(-1_000, 1_000).map(float)
FOUR = st.tuples(FLOW, FLOW, FLOW, FLOW)
LAG = st.integers(1, 400)
NAME = "operating_cash_flow_usd"


def filed(flows: tuple[float, ...], lags: tuple[int, ...] = (40, 40, 40)) -> list[dict[str, object]]:
    """Make the first three quarters of 2024, with the cash flow of the year to date."""
    rows = []
    for number, lag in enumerate(lags, start=1):
        row = quarter_row(2024, number, operating_cash_flow_year_to_date_usd=sum(flows[:number]))
        rows.append(dated(row, lag))
    return rows


def dated(row: dict[str, object], lag: int) -> dict[str, object]:
    """File a row so many days after its end."""
    end = row["period_end"]
    assert isinstance(end, dt.date)
    day = end + dt.timedelta(days=lag)
    available = day + dt.timedelta(days=1)
    return {**row, "filing_date": day, "available_date": available, "year": available.year}


def of_the_year(flows: tuple[float, ...], lag: int = 60) -> dict[str, object]:
    return dated(whole_year(2024, operating_cash_flow_usd=sum(flows)), lag)


YEARS = (2024, 2025, 2026)


@examples(1)
@given(flows=FOUR, lags=st.tuples(LAG, LAG, LAG), annual_lag=LAG)
def test_four_quarters_sum_to_the_year_once_all_are_known(
    flows: tuple[float, ...], lags: tuple[int, int, int], annual_lag: int
) -> None:
    rows = quarters(*filed(flows, lags), annual=[of_the_year(flows, annual_lag)], years=YEARS)
    latest = rows.sort("available_date").unique("period_end", keep="last")
    assert latest[NAME].null_count() == 0
    assert latest[NAME].sum() == pytest.approx(sum(flows), rel=EXACT, abs=EXACT)
    assert latest.sort("period_end")[NAME].to_list() == pytest.approx(list(flows), rel=EXACT)


@examples(1)
@given(flows=FOUR, lags=st.tuples(LAG, LAG, LAG), annual_lag=LAG)
def test_a_flow_is_made_of_figures_known_on_its_day(
    flows: tuple[float, ...], lags: tuple[int, int, int], annual_lag: int
) -> None:
    """A quarter has a flow from the later day of the two figures that it is a difference of."""
    records = filed(flows, lags)
    annual = of_the_year(flows, annual_lag)
    rows = quarters(*records, annual=[annual], years=YEARS)
    days = [record["available_date"] for record in (*records, annual)]
    for number in (2, 3, 4):
        known = rows.filter((pl.col("fiscal_quarter") == number) & pl.col(NAME).is_not_null())
        assert known["available_date"].min() == max(days[number - 2], days[number - 1])


@examples(1)
@given(flows=FOUR, to=FLOW, after=st.integers(1, 500))
def test_a_restated_first_quarter_changes_nothing_before_its_own_filing(
    flows: tuple[float, ...], to: float, after: int
) -> None:
    records, annual = filed(flows), of_the_year(flows)
    day = dt.date(2024, 5, 10) + dt.timedelta(days=after)
    again = restated(records[0], day, operating_cash_flow_year_to_date_usd=to)
    before = quarters(*records, annual=[annual], years=YEARS)
    after_it = quarters(*records, again, annual=[annual], years=YEARS)
    is_past = pl.col("available_date") <= day
    assert_frame_equal(before.filter(is_past), after_it.filter(is_past))


@examples(1)
@given(
    flows=st.tuples(*(FLOW for _ in range(4))),
    lags=st.tuples(LAG, LAG, LAG),
    annual_lag=LAG,
    until=st.dates(dt.date(2024, 5, 1), dt.date(2026, 6, 30)),
    version=st.tuples(st.sampled_from((0, 1, 2)), LAG, FLOW),
)
def test_a_later_filing_changes_no_earlier_row(
    flows: tuple[float, ...],
    lags: tuple[int, int, int],
    annual_lag: int,
    until: dt.date,
    version: tuple[int, int, float],
) -> None:
    """What is computed from the filings until a day is what is computed from all, until that day."""
    records, annual = filed(flows, lags), of_the_year(flows, annual_lag)
    at, later, to = version
    first_filed = records[at]["filing_date"]
    assert isinstance(first_filed, dt.date)
    again = restated(
        records[at], first_filed + dt.timedelta(days=later), operating_cash_flow_year_to_date_usd=to
    )
    everything = [*records, again]
    known = [row for row in everything if str(row["available_date"]) <= str(until)]
    if not known:
        return
    known_annual = [annual] if str(annual["available_date"]) <= str(until) else []
    now = quarters(*known, annual=known_annual, years=YEARS)
    later_on = quarters(*everything, annual=[annual], years=YEARS)
    is_known = pl.col("available_date") <= until
    assert_frame_equal(now.filter(is_known), later_on.filter(is_known))
