"""The published book as the command makes it from the real files: its regression as the study had it, and
what is said of the rest.
"""

from __future__ import annotations

import pytest

from tests.real.conftest import RealHome
from tests.tolerances import ALPHA_POINT, F_STATISTIC, LOADING, PUBLISHED_LOADING

# The methods page's figures for eleven names and the factor file that ends in November 2025.
LOADINGS = {"Mkt-RF": 0.99, "SMB": 0.46, "HML": 0.19, "RMW": 0.08, "CMA": -0.19}
ANNUAL_ALPHA, R_SQUARED, F_OF_ALL, MONTHS = 0.120, 0.69, 34.2, 83
# The study's own, for twelve names: published/value_book_regression.csv.
PUBLISHED = {"Mkt-RF": 0.98, "SMB": 0.43, "HML": 0.17, "RMW": 0.05, "CMA": -0.19}

REGRESSION = """
    SELECT * FROM marts.factor_regressions
    WHERE book = 'small_cap_value' AND model = 'FF5' AND covariance = 'OLS'
    AND "window" = 'full' AND vintage = '202511'
"""


def test_the_regression_is_that_of_the_study(short_limit: RealHome) -> None:
    rows = short_limit.rows(REGRESSION).set_index("term")
    assert rows["n_obs"].unique().tolist() == [MONTHS]
    for term, loading in LOADINGS.items():
        assert rows.loc[term, "estimate"] == pytest.approx(loading, abs=LOADING)
        assert rows.loc[term, "estimate"] == pytest.approx(PUBLISHED[term], abs=PUBLISHED_LOADING)
    alpha = rows.loc["alpha"]
    assert alpha["alpha_annual"] == pytest.approx(ANNUAL_ALPHA, abs=ALPHA_POINT)
    assert alpha["r_squared"] == pytest.approx(R_SQUARED, abs=LOADING)
    assert alpha["f_stat"] == pytest.approx(F_OF_ALL, abs=F_STATISTIC)
    assert not alpha["is_formed_in_advance"]


def test_the_twelfth_name_is_named_in_a_warning_and_eleven_are_held(short_limit: RealHome) -> None:
    query = "SELECT message FROM meta.checks WHERE table_name = 'core.book_lines' AND status = 'warned'"
    assert short_limit.rows(query)["message"].str.contains("small_cap_value CGY").any()
    held = short_limit.rows(
        "SELECT DISTINCT names, with_return FROM marts.book_returns WHERE book = 'small_cap_value'"
    )
    assert held.to_dict("records") == [{"names": 12, "with_return": 11}]


def test_verdicts_are_the_studys_and_books_without_a_june_say_insufficient(short_limit: RealHome) -> None:
    query = """
        SELECT book, tilt, verdict FROM marts.book_validations WHERE covariance = 'OLS' AND "window" = 'full'
    """
    verdicts = {(row.book, row.tilt): row.verdict for row in short_limit.rows(query).itertuples()}
    own = {tilt: verdict for (book, tilt), verdict in verdicts.items() if book == "small_cap_value"}
    assert own == {"SMB": "confirmed", "HML": "directional", "RMW": "absent", "CMA": "not_claimed"}
    assert {verdict for (book, _), verdict in verdicts.items() if book != "small_cap_value"} == {
        "insufficient"
    }


def test_vintages_differ_on_their_common_months(short_limit: RealHome) -> None:
    query = """
        SELECT vintage, term, months_changed, n_obs_common, difference_from_latest
        FROM marts.vintage_sensitivity
        WHERE book = 'small_cap_value' AND model = 'FF5' AND term <> 'alpha'
    """
    rows = short_limit.rows(query)
    july = rows[rows["vintage"] == "202407"]
    assert (july["months_changed"] > july["n_obs_common"] / 2).all()
    assert (july["difference_from_latest"].abs() > 0).all()
