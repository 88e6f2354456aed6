"""Filter 1: codes, dated verdicts on names, sectors."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.funnel.business import business
from tests.unit.finance.funnel.funnel_builders import AS_OF, BUSINESS, members

BLANK = {"sic": None, "gics": None, "sector": None}


def judged(as_of: dt.date = AS_OF, **row: object) -> tuple[str, str]:
    [told] = business(members({**BLANK, **row}, as_of=as_of), BUSINESS).to_dicts()
    return str(told["stand_alone_status"]), str(told["reason"])


@pytest.mark.parametrize(
    ("row", "status", "reason"),
    [
        ({"sic": "2082"}, "fail", "alcohol: beer, malt, wine and spirits (SIC 2082)"),
        ({"sic": "6022"}, "fail", "conventional finance: banks and lenders (SIC 6022)"),
        ({"sic": "6798"}, "verify", "real estate investment trusts (SIC 6798)"),
        ({"sic": "7372"}, "pass", "no excluded line of business by its industry code"),
        ({"gics": "30203010"}, "fail", "tobacco (GICS 30203010)"),
        ({"gics": "40201060"}, "verify", "payment processing (GICS 40201060)"),
        ({"gics": "40203010"}, "fail", "conventional finance: financial services (GICS 40203010)"),
        ({"sic": "7990", "gics": "25301010"}, "fail", "gambling: casinos and gaming (GICS 25301010)"),
        ({"sic": "3480", "gics": "20101010"}, "fail", "weapons: ordnance and ammunition (SIC 3480)"),
        ({"sector": "Financials"}, "fail", "conventional finance (sector Financials)"),
        ({"sector": "Industrials"}, "verify", "may hold weapons (sector Industrials)"),
        ({"sector": "Health Care"}, "pass", "no excluded line of business by its sector"),
        (
            {"sic": "7372", "sector": "Financials"},
            "pass",
            "no excluded line of business by its industry code",
        ),
        ({}, "verify", "no industry code and no sector is known"),
    ],
)
def test_a_line_of_business_is_judged_by_its_code_else_by_its_sector(
    row: dict[str, object], status: str, reason: str
) -> None:
    assert judged(**row) == (status, reason)


def test_a_verdict_on_the_name_goes_before_the_code() -> None:
    row = {"ticker": "RGR", "name": "STURM RUGER INC", "sector": "Health Care"}
    assert judged(**row) == ("fail", "weapons: makes rifles, pistols and revolvers")


@pytest.mark.parametrize("name", ["Sturm, Ruger & Company, Inc.", None])
def test_the_name_may_be_spelled_otherwise_or_be_unknown(name: str | None) -> None:
    assert judged(ticker="RGR", name=name, sector="Health Care")[0] == "fail"


def test_another_company_with_the_same_ticker_is_not_meant() -> None:
    assert judged(ticker="RGR", name="RADIANT GREEN RESEARCH", sector="Health Care")[0] == "pass"


def test_a_verdict_on_the_name_has_its_days() -> None:
    row = {"ticker": "CLAR", "name": "CLARUS CORP", "sector": "Consumer Discretionary"}
    assert judged(dt.date(2024, 2, 29), **row)[0] == "fail"
    assert judged(dt.date(2024, 3, 31), **row)[0] == "verify"


# Small caps whose sector's name alone would let them through to the later filters.
EXCLUDED_NAMES = [
    *[
        ("RGR", "STURM RUGER INC"),
        ("SWBI", "SMITH WESSON BRANDS INC"),
        ("AVAV", "AEROVIRONMENT INC"),
        ("NPK", "NATIONAL PRESTO INDUSTRIES I"),
    ],
    *[("UVV", "UNIVERSAL CORP"), ("TPB", "TURNING POINT BRANDS INC"), ("ISPR", "ISPIRE TECHNOLOGY INC")],
    *[
        ("MCRI", "MONARCH CASINO AND RESORT IN"),
        ("RRR", "RED ROCK RESORTS ORS CLASS A"),
        ("GDEN", "GOLDEN ENTERTAINMENT INC"),
    ],
    *[
        ("FLL", "FULL HOUSE RESORTS INC"),
        ("RSI", "RUSH STREET INTERACTIVE INC"),
        ("BRSL", "BRIGHTSTAR LOTTERY PLC"),
    ],
    *[
        ("ACEL", "ACCEL ENTERTAINMENT INC CLAS"),
        ("INSE", "INSPIRED ENTERTAINMENT INC"),
        ("EVRI", "EVERI HOLDINGS INC"),
    ],
    *[("MGPI", "MGP INGREDIENTS INC"), ("RICK", "RCI HOSPITALITY HOLDINGS INC")],
]


@pytest.mark.parametrize(("ticker", "name"), EXCLUDED_NAMES)
def test_names_of_the_real_list_that_a_sector_would_let_pass_fail(ticker: str, name: str) -> None:
    assert judged(dt.date(2025, 5, 31), ticker=ticker, name=name, sector="Consumer Staples")[0] == "fail"


def test_no_members_no_verdicts() -> None:
    nobody = members({}).clear()
    assert business(nobody, BUSINESS).height == 0
    assert business(nobody, BUSINESS).schema["stand_alone_status"] == pl.String
