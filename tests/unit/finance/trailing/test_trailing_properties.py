"""Properties of trailing rows over invented histories: nothing that comes later changes what was known."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.pointintime import visible
from tests.examples import examples
from tests.oracle import trailing_pandas
from tests.oracle.trailing_agreement import beside, differences
from tests.tolerances import EXACT
from tests.unit.finance.builders import fundamentals, year_row
from tests.unit.finance.trailing.builders import on, quarter, quarterly, random_history, restated, trailing

SEEDS = st.integers(min_value=0, max_value=1_000_000)
FLOW = st.integers(min_value=1, max_value=1_000)


@given(SEEDS)
@examples(2)
def test_what_is_filed_later_changes_no_earlier_row(seed: int) -> None:
    annual, quarters = random_history(seed)
    every = trailing(annual=annual, quarters=quarters)
    day = random.Random(seed).choice(every["available_date"].to_list())
    then = trailing(
        annual=[row for row in annual if row["available_date"] <= day],
        quarters=[row for row in quarters if row["available_date"] <= day],
    )
    assert_frame_equal(every.filter(pl.col("available_date") <= day), then)


@pytest.mark.drill
@given(SEEDS)
@examples(2)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    annual, quarters = random_history(seed)
    before = trailing(annual=annual, quarters=quarters)
    shuffle = random.Random(seed).shuffle
    shuffle(annual)
    shuffle(quarters)
    assert_frame_equal(trailing(annual=annual, quarters=quarters), before)


@pytest.mark.drill
@given(SEEDS)
@examples(2)
def test_the_row_of_the_last_day_is_the_visible_one(seed: int) -> None:
    annual, quarters = random_history(seed)
    rows = trailing(annual=annual, quarters=quarters)
    asked = rows.select("entity_id", pl.col("available_date").alias("as_of"))
    found = visible(rows, asked)
    assert found["available_date"].to_list() == asked["as_of"].to_list()


@given(st.lists(FLOW, min_size=4, max_size=4), st.lists(FLOW, min_size=4, max_size=4))
@examples(2)
def test_four_quarters_known_on_one_day_are_the_year(last: list[int], this: list[int]) -> None:
    quarters, annual = [], []
    for year, flows in ((2022, last), (2023, this)):
        for number, flow in enumerate(flows, 1):
            total = float(sum(flows[:number]))
            quarters.append(quarter(year, number, total, revenue_usd=float(flow)))
        annual.append(year_row(year, revenue_usd=float(sum(flows)), period_days=365))
    day = dt.date(2024, 3, 1)
    by_quarters = on(day, annual=[], quarters=quarters)
    of_the_year = on(day, annual=annual, quarters=quarters)
    assert by_quarters["trailing_basis"] == "four quarters"
    assert of_the_year["trailing_basis"] == "annual"
    assert by_quarters["revenue_usd"] == pytest.approx(of_the_year["revenue_usd"], rel=EXACT)
    # And so they are in mid-year: annual + year to date - the year before is the sum of four quarters.
    for number in (1, 2, 3):
        known = on(quarters[3 + number]["available_date"], annual=annual[:1], quarters=quarters[: 4 + number])
        assert known["trailing_basis"] == "annual plus year to date"
        expected = sum(last[number:]) + sum(this[:number])
        assert known["revenue_usd"] == pytest.approx(expected, rel=EXACT)


@given(SEEDS, st.integers(min_value=1, max_value=700))
@examples(2)
def test_a_restated_first_quarter_counts_from_its_own_filing_on(seed: int, later: int) -> None:
    annual, quarters = random_history(seed)
    firsts = [row for row in quarters if row["fiscal_quarter"] == 1 and row["version"] == "original"]
    if not firsts:
        return
    known = firsts[-1]["available_date"] + dt.timedelta(days=later)
    again = restated(firsts[-1], known, source="zz", revenue_year_to_date_usd=1234.0, revenue_usd=1234.0)
    before = trailing(annual=annual, quarters=quarters)
    after = trailing(annual=annual, quarters=[*quarters, again])
    is_earlier = pl.col("available_date") < known
    assert_frame_equal(after.filter(is_earlier), before.filter(is_earlier))
    assert known in after["available_date"].to_list()


@given(SEEDS)
@examples(2)
def test_an_independent_implementation_agrees(seed: int) -> None:
    annual, quarters = random_history(seed)
    ours = trailing(annual=annual, quarters=quarters).to_pandas()
    statements = fundamentals(*annual).to_pandas(), quarterly(*quarters).to_pandas()
    theirs = trailing_pandas.trailing(*statements, set(ours["year"]))
    assert not differences(beside(ours, theirs))
