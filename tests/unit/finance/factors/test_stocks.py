"""Members' own loadings: the window ends with the as_of, agrees with one regression, and says why it has no
numbers.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import factors_of
from smallcap.finance.factors.stocks import stock_factor_loadings
from smallcap.tables.factor_regressions import StockFactorLoadings
from tests.examples import examples
from tests.tolerances import BATCHED
from tests.unit.finance.factors.factor_builders import RULES, factor_file, months, returns_on

WHEN = months("2012-01", 120)
FILE = factor_file("FF5", "202511", WHEN)
FACTORS = factors_of(FILE, "FF5", RULES)
OLD, YOUNG, GAPPY, FLAT, UNPRICED = range(101, 106)


def lines() -> pl.DataFrame:
    """Returns of a line with every month, a young one, one with gaps and one that never moves."""
    series = {
        OLD: returns_on(FILE, seed=1, mkt_rf=1.0, smb=0.5),
        YOUNG: returns_on(FILE, seed=2, mkt_rf=0.8).filter(pl.col("month") >= dt.date(2018, 1, 31)),
        GAPPY: returns_on(FILE, seed=3, mkt_rf=1.2, hml=0.3)
        .gather_every(7)
        .vstack(returns_on(FILE, seed=3, mkt_rf=1.2, hml=0.3).tail(40)),
        FLAT: returns_on(FILE).with_columns(total_return=0.0),
    }
    return pl.concat(
        [
            frame.unique("month").with_columns(security_id=pl.lit(name, pl.Int64))
            for name, frame in series.items()
        ]
    )


RETURNS = lines()


def members(*as_ofs: dt.date) -> pl.DataFrame:
    rows = [
        (as_of.year, as_of, 7000 + line, line)
        for as_of in as_ofs
        for line in (OLD, YOUNG, GAPPY, FLAT, UNPRICED)
    ]
    types = {"year": pl.Int32, "as_of": pl.Date, "entity_id": pl.Int64, "security_id": pl.Int64}
    return pl.DataFrame(rows, schema=types, orient="row")


def loadings(*as_ofs: dt.date, returns: pl.DataFrame = RETURNS) -> pl.DataFrame:
    found = stock_factor_loadings(members(*as_ofs), returns, FACTORS, RULES)
    StockFactorLoadings.validate(found)
    return found


@pytest.mark.parametrize("line", [OLD, YOUNG, GAPPY])
def test_a_member_is_regressed_as_a_book_would_be(line):
    as_of = dt.date(2021, 6, 30)
    found = loadings(as_of).filter(pl.col("security_id") == line)
    own = RETURNS.filter(
        pl.col("security_id") == line, pl.col("month").is_between(dt.date(2016, 7, 31), as_of)
    )
    assert FACTORS is not None
    single = regress(own, FACTORS, RULES).filter(pl.col("covariance") == "OLS")
    assert found["term"].to_list() == single["term"].to_list()
    for name in ("estimate", "std_error", "t_stat", "r_squared", "residual_std"):
        assert found[name].to_list() == pytest.approx(single[name].to_list(), rel=BATCHED, abs=BATCHED), name
    for name in ("n_obs", "first_month", "last_month", "vintage", "status"):
        assert found[name].to_list() == single[name].to_list(), name


def test_every_member_has_a_row_per_term_and_a_status():
    found = loadings(dt.date(2019, 12, 31), dt.date(2021, 12, 31))
    statuses = (
        found.select("as_of", "security_id", "status")
        .unique()
        .sort("as_of", "security_id")["status"]
        .to_list()
    )
    assert statuses == ["estimated", "insufficient", "insufficient", "constant", "insufficient"] + [
        "estimated"
    ] * 3 + [
        "constant",
        "insufficient",
    ]
    assert found.height == 2 * 5 * 6
    assert found["entity_id"].to_list() == (found["security_id"] + 7000).to_list()


def test_what_is_known_of_a_young_line_is_told():
    young = loadings(dt.date(2019, 12, 31)).filter(pl.col("security_id") == YOUNG)
    assert young.select("n_obs", "first_month", "last_month").unique().rows() == [
        (24, dt.date(2018, 1, 31), dt.date(2019, 12, 31))
    ]
    unpriced = loadings(dt.date(2019, 12, 31)).filter(pl.col("security_id") == UNPRICED)
    assert unpriced.select("n_obs", "first_month", "last_month").unique().rows() == [(0, None, None)]


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2020-02-28", "2020-01-31"),
        ("2020-02-29", "2020-02-29"),
        ("2020-03-01", "2020-02-29"),
        ("2021-12-31", "2021-12-31"),
        ("2022-03-31", "2021-12-31"),
    ],
    ids=["before the month's end", "the month's end", "the day after", "December", "factors end earlier"],
)
def test_a_window_ends_with_the_last_complete_month(as_of, last):
    old = loadings(dt.date.fromisoformat(as_of)).filter(pl.col("security_id") == OLD)
    assert old["last_month"].unique().to_list() == [dt.date.fromisoformat(last)]


@given(
    as_of=st.sampled_from(
        pl.date_range(dt.date(2017, 1, 1), dt.date(2020, 12, 31), "1d", eager=True).to_list()
    ),
    seed=st.integers(0, 2**32),
)
@examples(4)
def test_no_month_after_the_as_of_can_enter(as_of, seed):
    is_later = pl.col("month") > as_of
    noise = pl.Series(np.random.default_rng(seed).normal(0, 0.5, RETURNS.height))
    changed = RETURNS.with_columns(
        pl.when(is_later).then(noise).otherwise("total_return").alias("total_return")
    )
    expected = loadings(as_of)
    assert loadings(as_of, returns=changed).equals(expected)
    assert loadings(as_of, returns=RETURNS.filter(~is_later)).equals(expected)


def test_an_as_of_does_not_depend_on_those_asked_with_it():
    alone, first = loadings(dt.date(2019, 6, 30)), loadings(dt.date(2019, 6, 30), dt.date(2021, 12, 31))
    together = first.filter(pl.col("as_of") == dt.date(2019, 6, 30))
    assert together.drop(pl.selectors.float()).equals(alone.drop(pl.selectors.float()))
    assert together["estimate"].is_null().to_list() == alone["estimate"].is_null().to_list()
    assert together["estimate"].drop_nulls().to_list() == pytest.approx(
        alone["estimate"].drop_nulls().to_list(), rel=BATCHED
    )


def test_without_factors_nothing_is_estimated():
    found = stock_factor_loadings(members(dt.date(2020, 6, 30)), RETURNS, None, RULES)
    StockFactorLoadings.validate(found)
    assert found.height == 5 * 6
    assert found.select("status", "n_obs", "vintage").unique().rows() == [("insufficient", 0, None)]


def test_no_members_no_rows():
    assert stock_factor_loadings(members(), RETURNS, FACTORS, RULES).is_empty()
