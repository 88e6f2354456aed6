"""The two sides of a regression: returns that are never filled, and factors of one vintage that are never
mixed.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.finance.factors.series import factors_monthly, factors_of, monthly_returns, vintages_of
from smallcap.rules.types.factors import COLUMN_OF, Model
from smallcap.tables.factors import FactorsMonthly, MonthlyReturns
from tests.examples import examples
from tests.tolerances import BY_HAND
from tests.unit.finance.builders import table
from tests.unit.finance.factors.factor_builders import RETURN_RULES, RULES, factor_file, months

WHEN = months("2018-01", 48)
VINTAGES = st.sets(st.sampled_from(["202407", "202505", "202510", "202511"]))


def price(day: str, total_return: float | None, security_id: int = 1) -> dict[str, object]:
    date = dt.date.fromisoformat(day)
    return {
        "year": date.year,
        "security_id": security_id,
        "date": date,
        "total_return": total_return,
        "source": "test",
    }


def returns(*rows: dict[str, object]) -> pl.DataFrame:
    found = monthly_returns(table("raw.prices", list(rows)), RULES.extreme_return, RETURN_RULES)
    MonthlyReturns.validate(found)
    return found


def test_a_month_is_named_by_its_last_day_and_a_missing_one_has_no_row():
    found = returns(price("2020-01-31", 0.01), price("2020-02-28", None), price("2020-03-30", 0.02))
    assert found["month"].to_list() == [dt.date(2020, 1, 31), dt.date(2020, 3, 31)]
    assert found["total_return"].to_list() == [0.01, 0.02]


@pytest.mark.parametrize(
    ("before", "is_after_gap"),
    [("2020-11-30", False), ("2020-10-30", True), ("2019-12-31", True), ("2019-11-29", False)],
    ids=["the month before", "two months before", "twelve months before", "longer ago"],
)
def test_a_gap_is_a_missing_month_within_a_year(before, is_after_gap):
    assert returns(price(before, 0.01), price("2020-12-31", 0.02))["is_after_gap"].to_list() == [
        False,
        is_after_gap,
    ]


def test_the_gap_flag_needs_no_more_than_the_year_before():
    rows = [
        price(f"{year}-{month:02}-28", 0.01)
        for year, month in [(2018, 12), (2019, 12), (2020, 1), (2020, 12), (2021, 2)]
    ]
    of_2020 = [
        returns(*some).filter(pl.col("year") == 2020)
        for some in (rows, [row for row in rows if row["year"] in (2019, 2020)])
    ]
    assert of_2020[0].equals(of_2020[1])


def test_one_line_is_no_gap_of_another():
    found = returns(price("2020-01-31", 0.01, 1), price("2020-03-31", 0.01, 2))
    assert found["is_after_gap"].to_list() == [False, False]


def test_gains_and_falls_are_extreme_alike():
    found = returns(
        price("2020-01-31", 1.0),
        price("2020-02-28", 1.01),
        price("2020-03-31", -0.5),
        price("2020-04-30", -0.51),
    )
    assert found["is_return_extreme"].to_list() == [False, True, False, True]


def test_prices_without_a_total_return_give_the_price_return_of_the_month():
    def at(day: str, close: float | None, split: float | None, adjusted: float | None = None):
        prices = {"close_usd": close, "split_ratio": split, "adjusted_close_usd": adjusted}
        return {**price(day, None), **prices}

    # 30 x 2 / 50 - 1 = 0.2 across a split of two for one; no split data, and no month before, give none.
    found = returns(
        at("2020-01-31", 50.0, 1.0),
        at("2020-02-28", 30.0, 2.0),
        at("2020-03-31", 33.0, None),
        at("2020-05-29", 40.0, 1.0),
    )
    assert found.select("month", "is_price_return").rows() == [(dt.date(2020, 2, 29), True)]
    assert found["total_return"].to_list() == pytest.approx([0.2], rel=BY_HAND)
    adjusted = returns(at("2020-01-31", 50.0, None, 10.0), at("2020-02-28", 30.0, None, 11.0))
    assert adjusted["total_return"].to_list() == pytest.approx([0.1], rel=BY_HAND)


def test_a_total_return_outranks_the_price_return():
    rows = [
        {**price(day, value), "close_usd": 10.0, "split_ratio": 1.0}
        for day, value in (("2020-01-31", 0.1), ("2020-02-28", 0.2))
    ]
    found = returns(*rows)
    assert found.select("total_return", "is_price_return").rows() == [(0.1, False), (0.2, False)]


def test_only_a_return_above_the_limit_is_extreme():
    found = returns(price("2020-01-31", 1.0), price("2020-02-28", 1.01), price("2020-03-31", -0.99))
    assert found["is_extreme"].to_list() == [False, True, False]


@given(five=VINTAGES, momentum=VINTAGES)
@examples(5)
def test_vintages_are_never_mixed(five, momentum):
    files = [factor_file("FF5", vintage, WHEN, seed=int(vintage)) for vintage in five]
    files += [factor_file("MOM", vintage, WHEN, seed=int(vintage) + 1) for vintage in momentum]
    raw = pl.concat([factor_file("FF3", "202401", WHEN), *files])
    found = factors_of(raw, "FF5+MOM", RULES)
    assert vintages_of(raw, "FF5+MOM", RULES) == sorted(five & momentum)
    if not five & momentum:
        assert found is None
        return
    assert found is not None
    assert found.vintage == max(five & momentum)
    for term in found.terms:
        own = raw.filter(
            pl.col("vintage") == found.vintage, pl.col("model") == ("MOM" if term == "MOM" else "FF5")
        ).sort("month")
        assert found.frame[term].to_list() == own[COLUMN_OF[term]].to_list()


def test_a_vintage_asked_for_is_taken_or_nothing():
    raw = pl.concat([factor_file("FF5", "202407", WHEN), factor_file("FF5", "202511", WHEN, seed=2)])
    taken = factors_of(raw, "FF5", RULES, "202407")
    assert taken is not None
    assert taken.vintage == "202407"
    assert factors_of(raw, "FF5", RULES, "202505") is None


def test_the_three_factors_are_those_of_their_own_file():
    raw = pl.concat([factor_file("FF3", "202511", WHEN, seed=1), factor_file("FF5", "202511", WHEN, seed=2)])
    three = factors_of(raw, "FF3", RULES)
    assert three is not None
    assert three.frame["SMB"].to_list() == raw.filter(pl.col("model") == "FF3")["smb"].to_list()


def test_a_gap_in_the_factor_months_is_refused():
    raw = factor_file("FF5", "202511", WHEN).filter(pl.col("month") != dt.date(2019, 4, 30))
    with pytest.raises(InputError, match=r"vintage 202511, file FF5: .* at 2019-05"):
        factors_of(raw, "FF5", RULES)


def test_a_missing_factor_leaves_its_month_out():
    is_missing = pl.col("month") == dt.date(2019, 4, 30)
    raw = factor_file("FF5", "202511", WHEN).with_columns(pl.when(~is_missing).then("rmw").alias("rmw"))
    found = factors_of(raw, "FF5", RULES)
    assert found is not None
    assert sorted(set(WHEN) - set(found.frame["month"])) == [dt.date(2019, 4, 30)]


def test_an_unknown_model_is_named():
    with pytest.raises(InputError, match=r"FF7 is unknown.*FF3, FF5"):
        factors_of(factor_file("FF5", "202511", WHEN), "FF7", RULES)


def test_the_latest_factors_take_momentum_from_their_own_vintage_alone():
    five = [factor_file("FF5", "202511", WHEN, seed=1), factor_file("FF5", "202407", WHEN, seed=2)]
    older, same = factor_file("MOM", "202510", WHEN), factor_file("MOM", "202511", WHEN, seed=3)
    without, with_momentum = (
        factors_monthly(pl.concat([*five, older])),
        factors_monthly(pl.concat([*five, older, same])),
    )
    for found in (without, with_momentum):
        FactorsMonthly.validate(found)
        assert found["vintage"].unique().to_list() == ["202511"]
        assert found["month"].to_list() == WHEN
    assert without["mom"].is_null().all()
    assert with_momentum["mom"].to_list() == same["mom"].to_list()


@pytest.mark.parametrize(
    ("files", "terms", "problem"),
    [
        (("FF3",), ("Mkt-RF", "RMW"), "exactly once; wrong: RMW"),
        (("FF3", "FF5"), ("SMB",), "exactly once; wrong: SMB"),
        (("MOM",), ("MOM",), "risk-free rate"),
    ],
)
def test_a_model_must_find_each_term_in_one_of_its_files(files, terms, problem):
    with pytest.raises(ValueError, match=problem):
        Model(files, terms)
