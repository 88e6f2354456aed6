"""Extreme returns are flagged, suspect ones have evidence, gains and falls alike, each with its dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.returns.doubts import return_doubts
from smallcap.tables.registry import TABLES
from smallcap.tables.return_doubts import ReturnDoubts
from tests.examples import examples
from tests.unit.finance.factors.factor_builders import RETURN_RULES

MARCH, JUNE = dt.date(2021, 3, 31), dt.date(2021, 6, 30)
LINE = 7
Row = dict[str, object]


def frame(table: str, rows: Sequence[Row], **shared: object) -> pl.DataFrame:
    columns = TABLES[table].columns
    return pl.DataFrame(
        [{**dict.fromkeys(columns), **shared, **row} for row in rows], schema=columns, orient="row"
    )


def holding(day: dt.date, quantity: float, line: int = LINE) -> dict[str, object]:
    return {"snapshot_date": day, "quantity": quantity, "security_id": line}


def count(period_end: dt.date, known: dt.date, shares: float) -> dict[str, object]:
    return {"entity_id": 70, "period_end": period_end, "available_date": known, "shares_basic": shares}


def doubted(
    returns: dict[dt.date, float],
    lists: Sequence[Row] = (),
    counts: Sequence[Row] = (),
    prices: Sequence[Row] = (),
) -> pl.DataFrame:
    found = return_doubts(
        frame(
            "core.monthly_returns",
            [{"month": m, "total_return": r} for m, r in returns.items()],
            security_id=LINE,
            year=2021,
        ),
        frame("raw.constituents", lists),
        frame("raw.fundamentals", counts),
        frame("raw.prices", prices, security_id=LINE),
        frame("raw.securities", [{"security_id": LINE, "entity_id": 70}]),
        RETURN_RULES,
        2021,
    )
    return ReturnDoubts.validate(found)


def test_a_return_without_evidence_is_extreme_and_not_suspect():
    row = doubted({MARCH: 15.57}).row(0, named=True)
    assert (row["is_return_extreme"], row["is_return_suspect"], row["evidence"]) == (True, False, None)
    assert (row["suspect_known_date"], row["is_return_reversed_later"]) == (None, False)


def test_ordinary_returns_have_no_row():
    assert doubted({MARCH: 0.9, JUNE: -0.45}).is_empty()


@pytest.mark.parametrize(
    ("total_return", "after", "is_suspect"),
    [
        (9.0, 10.0, True),  # a consolidation of 1 for 10 never adjusted: the holding fell to a tenth
        (9.0, 100.0, False),  # a genuine gain: the holding is what it was
        (-0.52, 200.0, True),  # a split of 2 for 1 never adjusted
        (-0.52, 100.0, False),
        (-0.47, 200.0, True),  # not extreme, yet the holding shows the split
    ],
)
def test_a_holding_that_moved_by_the_inverse_is_evidence_for_gains_and_falls(total_return, after, is_suspect):
    february, april = dt.date(2021, 2, 26), dt.date(2021, 4, 30)
    found = doubted({MARCH: total_return}, [holding(february, 100.0), holding(april, after)])
    # The median line of two lists with one line is this line, so others must be in them.
    others = [holding(day, 50.0, line) for day in (february, april) for line in range(20, 30)]
    found = doubted({MARCH: total_return}, [holding(february, 100.0), holding(april, after), *others])
    assert found["is_return_suspect"].any() == is_suspect
    if is_suspect:
        assert found.select("evidence", "suspect_known_date").rows() == [("holding_quantity", april)]


def test_a_fund_that_grew_is_no_evidence():
    february, april = dt.date(2021, 2, 26), dt.date(2021, 4, 30)
    # Every holding doubled: the fund did, not the shares of one company.
    lists = [
        holding(day, 50.0 * size, line)
        for day, size in ((february, 1), (april, 2))
        for line in (LINE, *range(20, 30))
    ]
    assert not doubted({MARCH: -0.5001}, lists)["is_return_suspect"].any()


def test_a_share_count_counts_from_the_day_on_which_the_later_one_was_known():
    counts = [
        count(dt.date(2020, 12, 31), dt.date(2021, 2, 20), 1000.0),
        count(dt.date(2021, 12, 31), dt.date(2022, 2, 25), 100.0),
        # A later version that restates the first: what was first known counts.
        count(dt.date(2020, 12, 31), dt.date(2022, 2, 25), 100.0),
    ]
    row = doubted({MARCH: 9.2}, counts=counts).row(0, named=True)
    assert (row["evidence"], row["suspect_known_date"]) == ("share_count", dt.date(2022, 2, 25))
    assert row["count_move"] == 0.1


@pytest.mark.parametrize(("after", "is_suspect"), [(2000.0, True), (1910.0, True), (2430.0, False)])
def test_a_company_that_issued_shares_while_its_price_fell_is_no_evidence(after, is_suspect):
    # 2.43 times the shares at 0.41 of the price: an issue, for no split gives 2.43 shares for one.
    counts = [
        count(dt.date(2020, 12, 31), dt.date(2021, 2, 20), 1000.0),
        count(dt.date(2021, 12, 31), dt.date(2022, 2, 25), after),
    ]
    fall = 1000 / after - 1.001
    found = doubted({MARCH: fall}, counts=counts)
    assert found["is_return_suspect"].any() == is_suspect


def test_counts_of_two_kinds_are_never_compared():
    counts = [
        count(dt.date(2020, 12, 31), dt.date(2021, 2, 20), 1000.0),
        {
            **count(dt.date(2021, 12, 31), dt.date(2022, 2, 25), 0.0),
            "shares_outstanding": 100.0,
            "shares_basic": None,
        },
    ]
    assert doubted({MARCH: 9.2}, counts=counts)["count_move"].to_list() == [None]


def test_a_traded_close_that_disagrees_is_known_at_the_end_of_the_month():
    prices = [
        {"date": dt.date(2021, 2, 26), "close_usd": 5.0, "split_ratio": 1.0},
        {"date": dt.date(2021, 3, 31), "close_usd": 50.0, "split_ratio": 0.1},
    ]
    row = doubted({MARCH: 9.0}, prices=prices).row(0, named=True)
    assert (row["evidence"], row["suspect_known_date"], row["traded_ratio"]) == ("traded_close", MARCH, 1.0)
    genuine = [prices[0], {**prices[1], "split_ratio": 1.0}]
    assert not doubted({MARCH: 9.0}, prices=genuine)["is_return_suspect"].any()


def test_a_reversal_is_known_when_it_comes():
    found = doubted({MARCH: 9.0, JUNE: -0.9}).filter(pl.col("month") == MARCH).row(0, named=True)
    assert (found["is_return_reversed_later"], found["reversed_month"]) == (True, JUNE)
    assert found["is_return_suspect"] is False
    assert not doubted({MARCH: 9.0, JUNE: -0.6})["is_return_reversed_later"].any()


@given(st.lists(st.floats(-0.99, 20), min_size=12, max_size=12))
@examples(30)
def test_every_extreme_return_has_a_row_and_none_is_suspect_without_data(values):
    months = [dt.date(2021, m, 1) for m in range(1, 13)]
    ends = pl.Series(months).dt.month_end().to_list()
    found = doubted(dict(zip(ends, values, strict=True)))
    extreme = {end for end, value in zip(ends, values, strict=True) if value > 1 or value < -0.5}
    assert set(found["month"]) == extreme
    assert not found["is_return_suspect"].any()
