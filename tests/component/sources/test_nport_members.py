"""Members by Form N-PORT: common stock only, with the list's two dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.nport.document import read_report
from smallcap.sources.nport.members import FundList, constituents, newest_versions
from tests.component.sources.crafted import RULES
from tests.component.sources.crafted_sec import FUND, SESSIONS, document, position
from tests.examples import examples

FILED = dt.date(2021, 5, 28)


def members(*positions: str, filed: dt.date = FILED, fund=FUND, **fields: str) -> FundList:
    """The list that a report of these positions shows."""
    return constituents(read_report(document(*positions, **fields)), filed, fund, RULES, SESSIONS)


def refused_rules(found: FundList) -> list[str]:
    """The rules by which positions were refused."""
    return found.refused["rule"].to_list()


def test_a_common_stock_is_a_member_at_value_over_balance():
    row = members(position(balance="200000", value="5000000")).rows.row(0, named=True)
    assert (row["market_value_usd"], row["quantity"], row["price_usd"]) == (5_000_000, 200_000, 25.0)
    assert (row["as_of"], row["snapshot_date"]) == (dt.date(2021, 3, 31), dt.date(2021, 3, 31))
    assert (row["source"], row["fund"], row["source_id"]) == ("nport", "ONEF", "cusip:12345A109")
    assert members(position()).rows.schema == CONSTITUENTS_COLUMNS


def test_the_list_is_available_on_the_session_after_its_filing():
    found = members(position())
    # 28 May 2021 is the Friday before Memorial Day.
    assert (found.list_date, found.available_date) == (dt.date(2021, 3, 31), dt.date(2021, 6, 1))
    assert found.rows["list_available_date"].to_list() == [dt.date(2021, 6, 1)]


@pytest.mark.parametrize(
    ("refused", "rule"),
    [
        ({"asset_category": "DBT"}, "not_equity"),
        ({"asset_category": "EP"}, "not_equity"),
        ({"issuer": "<issuerCat>RF</issuerCat>"}, "a_fund_not_a_company"),
        ({"units": "PA"}, "not_shares"),
        ({"payoff": "Short"}, "not_long"),
        ({"payoff": "N/A"}, "not_long"),
        ({"balance": "0"}, "quantity_not_positive"),
        ({"balance": "N/A"}, "quantity_not_positive"),
        ({"name": "CHINOOK THERAPEUTICS CVR"}, "not_common_stock"),
        ({"title": "PETROCORP INC ESCROW"}, "not_common_stock"),
        ({"title": "MIND TECHNOLOGY RIGHTS 2026"}, "not_common_stock"),
        ({"value": "0.00000000"}, "price_too_low"),
        ({"value": "N/A"}, "price_too_low"),
        ({"level": "3"}, "not_traded"),
        ({"balance": "2", "value": "9000"}, "market_value_too_low"),
    ],
)
def test_what_is_no_common_stock_is_refused_with_its_rule(refused, rule):
    found = members(position("KEPT CO", cusip="999999999"), position(**refused))
    assert refused_rules(found) == [rule]
    assert found.rows["name"].to_list() == ["KEPT CO"]


def test_companies_whose_names_only_look_like_rights_are_members():
    assert members(position("CVR ENERGY INC", title="CVR Energy Inc")).rows.height == 1


def test_a_line_in_another_currency_is_a_member_without_a_price():
    row = members(position(currency='<currencyConditional curCd="CAD" exchangeRt="1.25"/>')).rows
    assert row.select("market_value_usd", "price_usd").row(0) == (5_000_000.0, None)


def test_parts_of_one_security_are_one_line():
    found = members(position(balance="200"), position(balance="50", value="1250000"))
    assert found.rows.select("quantity", "market_value_usd", "price_usd").rows() == [
        (250.0, 6_250_000.0, 25_000.0)
    ]


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ({"cusip": "N/A"}, "isin:US12345A1097"),
        ({"cusip": "000000000", "identifiers": "", "lei": "5299"}, "lei:5299:ALPHABETICAL CO. COMMON STOCK"),
        ({"cusip": "N/A", "identifiers": ""}, "name:ALPHABETICAL CO ALPHABETICAL CO. COMMON STOCK"),
    ],
)
def test_a_line_without_a_cusip_has_the_next_best_name(ids, name):
    assert members(position(**ids)).rows["source_id"].to_list() == [name]


def test_a_reported_ticker_is_kept_and_a_missing_one_is_marked():
    found = members(position(identifiers='<ticker value="ABC"/>'), position("B CO", cusip="999999999"))
    assert sorted(found.rows["ticker"].to_list()) == ["-", "ABC"]


def test_a_refused_position_keeps_its_cells():
    found = members(position(), position("DEAD SHELL", cusip="999999999", value="0"))
    written = json.loads(found.refused["row_json"][0])
    assert (written["name"], written["cusip"], written["balance"]) == ("DEAD SHELL", "999999999", 200.0)
    assert found.refused["year"].to_list() == [2021]


def test_a_fund_that_merely_holds_the_index_fund_is_refused():
    with pytest.raises(InputError, match=r"is not of ONEF .* funds that hold it"):
        members(position(), series="S000000001")


def test_a_report_of_another_registrant_is_refused():
    with pytest.raises(InputError, match="of the registrant 0000000042"):
        members(position(), cik="42")


def test_a_filing_before_its_own_date_is_refused():
    with pytest.raises(InputError, match="cannot have been filed on 2021-03-30"):
        members(position(), filed=dt.date(2021, 3, 30))


def test_a_report_without_members_is_refused():
    with pytest.raises(InputError, match="has 0 members"):
        members(position(asset_category="DBT"))


def test_members_that_are_little_of_the_fund_are_told():
    assert members(position(value="9900000")).notices == ()
    assert "50% of the fund's net assets" in members(position(value="5000000")).notices[0]


def test_an_amendment_takes_the_place_of_the_report_that_it_corrects():
    first = members(position())
    amended = members(position(balance="400"), filed=dt.date(2021, 6, 1), kind="NPORT-P/A")
    other = members(position(), list_date="2020-12-31")
    for given_order in ([first, amended, other], [amended, other, first]):
        chosen = newest_versions(given_order)
        assert [one.list_date for one in chosen] == [dt.date(2020, 12, 31), dt.date(2021, 3, 31)]
        assert chosen[1].rows["quantity"].to_list() == [400.0]
        assert chosen[1].available_date == dt.date(2021, 6, 2)


NAMES = ("A CO", "B CO", "C CVR", "D CO")
POSITIONS = [
    position(name, cusip=f"{place:09}", balance=balance, value=value)
    for place, name in enumerate(NAMES, start=1)
    for balance, value in (("100", "1000000.37"), ("7", "700000.11"))
]


@examples(30)
@given(st.permutations(POSITIONS))
def test_the_order_of_positions_is_irrelevant(shuffled):
    expected, found = members(*POSITIONS), members(*shuffled)
    for field in dataclasses.fields(FundList):
        ours, theirs = getattr(expected, field.name), getattr(found, field.name)
        assert ours.equals(theirs) if isinstance(ours, pl.DataFrame) else ours == theirs
