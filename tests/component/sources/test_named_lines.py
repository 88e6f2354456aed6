"""A name that no list has is looked up among today's tickers, and reported where nobody has it."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.sec_index.tickers import COMPANIES_SCHEMA, FUNDS_SCHEMA
from smallcap.sources.whois.named import named_lines

SINCE = dt.date(2019, 9, 30)
COMPANIES = pl.DataFrame(
    [("0000746515", "EXPEDITORS INTERNATIONAL OF WASHINGTON INC", "EXPD", "NYSE")],
    schema=COMPANIES_SCHEMA,
    orient="row",
)
FUNDS = pl.DataFrame([("0001100663", "S000004344", "C000012074", "IWM")], schema=FUNDS_SCHEMA, orient="row")


def named(*asked: str) -> tuple[pl.DataFrame, list[str]]:
    return named_lines(asked, COMPANIES, FUNDS, "public", SINCE)


def test_a_company_that_is_no_member_has_a_line_by_its_ticker_of_today() -> None:
    rows, unknown = named("EXPD")
    row = rows.row(0, named=True)
    assert rows.schema == SECURITIES_COLUMNS
    assert (row["source_entity_id"], row["is_resolved"]) == ("0000746515", True)
    assert (row["resolved_by"], row["is_resolution_later"]) == ("holder_of_the_ticker", True)
    assert (row["valid_from"], row["valid_to"], unknown) == (SINCE, None, [])


def test_a_fund_is_a_line_and_no_company() -> None:
    row = named("IWM")[0].row(0, named=True)
    assert (row["is_resolved"], row["unresolved_reason"]) == (False, "a fund, not a company")
    assert row["source_id"] == "fund:S000004344:IWM"


def test_a_ticker_that_nobody_has_is_returned() -> None:
    rows, unknown = named("ZZZZ", "EXPD", "AAAA")
    assert rows["ticker"].to_list() == ["EXPD"]
    assert unknown == ["AAAA", "ZZZZ"]


def test_nothing_asked_gives_nothing() -> None:
    rows, unknown = named()
    assert (rows.height, rows.schema, unknown) == (0, SECURITIES_COLUMNS, [])
