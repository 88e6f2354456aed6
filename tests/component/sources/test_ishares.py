"""Holdings files: what is read from them, which rows are members, and which files are refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.sources.ishares.holdings import Holdings, read_holdings, stated_date
from tests.component.sources.crafted import HEADER, RULES, SEPARATOR, holdings, line


def read(payload: bytes) -> Holdings:
    return read_holdings(payload, "IWM_holdings.csv", RULES)


def members_of(*lines: list[str]) -> list[str]:
    return read(holdings([line("KEEP"), *lines])).rows["ticker"].to_list()


def refusal_of(*lines: list[str]) -> list[tuple[str, str]]:
    return read(holdings([line("KEEP"), *lines])).refused.select("name", "rule").rows()


def test_a_file_as_downloaded_gives_its_fund_date_and_typed_rows() -> None:
    found = read(
        holdings(
            [line("AAA", "FIRST, INC", sector="Communication"), line("BBB", price="1,234.50", quantity="-")]
        )
    )
    assert (found.fund, found.index_name, found.as_of) == (
        "iShares Russell 2000 ETF",
        "russell2000",
        dt.date(2025, 5, 13),
    )
    assert found.rows.rows() == [
        (
            "AAA",
            "FIRST, INC",
            "Communication Services",
            1_250_000.0,
            50_000.0,
            25.0,
            "United States",
            "NASDAQ",
        ),
        ("BBB", "ALPHABETICAL CO", "Industrials", 1_250_000.0, None, 1234.5, "United States", "NASDAQ"),
    ]


def test_the_date_is_read_from_the_first_lines_alone() -> None:
    whole = holdings([line(f"A{number}") for number in range(500)])
    assert len(whole) > 3 * 4096
    assert stated_date(whole, "IWM_holdings.csv") == read(whole).as_of == dt.date(2025, 5, 13)
    assert stated_date(whole[:8192], "IWM_holdings.csv") == dt.date(2025, 5, 13)


def test_the_older_column_shares_is_the_quantity() -> None:
    found = read(holdings([line("AAA")], header=HEADER.replace("Quantity", "Shares")))
    assert found.rows["quantity"].to_list() == [50_000.0]


def test_a_body_that_the_site_sent_twice_is_read_once() -> None:
    assert read(holdings([line("AAA"), line("BBB")], copies=2)).rows.height == 2


def test_an_unknown_sector_is_null() -> None:
    assert read(holdings([line("AAA", sector="Other")])).rows["sector"].to_list() == [None]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (line("USD", "USD CASH", asset_class="Cash"), "not_equity"),
        (
            line("RTYM5", "RUSSELL 2000 EMINI CME JUN 25", asset_class="Futures", market_value="0.00"),
            "not_equity",
        ),
        (line("INH", "INHIBRX INC CVR"), "not_common_stock"),
        (line("GTXI", "GTXI INC - CVR"), "not_common_stock"),
        (line("P5N994", "Petrocorp Inc Escrow"), "not_common_stock"),
        (line("-", "OMNIAB INC $12.50 VESTING Prvt"), "not_common_stock"),
        (line("WLLBW", "CHORD ENERGY EQUITY WARRANTS SERIE"), "not_common_stock"),
        (line("MPTI RT", "M TRON INDUSTRIES INC RIGHTS"), "not_common_stock"),
        (line("-", "NAMELESS HOLDING"), "ticker_missing"),
        (
            line("ADRO", "CHINOOK THERAPEUTICS INC", exchange="NO MARKET (E.G. UNLISTED)"),
            "exchange_not_listed",
        ),
        (line("ZZZ", "QUOTED ONLY INC", exchange="Non-Nms Quotation Service (Nnqs)"), "exchange_not_listed"),
        (line("SBT", "STERLING BANCORP INC", price="0.00"), "price_too_low"),
        (line("THRD", "THIRD HARMONIC BIO INC", price="0.05"), "price_too_low"),
        (line("PDL", "PDL INC", price="-"), "price_too_low"),
        (line("TINY", "TINY INC", market_value="10,000.00"), "market_value_too_low"),
    ],
)
def test_a_row_that_is_no_member_is_refused_under_its_rule(row: list[str], rule: str) -> None:
    assert refusal_of(row) == [(row[1], rule)]


@pytest.mark.parametrize(
    "row",
    [
        line("CVI", "CVR ENERGY INC"),
        line("CVRX", "CVRX INC"),
        line("BTSG", "BRIGHTSPRING HEALTH SERVICES INC"),
        line("PRKS", "UNITED PARKS AND RESORTS INC"),
        line("ASO", "ACADEMY SPORTS AND OUTDOORS INC"),
        line("LYRA", "LYRA THERAPEUTICS INC", price="0.09", market_value="215,791.98"),
        line("OLD", "OLDER LAYOUT INC", exchange="New York Stock Exchange Inc."),
    ],
)
def test_a_company_that_only_looks_doubtful_stays(row: list[str]) -> None:
    assert row[0] in members_of(row)


def test_of_two_rows_of_one_ticker_the_larger_stays() -> None:
    found = read(holdings([line("TWO", "SMALLER", market_value="20,000.00"), line("TWO", "LARGER")]))
    assert found.rows["name"].to_list() == ["LARGER"]
    assert found.refused.select("name", "rule").rows() == [("SMALLER", "duplicate_ticker")]


def test_every_row_is_a_member_or_refused() -> None:
    found = read(holdings([line("AAA"), line("-", "X Prvt"), line("USD", asset_class="Cash"), line("AAA")]))
    assert found.rows.height + found.refused.height == 4


@given(
    st.permutations(
        [line(ticker, f"{ticker} INC") for ticker in ("AAA", "BBB", "CCC", "DDD")]
        + [line("-", "X Prvt"), line("BBB", "B 2", price="3")]
    )
)
def test_the_order_of_rows_does_not_matter(lines: list[list[str]]) -> None:
    found = read(holdings(lines))
    in_order = read(holdings(sorted(lines)))
    assert found.rows.equals(in_order.rows)
    assert found.refused.equals(in_order.refused)


GOOD = holdings([line("AAA"), line("BBB")])


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"<!DOCTYPE html><html><body>Please enable cookies</body></html>", "is a web page"),
        (b"\xef\xbb\xbf\n<html lang='en'>", "is a web page"),
        (holdings([line()], as_of="-"), "has no as-of date.*says '-'"),
        (holdings([line()], as_of=""), "has no as-of date.*says ''"),
        (holdings([line()], as_of="Feb 30, 2025"), "'Feb 30, 2025' does not exist"),
        (GOOD[: GOOD.index(SEPARATOR.encode(), 400)], "truncated.*without the closing separator"),
        (GOOD[: GOOD.index(b'"BBB"') + 40], "line 12: 4 cells instead of 15"),
        (GOOD[:120], "truncated.*no header line"),
        (b"", "is empty"),
        (holdings([line()], fund="iShares Core S&P 500 ETF"), "wrong fund.*'iShares Core S&P 500 ETF'"),
        (holdings([line("-", "ONLY Prvt")]), "has 0 members; between 1 and 5000 are plausible"),
        (holdings([line(price="abc")]), "line 11, column 'Price': 'abc' is not a number"),
        (holdings([line()], header=HEADER.replace("Price", "Cost")), "the header is missing Price"),
        (GOOD.replace(b"ALPHABETICAL", b"ALPH\xe4BETICAL"), "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(payload: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)^holdings file IWM_holdings\.csv.*{message}"):
        read(payload)


def test_the_floor_of_members_is_a_rule() -> None:
    strict = replace(RULES, plausibility=replace(RULES.plausibility, min_members=1850))
    with pytest.raises(InputError, match="has 2 members; between 1850 and 5000"):
        read_holdings(GOOD, "small.csv", strict)
