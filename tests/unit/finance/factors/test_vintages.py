"""The effect of a rewritten factor on a book is separated from that of more months."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import factors_of
from smallcap.finance.factors.vintages import vintage_sensitivity
from smallcap.tables.book_factors import VintageSensitivity
from tests.tolerances import EXACT
from tests.unit.finance.factors.factor_builders import FIVE, RULES, factor_file, months, returns_on

LATE = factor_file("FF5", "202511", months("2015-01", 131))
CUT = dt.date(2024, 7, 31)
IS_REWRITTEN = pl.col("month").is_in([dt.date(2020, 3, 31), dt.date(2021, 5, 31)])
EARLY = LATE.filter(pl.col("month") <= CUT).with_columns(
    vintage=pl.lit("202407"),
    smb=pl.col("smb")
    + pl.when(IS_REWRITTEN & (pl.col("month").dt.year() == 2020))
    .then(0.01)
    .when(IS_REWRITTEN)
    .then(-0.03)
    .otherwise(0.0),
)
RAW = pl.concat([EARLY, LATE])
RETURNS = (
    returns_on(LATE, mkt_rf=1.0, smb=0.5)
    .filter(pl.col("month") >= dt.date(2019, 1, 31))
    .with_columns(book=pl.lit("list"))
)


def sensitivity(returns: pl.DataFrame = RETURNS, raw: pl.DataFrame = RAW) -> pl.DataFrame:
    found = vintage_sensitivity(returns, raw, RULES)
    VintageSensitivity.validate(found)
    return found


def of(found: pl.DataFrame, vintage: str, column: str) -> dict[str, object]:
    rows = found.filter(pl.col("vintage") == vintage)
    return dict(zip(rows["term"], rows[column], strict=True))


def estimates(vintage: str, last: dt.date) -> dict[str, float]:
    factors = factors_of(RAW, "FF5", RULES, vintage)
    assert factors is not None
    rows = regress(RETURNS, factors.restricted(dt.date(2019, 1, 1), last), RULES).filter(
        pl.col("covariance") == "OLS"
    )
    return dict(zip(rows["term"], rows["estimate"], strict=True))


def test_rewritten_months_are_counted_and_measured():
    found = sensitivity()
    unchanged = {**dict.fromkeys(FIVE, 0), "alpha": None}
    assert of(found, "202407", "months_changed") == {**unchanged, "SMB": 2}
    assert of(found, "202511", "months_changed") == unchanged
    assert of(found, "202407", "largest_change")["SMB"] == pytest.approx(0.03, rel=EXACT)


def test_vintages_are_compared_over_the_months_that_all_have():
    found = sensitivity()
    assert found.select("n_obs_common", "first_month", "last_month").unique().rows() == [
        (67, dt.date(2019, 1, 31), CUT)
    ]
    for vintage, n_obs in [("202407", 67), ("202511", 83)]:
        assert set(of(found, vintage, "n_obs_own").values()) == {n_obs}
        assert of(found, vintage, "estimate_common") == pytest.approx(estimates(vintage, CUT), rel=EXACT)


@pytest.mark.parametrize("months_of_the_book", [0, 3, 11])
def test_a_vintage_with_too_few_months_of_the_book_is_insufficient_by_itself(months_of_the_book: int):
    ends = (dt.date(2019, 1, 1) + dt.timedelta(days=31 * months_of_the_book)).replace(day=1)
    old = LATE.filter(pl.col("month") < ends).with_columns(vintage=pl.lit("201507"))
    found = sensitivity(raw=pl.concat([old, RAW]))
    assert found.filter(pl.col("vintage") != "201507").equals(sensitivity())
    assert set(of(found, "201507", "estimate_own").values()) == {None}
    assert set(of(found, "201507", "estimate_common").values()) == {None}


def test_a_vintage_that_ends_before_the_book_begins_leaves_the_only_other_one_its_months():
    old = LATE.filter(pl.col("month") < dt.date(2019, 1, 1)).with_columns(vintage=pl.lit("201507"))
    found = sensitivity(raw=pl.concat([old, LATE]))
    assert set(of(found, "202511", "n_obs_common").values()) == {83}
    assert set(of(found, "201507", "estimate_common").values()) == {None}


def test_a_newest_vintage_with_too_few_months_is_not_the_one_that_others_are_compared_with():
    new = LATE.filter(pl.col("month") > dt.date(2025, 8, 31)).with_columns(vintage=pl.lit("202512"))
    found = sensitivity(raw=pl.concat([RAW, new]))
    assert found.filter(pl.col("vintage") != "202512").equals(sensitivity())


def test_the_vintages_effect_and_the_windows_effect_are_told_apart():
    found = sensitivity()
    early, late, longer = (
        estimates("202407", CUT),
        estimates("202511", CUT),
        estimates("202511", dt.date(2025, 11, 30)),
    )
    assert of(found, "202407", "difference_from_latest") == pytest.approx(
        {term: early[term] - late[term] for term in early}, abs=EXACT
    )
    assert of(found, "202511", "window_effect") == pytest.approx(
        {term: longer[term] - late[term] for term in late}, abs=EXACT
    )
    assert (
        set(of(found, "202511", "difference_from_latest").values())
        == set(of(found, "202407", "window_effect").values())
        == {0.0}
    )
    assert of(found, "202511", "alpha_annual_own")["alpha"] == pytest.approx(12 * longer["alpha"], rel=EXACT)


def test_a_young_book_may_be_judged_by_its_own_months_and_not_by_common_ones():
    young = RETURNS.filter(pl.col("month") >= dt.date(2022, 1, 1))
    found = sensitivity(young)
    assert found["status"].unique().to_list() == ["insufficient"]
    assert found["estimate_common"].is_null().all()
    assert found.filter(pl.col("vintage") == "202511")["estimate_own"].is_not_null().all()
    assert found["reason"][0].startswith("31 months")


def test_models_without_a_vintage_have_nothing_to_compare():
    assert sensitivity()["model"].unique().to_list() == ["FF5"]
    assert sensitivity(raw=RAW.clear()).is_empty()
