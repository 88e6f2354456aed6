"""Watched names and published figures on the real files: EXPD, AAON and CGY are judged, and stand beside what
was published of them.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.command_line import must_succeed
from tests.real.conftest import MAY, REAL, RealHome
from tests.tolerances import BY_HAND

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")

OUTSIDE = ("AAON", "CGY", "CLS", "EXPD")
AT_MAY = f"as_of = DATE '{MAY}'"


def statuses(home: RealHome, ticker: str) -> dict[str, str]:
    rows = home.rows(
        f"SELECT filter_name, stand_alone_status FROM marts.watched_outcomes "
        f"WHERE {AT_MAY} AND ticker = '{ticker}'"
    )
    return dict(zip(rows["filter_name"], rows["stand_alone_status"], strict=True))


def test_the_candidates_outside_of_the_index_are_judged_and_no_member_is(short_limit: RealHome) -> None:
    judged = short_limit.rows(f"SELECT DISTINCT ticker, is_member FROM marts.watched_outcomes WHERE {AT_MAY}")
    assert set(OUTSIDE) <= set(judged["ticker"])
    assert not judged["is_member"].any()
    members = short_limit.rows(
        f"SELECT ticker FROM core.watched_names WHERE {AT_MAY} AND is_member ORDER BY ticker"
    )
    assert {"POWL", "NSSC", "UFPT", "PLAB"} <= set(members["ticker"])


def test_expd_passes_the_filters_on_statements_and_lacks_a_price_as_traded(short_limit: RealHome) -> None:
    found = statuses(short_limit, "EXPD")
    assert [found[name] for name in ("balance_sheet", "income", "cash_flow")] == ["pass"] * 3
    assert [found[name] for name in ("business", "shariah", "value")] == ["verify"] * 3
    cap = short_limit.rows(
        f"SELECT market_cap_reason, debt_to_equity FROM core.watched_metrics "
        f"WHERE {AT_MAY} AND ticker = 'EXPD'"
    ).iloc[0]
    assert (cap["market_cap_reason"], cap["debt_to_equity"]) == ("price_adjusted_only", 0.0)


def test_the_limit_of_accruals_is_that_of_the_members(short_limit: RealHome) -> None:
    both = short_limit.rows(
        f"""
        SELECT threshold FROM marts.watched_lenses
        WHERE {AT_MAY} AND item = 'accruals_cash_flow' AND threshold IS NOT NULL
        UNION
        SELECT threshold FROM marts.statement_lenses
        WHERE {AT_MAY} AND item = 'accruals_cash_flow' AND threshold IS NOT NULL
        """
    )
    assert len(both) == 1


@pytest.mark.parametrize("ticker", ["CGY", "CLS"])
def test_canadian_filings_are_to_verify_and_named(short_limit: RealHome, ticker: str) -> None:
    assert set(statuses(short_limit, ticker).values()) == {"verify"}
    reasons = short_limit.rows(
        f"SELECT reason FROM marts.watched_outcomes "
        f"WHERE {AT_MAY} AND ticker = '{ticker}' AND filter_number > 1"
    )["reason"]
    assert all("SEDAR+" in reason for reason in reasons)


@pytest.mark.parametrize("ticker", OUTSIDE)
def test_why_and_screen_answer_for_every_candidate(short_limit: RealHome, ticker: str) -> None:
    sheet = must_succeed("why", ticker, "--as-of", MAY, "--home", short_limit.home)
    assert "then: watched, against the members' universe" in sheet
    rows = must_succeed("screen", ticker, "--as-of", MAY, "--format", "csv", "--home", short_limit.home)
    assert f"{MAY},{ticker}," in rows


def candidate(home: RealHome, ticker: str, figure: str) -> pd.Series:
    return home.rows(
        f"SELECT * FROM marts.published_candidates WHERE {AT_MAY} AND ticker = '{ticker}' "
        f"AND figure = '{figure}'"
    ).iloc[0]


def test_published_and_own_figures_of_the_candidates_stand_side_by_side(short_limit: RealHome) -> None:
    roe = candidate(short_limit, "EXPD", "roe")
    # Net income and equity of fiscal 2023, in millions.
    assert (roe["published"], roe["ours"]) == (0.35, pytest.approx(752.883 / 2391.413, rel=BY_HAND))
    cash = candidate(short_limit, "POWL", "net_cash_usd")
    assert (cash["published"], cash["ours"]) == (389e6, pytest.approx(279.009e6, rel=BY_HAND))
    assert "SEDAR+" in candidate(short_limit, "CGY", "debt_to_equity")["reason"]


def test_debt_over_equity_of_aaon_is_known_filing_by_filing(short_limit: RealHome) -> None:
    rows = short_limit.rows(
        "SELECT period_end, debt_to_equity, published_debt_to_equity FROM marts.candidate_leverage "
        "WHERE ticker = 'AAON' ORDER BY period_end"
    )
    assert rows["debt_to_equity"].round(4).to_list() == [0.0, 0.0, 0.0858, 0.1266, 0.0521]
    assert set(rows["published_debt_to_equity"]) == {0.42}


def test_the_study_and_its_regression_stand_beside_ours(short_limit: RealHome) -> None:
    loading = short_limit.rows("SELECT * FROM marts.study_regression").set_index(["item", "measure"])
    ours = {
        ("Mkt-RF", "estimate"): 0.99,
        ("SMB", "estimate"): 0.46,
        ("HML", "estimate"): 0.19,
        ("RMW", "estimate"): 0.08,
        ("CMA", "estimate"): -0.19,
        ("alpha", "alpha_annual"): 0.12,
        ("all", "r_squared"): 0.69,
    }
    for key, value in ours.items():
        assert round(loading.loc[key, "ours"], 2) == value, key
    assert (loading.loc[("all", "n_obs"), "ours"], loading.loc[("all", "n_obs"), "published"]) == (83, 83)
    assert loading.iloc[0]["reason"].startswith("without CGY, which no line carries")
    screen = short_limit.rows(
        f"SELECT measure, published, ours FROM marts.study_comparison WHERE {AT_MAY} AND topic = 'screen' "
        "AND basis = 'point_in_time' AND item = 'all'"
    ).set_index("measure")
    assert (screen.loc["members", "published"], screen.loc["members", "ours"]) == (300, 1919)
