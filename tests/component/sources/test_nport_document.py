"""Form N-PORT documents: what is read, and what a document can hold that misleads."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.nport.document import POSITIONS_SCHEMA, read_report
from tests.component.sources.crafted_sec import SERIES, document, position


def test_the_date_of_the_holdings_is_that_of_the_period_and_not_of_the_fiscal_year():
    report = read_report(document(position()))
    assert (report.list_date, report.fiscal_year_end) == (dt.date(2021, 3, 31), dt.date(2022, 3, 31))
    assert (report.series_id, report.cik, report.is_amendment) == (SERIES, "0001234567", False)
    assert (report.total_assets_usd, report.net_assets_usd) == (10100000.0, 10000000.0)


def test_every_field_of_a_position_is_read():
    row = read_report(document(position("A & B Co", title="A & B", lei="529900T8BM49AURSDO55"))).positions
    assert row.schema == POSITIONS_SCHEMA
    assert row.row(0, named=True) == {
        "name": "A & B Co", "lei": "529900T8BM49AURSDO55", "title": "A & B", "cusip": "12345A109",
        "isin": "US12345A1097", "ticker": None, "other_ids": None, "balance": 200.0, "units": "NS",
        "currency": "USD", "value_usd": 5000000.0, "weight_percent": 0.5, "payoff": "Long",
        "asset_category": "EC", "issuer_category": "CORP", "country": "US", "fair_value_level": 1,
        "is_restricted": False,
    }  # fmt: skip


@pytest.mark.parametrize("none", ["N/A", "000000000", "", "n/a"])
def test_placeholders_of_ids_are_no_ids(none):
    row = read_report(document(position(cusip=none, lei=none, identifiers=""))).positions
    assert row.select("cusip", "lei", "isin").row(0) == (None, None, None)


def test_currency_issuer_and_asset_may_be_conditional_elements():
    conditional = position(
        currency='<currencyConditional curCd="CAD" exchangeRt="1.25"/>',
        issuer='<issuerConditional desc="REIT" issuerCat="OTHER"/>',
    )
    row = read_report(document(conditional)).positions
    assert row.select("currency", "issuer_category").row(0) == ("CAD", "OTHER")


def test_repeated_tickers_and_other_ids_are_all_kept():
    ids = '<ticker value="ABC"/><ticker value="ABC.A"/><other otherDesc="Internal" value="77"/>'
    row = read_report(document(position(identifiers=ids))).positions
    assert row.select("ticker", "other_ids").row(0) == ("ABC ABC.A", "77")


def test_a_position_inside_a_derivative_changes_nothing_of_the_outer_one():
    nested = (
        "<derivativeInfo><nestedDerivInfo><derivAddlInfo><name>INNER</name><cusip>999999999</cusip>"
        "<balance>7</balance><assetCat>EC</assetCat></derivAddlInfo></nestedDerivInfo></derivativeInfo>"
    )
    plain, outer = (read_report(document(position(more=more))).positions for more in ("", nested))
    assert outer.equals(plain)


def test_a_blank_line_before_the_declaration_is_tolerated():
    payload = document(position())
    assert read_report(b"\xef\xbb\xbf\n \r\n" + payload).positions.equals(read_report(payload).positions)


def test_a_number_that_is_none_is_null():
    row = read_report(document(position(balance="XXXX", value="nan"))).positions
    assert row.select("balance", "value_usd").row(0) == (None, None)


def test_a_report_without_positions_is_read():
    assert read_report(document()).positions.is_empty()


def test_an_amendment_says_so():
    assert read_report(document(position(), kind="NPORT-P/A")).is_amendment


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"\n<!DOCTYPE html><html><body>Form N-PORT</body></html>", "a web page in place of XML"),
        (b"<html><head/></html>", "a web page in place of XML"),
        (document(position())[:-40], "not complete, well-formed XML"),
        (b"", "not complete, well-formed XML"),
        (document(kind="NPORT-EX").replace(b"NPORT-EX", b"N-CSR"), "of type 'N-CSR'"),
        (b"<other/>", "first element is not edgarSubmission"),
        (document(series="N/A"), "names no series"),
        (document(cik="N/A"), "names no registrant"),
        (document(list_date="31 March 2021"), "no usable date of the holdings"),
        (document(list_date="1999-03-31"), "no usable date of the holdings"),
    ],
)
def test_what_is_no_report_is_refused_with_the_reason(payload, says):
    with pytest.raises(InputError, match=says):
        read_report(payload)


def test_entities_are_never_resolved():
    bomb = document(position()).replace(
        b"<edgarSubmission", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><edgarSubmission', 1
    )
    with pytest.raises(InputError, match="declares a document type"):
        read_report(bomb)
    # The declaration is found in any encoding, or the entity stays what it is.
    wide = bomb.decode().replace("UTF-8", "UTF-16").replace("ALPHABETICAL", "&b;").encode("utf-16")
    try:
        names = read_report(wide).positions["name"].to_list()
    except InputError:
        return
    assert not any("aaaa" in (name or "") for name in names)


def test_the_order_of_positions_is_kept():
    names = ["ZETA CO", "ALPHA CO", "MIDDLE CO"]
    report = read_report(document(*(position(name) for name in names)))
    assert report.positions["name"].equals(pl.Series("name", names))
