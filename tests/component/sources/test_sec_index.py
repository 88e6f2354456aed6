"""The SEC's lists of tickers, submissions, feeds and indexes, as served and as damaged."""

from __future__ import annotations

import datetime as dt

import pytest

from smallcap.errors import InputError
from smallcap.sources.sec_index.company_index import read_company_index
from smallcap.sources.sec_index.feed import read_feed
from smallcap.sources.sec_index.submissions import read_older_filings, read_submissions
from smallcap.sources.sec_index.tickers import read_company_tickers, read_fund_tickers
from tests.component.sources.crafted_sec import as_json

LONG_NAME = "A NAME THAT IS AS LONG AS ITS COLUMN ALLOWS IT TO BE IN EDGAR"
PAGE = b"<!DOCTYPE html><html><title>Your Request Originates from an Undeclared Automated Tool</title></html>"
COMPANIES = {
    "fields": ["cik", "name", "ticker", "exchange"],
    "data": [
        [1067983, "BERKSHIRE HATHAWAY INC", "BRK-B", "NYSE"],
        [1835632, "Marvell Technology, Inc.", "MRVL", None],
    ],
}
FUNDS = {
    "fields": ["cik", "seriesId", "classId", "symbol"],
    "data": [[1100663, "S000004344", "C000012074", "IWM"]],
}
RECENT = {
    "accessionNumber": ["0000000001-21-000002", "0000000001-21-000001"],
    "filingDate": ["2021-05-03", "2021-04-01"],
    "reportDate": ["2021-03-31", ""],
    "acceptanceDateTime": ["2021-05-03T16:31:00.000Z", "2021-04-01T08:00:00.000Z"],
    "form": ["10-Q", "8-K"],
    "primaryDocument": ["a.htm", "b.htm"],
    "isXBRL": [1, 0],
}
SUBMISSIONS = {
    "cik": "1234567",
    "name": "NEW NAME INC",
    "sic": "100",
    "category": "Non-accelerated filer",
    "tickers": ["NEW", "NEW-B"],
    "exchanges": ["NYSE", "NYSE"],
    "formerNames": [
        {"name": "OLD NAME INC", "from": "2010-01-05T00:00:00.000Z", "to": "2020-06-30T00:00:00.000Z"},
        {"name": "FIRST NAME INC", "from": "2001-01-05T00:00:00.000Z", "to": "2010-01-04T00:00:00.000Z"},
    ],
    "filings": {"recent": RECENT, "files": [{"name": "CIK0001234567-submissions-001.json"}]},
}
FEED = b"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>S000004344</title>
<entry><content type="text/xml"><accession-number>0001752724-20-247680</accession-number>
<filing-date>2020-11-25</filing-date>
<filing-href>https://www.sec.gov/Archives/edgar/data/1100663/000175272420247680/0001752724-20-247680-index.htm</filing-href>
<filing-type>NPORT-P</filing-type></content></entry>
<entry><content type="text/xml"><accession-number>0001752724-21-040000</accession-number>
<filing-date>2021-02-25</filing-date><filing-type>NPORT-P/A</filing-type></content></entry></feed>"""
_RULE = "-" * 80
_PATHS = ("edgar/data/1719420/0001829126-22-003016.txt", "edgar/data/1908119/0001493152-22-003195.txt")
BY_FORM = "\n".join(
    [
        "Description:           Master Index of EDGAR Dissemination Feed by Form Type",
        f"{'Form Type':12}{'Company Name':62}CIK",
        "      Date Filed  File Name",
        _RULE,
        f"{'10-K':17}{'BIG   SPACES CORP':62}{'1719420':12}{'20220204':12}{_PATHS[0]}         ",
        f"{'SC 13D/A':12}{'OTHER, INC /DE/':62}{'1908119':12}{'2022-02-04':12}{_PATHS[1]}",
    ]
).encode()
BY_COMPANY = "\n".join(
    [
        f"{'Company Name':62}{'Form Type':12}{'CIK':12}{'Date Filed':12}File Name",
        _RULE,
        f"{'OTHER, INC /DE/':62}{'SC 13D/A':12}{'1908119':12}{'2022-02-04':12}{_PATHS[1]}",
        f"{LONG_NAME:62}{'10-K':12}{'1719420':12}{'2022-02-04':12}{_PATHS[0]}",
    ]
).encode()


def test_tickers_of_companies_have_ten_digits_and_no_separators():
    found = read_company_tickers(as_json(COMPANIES))
    assert found.rows() == [
        ("0001067983", "BERKSHIRE HATHAWAY INC", "BRKB", "NYSE"),
        ("0001835632", "Marvell Technology, Inc.", "MRVL", None),
    ]


def test_columns_are_found_by_name():
    turned = {"fields": COMPANIES["fields"][::-1], "data": [row[::-1] for row in COMPANIES["data"]]}
    assert read_company_tickers(as_json(turned)).equals(read_company_tickers(as_json(COMPANIES)))


def test_a_fund_is_found_by_its_ticker():
    assert read_fund_tickers(as_json(FUNDS)).rows() == [("0001100663", "S000004344", "C000012074", "IWM")]


def test_submissions_say_which_name_a_company_had_when():
    found = read_submissions(as_json(SUBMISSIONS))
    assert found.names.rows() == [
        ("0001234567", "FIRST NAME INC", dt.date(2001, 1, 5), dt.date(2010, 1, 4)),
        ("0001234567", "OLD NAME INC", dt.date(2010, 1, 5), dt.date(2020, 6, 30)),
        ("0001234567", "NEW NAME INC", dt.date(2020, 6, 30), None),
    ]
    assert (found.tickers, found.sic) == (("NEW", "NEWB"), "0100")
    assert found.older_pages == ("CIK0001234567-submissions-001.json",)


def test_filings_are_rows_of_parallel_arrays():
    found = read_submissions(as_json(SUBMISSIONS)).filings
    assert found.select("accession", "form", "filed", "period_end", "is_xbrl").rows() == [
        ("0000000001-21-000002", "10-Q", dt.date(2021, 5, 3), dt.date(2021, 3, 31), True),
        ("0000000001-21-000001", "8-K", dt.date(2021, 4, 1), None, False),
    ]
    assert read_older_filings(as_json(RECENT)).equals(found)


def test_arrays_of_different_lengths_are_a_damaged_document():
    with pytest.raises(InputError, match="the array of form is not as long"):
        read_older_filings(as_json({**RECENT, "form": ["10-Q"]}))


def test_a_feed_names_each_filing_with_its_day_and_folder():
    assert read_feed(FEED).rows() == [
        ("0001752724-21-040000", "NPORT-P/A", dt.date(2021, 2, 25), None),
        (
            "0001752724-20-247680",
            "NPORT-P",
            dt.date(2020, 11, 25),
            "/Archives/edgar/data/1100663/000175272420247680",
        ),
    ]


def test_an_index_sorted_by_form_has_columns_that_its_header_does_not_show():
    assert read_company_index(BY_FORM).select("cik", "name", "form", "filed", "accession").rows() == [
        ("0001719420", "BIG SPACES CORP", "10-K", dt.date(2022, 2, 4), "0001829126-22-003016"),
        ("0001908119", "OTHER, INC /DE/", "SC 13D/A", dt.date(2022, 2, 4), "0001493152-22-003195"),
    ]


def test_an_index_sorted_by_company_has_names_as_long_as_their_column():
    assert read_company_index(BY_COMPANY).select("cik", "name", "form").rows() == [
        ("0001719420", LONG_NAME, "10-K"),
        ("0001908119", "OTHER, INC /DE/", "SC 13D/A"),
    ]


@pytest.mark.parametrize(
    "read",
    [
        read_company_tickers,
        read_fund_tickers,
        read_submissions,
        read_older_filings,
        read_feed,
        read_company_index,
    ],
)
def test_a_web_page_in_place_of_data_is_refused(read):
    with pytest.raises(InputError, match="is a web page"):
        read(PAGE)


@pytest.mark.parametrize(
    ("read", "payload", "says"),
    [
        (read_company_tickers, b"{", "not readable JSON"),
        (read_company_tickers, as_json({"data": []}), "the arrays 'fields' and 'data'"),
        (read_company_tickers, as_json({"fields": ["cik"], "data": []}), "no field name, ticker, exchange"),
        (read_company_tickers, as_json({**COMPANIES, "data": []}), "has no ticker"),
        (read_submissions, as_json({"name": "x"}), "names no company"),
        (read_submissions, as_json([]), "names no company"),
        (read_older_filings, as_json([]), "not a table of arrays"),
        (read_feed, FEED[:-20], "well-formed"),
        (read_feed, b"<other/>", "not a feed"),
        (read_company_index, b"nothing", "no header"),
        (read_company_index, BY_FORM.replace(b"2022", b"xx"), "no rows"),
    ],
)
def test_what_is_no_such_document_is_refused_with_the_reason(read, payload, says):
    with pytest.raises(InputError, match=says):
        read(payload)
