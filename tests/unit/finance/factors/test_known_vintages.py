"""Which vintage of the factors a past date takes: the newest that was published by then, else the newest."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.factors.known_vintages import (
    five_factors_known,
    known_risk_free,
    known_vintages,
)
from smallcap.finance.factors.series import factors_of
from smallcap.finance.factors.stocks import known_factor_loadings, stock_factor_loadings
from smallcap.finance.funnel.factor_validation import factor_validation
from smallcap.tables.funnel import FunnelSummary
from tests.examples import examples
from tests.tolerances import BY_HAND
from tests.unit.finance.factors.factor_builders import RULES, factor_file, months, returns_on

OLD, NEW = "202407", "202511"
WHEN = months("2012-01", 167)
RAW = pl.concat([factor_file("FF5", OLD, WHEN[:151], 1), factor_file("FF5", NEW, WHEN, 2)])


def chosen(*as_ofs: dt.date, vintages: tuple[str, ...] = (OLD, NEW)) -> list[tuple[object, ...]]:
    return known_vintages(pl.Series(as_ofs, dtype=pl.Date), vintages).rows()


@pytest.mark.parametrize(
    ("as_of", "vintage", "is_later"),
    [
        (dt.date(2024, 9, 29), NEW, True),
        (dt.date(2024, 9, 30), OLD, False),
        (dt.date(2026, 1, 30), OLD, False),
        (dt.date(2026, 1, 31), NEW, False),
    ],
)
def test_a_vintage_is_known_from_the_end_of_the_second_month_after_its_data(as_of, vintage, is_later):
    assert chosen(as_of) == [(as_of, vintage, is_later)]


def test_without_a_stored_vintage_nothing_is_chosen():
    assert chosen(dt.date(2024, 9, 30), vintages=()) == [(dt.date(2024, 9, 30), None, None)]


@given(
    st.lists(st.dates(dt.date(1995, 1, 1), dt.date(2030, 12, 31)), min_size=1),
    st.sets(st.builds("{:04}{:02}".format, st.integers(1995, 2029), st.integers(1, 12)), min_size=1),
)
@examples(30)
def test_no_flagged_date_had_a_vintage_and_no_other_uses_one_of_its_future(as_ofs, vintages):
    for as_of, vintage, is_later in known_vintages(pl.Series(as_ofs), sorted(vintages)).iter_rows():
        ends = {
            stored: dt.date(int(stored[:4]), int(stored[4:]), 1) + dt.timedelta(days=93)
            for stored in vintages
        }
        known = [stored for stored, end in ends.items() if end.replace(day=1) <= as_of + dt.timedelta(days=1)]
        assert (vintage, is_later) == ((max(known), False) if known else (max(vintages), True))


def test_dates_of_one_vintage_come_together():
    as_ofs = pl.Series([dt.date(2026, 6, 30), dt.date(2020, 6, 30), dt.date(2025, 6, 30)])
    found = [(known.as_ofs, known.factors.vintage, known.is_later) for known in known_five(as_ofs)]
    assert found == [
        ((dt.date(2025, 6, 30),), OLD, False),
        ((dt.date(2026, 6, 30),), NEW, False),
        ((dt.date(2020, 6, 30),), NEW, True),
    ]


def known_five(as_ofs: pl.Series):
    return five_factors_known(as_ofs, RAW, RULES)


def test_loadings_of_a_date_are_those_on_the_vintage_known_then():
    as_of = dt.date(2025, 6, 30)
    members = pl.DataFrame(
        {"year": [2025], "as_of": [as_of], "entity_id": [1], "security_id": [7]},
        schema_overrides={"year": pl.Int32},
    )
    returns = returns_on(RAW.filter(pl.col("vintage") == NEW), mkt_rf=1.0).with_columns(
        security_id=pl.lit(7, pl.Int64)
    )
    found = known_factor_loadings(members, returns, RAW, RULES)
    old = factors_of(RAW, "FF5", RULES, OLD)
    assert found.equals(stock_factor_loadings(members, returns, old, RULES))
    assert found.select("vintage", "is_vintage_later", "last_month").unique().rows() == [
        (OLD, False, dt.date(2024, 7, 31))
    ]
    nothing = known_factor_loadings(members, returns, RAW.clear(), RULES)
    assert nothing["is_vintage_later"].to_list() == [None] * 6


def test_filter_7_says_which_vintage_it_used():
    columns = {name: column.dtype for name, column in FunnelSummary.columns().items()}
    as_ofs = [dt.date(2024, 6, 30), dt.date(2025, 6, 30)]
    summary = pl.DataFrame(
        [{**dict.fromkeys(columns, 0), "year": day.year, "as_of": day, "filter_number": 6} for day in as_ofs],
        schema={**columns, "filter_name": pl.Int64, "vintage": pl.Int64, "is_vintage_later": pl.Int64},
    ).cast(columns)
    returns = returns_on(RAW.filter(pl.col("vintage") == NEW), mkt_rf=1.0).with_columns(
        book=pl.lit(RULES.hindsight.point_in_time_book)
    )
    rows = factor_validation(summary, returns, RAW, RULES)
    assert rows.select("as_of", "vintage", "is_vintage_later").rows() == [
        (as_ofs[0], NEW, True),
        (as_ofs[1], OLD, False),
    ]


def test_the_rate_of_a_record_is_that_of_the_vintage_known_then():
    rates = {OLD: 0.001, NEW: 0.002}
    flat = RAW.with_columns(rf=pl.col("vintage").replace_strict(rates, return_dtype=pl.Float64))
    dated = pl.DataFrame(
        {
            "as_of": [dt.date(2026, 3, 31), dt.date(2025, 3, 31), dt.date(2024, 3, 31), dt.date(2024, 3, 31)],
            "period_end": [dt.date(2025, 6, 30), dt.date(2024, 12, 28), dt.date(2023, 12, 31), None],
        }
    )
    found = known_risk_free(dated, flat)
    assert found["vintage"].to_list() == [NEW, OLD, NEW, None]
    assert found["is_vintage_later"].to_list() == [False, False, True, None]
    # Twelve months of 0.2%, of 0.1% (the vintage ends in July 2024, five months before), and of 0.2%.
    assert found["risk_free"].to_list()[:3] == pytest.approx([0.024, 0.012, 0.024], rel=BY_HAND)
