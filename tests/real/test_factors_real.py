"""The published value book on real prices and factor files: eleven of its twelve names, each figure as the
study has it or near.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.factors.book_regressions import book_regressions
from smallcap.finance.factors.series import factors_of
from smallcap.finance.factors.validations import book_validations
from smallcap.finance.factors.vintages import vintage_sensitivity
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import BookSet
from smallcap.rules.types.factors import FactorRules
from smallcap.sources.french.files import read_french
from tests.paths import PROJECT_ROOT
from tests.tolerances import ALPHA_POINT, CHANGED_LOADING, EXACT, F_STATISTIC, LOADING, PUBLISHED_LOADING

REAL = PROJECT_ROOT.parent / "shared" / "real"
REFERENCE = PROJECT_ROOT / "data" / "reference"
FILES = {"202407": "FF5_monthly_vintage202407.csv", "202511": "FF5_monthly_vintage202511.csv"}
BOOK = "small_cap_value"
FIRST = dt.date(2019, 1, 31)
HAS_NO_PRICE = {"CGY"}
PUBLISHED = {"Mkt-RF": 0.98, "SMB": 0.43, "HML": 0.17, "RMW": 0.05, "CMA": -0.19}
"""The study's own table of the small-cap value book, twelve names, 83 observations (its file
value_book_regression.csv).
"""

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")
RULES = read_rules(REFERENCE, "factor_validation.toml", FactorRules)


@pytest.fixture(scope="module")
def raw_factors() -> pl.DataFrame:
    parsed = [read_french((REAL / "french" / name).read_bytes(), name) for name in FILES.values()]
    return pl.concat(parsed).with_columns(source=pl.lit("files"))


@pytest.fixture(scope="module")
def book_returns() -> pl.DataFrame:
    """Equal weights restored every month, of the names that have a price."""
    tickers = set(read_rules(REFERENCE, "books.toml", BookSet).books[BOOK].tickers)
    prices = (
        pl.read_parquet(REAL / "prices" / "month_end.parquet")
        .filter(pl.col("ticker").is_in(tickers))
        .sort("ticker", "date")
    )
    assert tickers - set(prices["ticker"]) == HAS_NO_PRICE
    change = pl.col("adj_close") / pl.col("adj_close").shift(1).over("ticker") - 1
    returns = prices.select("ticker", month=pl.col("date").cast(pl.Date).dt.month_end(), total_return=change)
    held = returns.filter(pl.col("month") >= FIRST)
    assert held.group_by("month").len()["len"].unique().to_list() == [11]
    assert held["total_return"].null_count() == 0
    return (
        held.group_by("month")
        .agg(pl.col("total_return").mean())
        .sort("month")
        .with_columns(book=pl.lit(BOOK))
    )


@pytest.fixture(scope="module")
def regressions(book_returns, raw_factors) -> pl.DataFrame:
    return book_regressions(
        book_returns, pl.DataFrame({"book": [BOOK], "is_formed_in_advance": [False]}), raw_factors, RULES
    )


@pytest.fixture(scope="module")
def as_published(regressions) -> pl.DataFrame:
    """All months, the newest vintage, classical standard errors."""
    return regressions.filter(window="full", vintage="202511", model="FF5", covariance="OLS")


def test_the_regression_has_the_studys_months(as_published):
    assert as_published.select("n_obs", "first_month", "last_month").unique().rows() == [
        (83, FIRST, dt.date(2025, 11, 30))
    ]


def test_loadings_of_the_real_book(as_published):
    found = dict(as_published.filter(pl.col("term") != "alpha").select("term", "estimate").rows())
    assert found == pytest.approx(
        {"Mkt-RF": 0.99, "SMB": 0.46, "HML": 0.19, "RMW": 0.08, "CMA": -0.19}, abs=LOADING
    )
    assert found == pytest.approx(PUBLISHED, abs=PUBLISHED_LOADING)


def test_alpha_fit_and_f_of_the_real_book(as_published):
    assert as_published["alpha_annual"].drop_nulls().to_list() == pytest.approx([0.120], abs=ALPHA_POINT)
    assert as_published["r_squared"][0] == pytest.approx(0.69, abs=LOADING)
    assert as_published["f_stat"][0] == pytest.approx(34.2, abs=F_STATISTIC)


def test_the_real_book_is_small_and_its_other_tilts_are_not_sure(regressions):
    books = pl.DataFrame({"book": [BOOK], "has_claims": [True]})
    found = book_validations(regressions, books, RULES).filter(window="full", covariance="OLS")
    assert dict(found.select("tilt", "verdict").rows()) == {
        "SMB": "confirmed",
        "HML": "directional",
        "RMW": "absent",
        "CMA": "not_claimed",
    }


def test_two_vintages_say_different_things_of_the_same_months(book_returns, raw_factors):
    found = vintage_sensitivity(book_returns, raw_factors, RULES).filter(vintage="202407")
    assert found["n_obs_common"].unique().to_list() == [67]
    changed = dict(found.select("term", "months_changed").rows())
    assert changed == {"alpha": None, "Mkt-RF": 59, "SMB": 62, "HML": 64, "RMW": 63, "CMA": 65}
    moved = dict(found.select("term", "difference_from_latest").rows())
    assert {term: moved[term] for term in ("Mkt-RF", "RMW", "CMA")} == pytest.approx(
        {"Mkt-RF": -0.006, "RMW": 0.007, "CMA": -0.012}, abs=CHANGED_LOADING
    )


def test_the_window_moves_the_loadings_more_than_the_vintage_does(book_returns, raw_factors):
    found = vintage_sensitivity(book_returns, raw_factors, RULES)
    of_window = dict(found.filter(vintage="202511").select("term", "window_effect").rows())
    assert {term: of_window[term] for term in ("SMB", "RMW")} == pytest.approx(
        {"SMB": 0.079, "RMW": -0.083}, abs=CHANGED_LOADING
    )
    largest = found.filter(pl.col("term") != "alpha")["difference_from_latest"].abs().max()
    assert largest < max(map(abs, of_window.values()))


def test_more_than_nine_tenths_of_the_months_were_rewritten(raw_factors):
    early, late = (factors_of(raw_factors, "FF5", RULES, vintage) for vintage in FILES)
    assert early is not None
    assert late is not None
    both = early.frame.join(late.frame, on="month", suffix="_late")
    assert both.height == early.frame.height == 733
    shares = {
        term: both.select(((pl.col(term) - pl.col(f"{term}_late")).abs() > EXACT).mean()).item()
        for term in early.terms
    }
    assert all(shares[term] > 0.9 for term in ("SMB", "HML", "RMW", "CMA")), shares
    assert shares["Mkt-RF"] > 0.5
