"""The stand-in serves the SEC's formats with the traps of the true ones."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from lxml import etree

from tests.standin import StandIn, sample_universe

AGENT = {"User-Agent": "Jane Doe jane.doe@research.example"}
SERIES = "S000004344"
COMPANIES, SEED = 60, 2000
Documents = dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(COMPANIES, SEED)) as standin:
        yield standin


@pytest.fixture
def standin(running: StandIn) -> StandIn:
    running.reset()
    return running


def get(standin: StandIn, path: str, agent: dict[str, str] | None = None) -> requests.Response:
    return requests.get(f"{standin.url}{path}", headers=AGENT if agent is None else agent, timeout=60)


@pytest.fixture(scope="module")
def documents(running: StandIn) -> Documents:
    """The facts of every company, from the bulk file."""
    running.reset()
    content = get(running, "/Archives/edgar/daily-index/xbrl/companyfacts.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = [json.loads(archive.read(name)) for name in archive.namelist()]
    return {int(document["cik"]): document for document in found}


def every_fact(document: dict[str, Any], taxonomy: str = "us-gaap") -> Iterator[tuple[str, dict[str, Any]]]:
    for concept, described in document["facts"].get(taxonomy, {}).items():
        for facts in described["units"].values():
            yield from ((concept, fact) for fact in facts)


@pytest.mark.parametrize("agent", ["", "python-requests/2", "Jane Doe", "Jane Doe noreply@research.example"])
def test_who_names_no_contact_is_refused(standin: StandIn, agent: str) -> None:
    answer = get(standin, "/files/company_tickers_mf.json", {"User-Agent": agent})
    assert answer.status_code == 403
    assert "Undeclared Automated Tool" in answer.text


def test_who_asks_too_often_is_shut_out_for_good(standin: StandIn) -> None:
    standin.configure(sec_most_per_second=3)
    statuses = [get(standin, "/files/company_tickers_mf.json").status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 403, 403, 403]
    assert standin.service.gate.most_in_a_second >= 4


def test_facts_have_the_traps_of_the_true_ones(documents: Documents) -> None:
    facts = [fact for document in documents.values() for _, fact in every_fact(document)]
    assert {"10-K", "10-K/A", "10-Q"} <= {fact["form"] for fact in facts}
    assert {type(document["cik"]) for document in documents.values()} == {int, str}
    assert any(fact["form"] == "10-Q" and fact["fp"] == "FY" for fact in facts)
    pay = [fact for document in documents.values() for _, fact in every_fact(document, "ecd")]
    assert {fact["form"] for fact in pay} == {"DEF 14A"}
    labels = {described["label"] is None for described in documents[9000004]["facts"]["us-gaap"].values()}
    assert labels == {True, False}
    revenues = {concept for document in documents.values() for concept in document["facts"]["us-gaap"]}
    assert {
        "Revenues",
        "SalesRevenueNet",
        "RevenueFromContractWithCustomerExcludingAssessedTax",
    } <= revenues


def test_a_year_end_is_seen_in_several_filings_and_labelled_with_the_year_of_each(
    documents: Documents,
) -> None:
    assets = [fact for concept, fact in every_fact(documents[9000004]) if concept == "Assets"]
    by_end: dict[str, list[dict[str, Any]]] = {}
    for fact in assets:
        by_end.setdefault(fact["end"], []).append(fact)
    assert any(len({fact["accn"] for fact in facts}) >= 4 for facts in by_end.values())
    assert any(len({fact["fy"] for fact in facts}) == 2 for facts in by_end.values())


def test_a_frame_stands_on_the_newest_filing_of_a_value(documents: Documents) -> None:
    framed = 0
    for document in documents.values():
        newest: dict[tuple[str, ...], str] = {}
        for concept, fact in every_fact(document):
            key = (concept, fact.get("start", ""), fact["end"])
            newest[key] = max(newest.get(key, ""), fact["filed"])
        for concept, fact in every_fact(document):
            if "frame" in fact:
                framed += 1
                assert fact["filed"] == newest[concept, fact.get("start", ""), fact["end"]]
    assert framed


def test_nothing_is_served_before_it_was_filed(standin: StandIn) -> None:
    standin.configure(today="2020-03-01")
    document = get(standin, "/api/xbrl/companyfacts/CIK0009000004.json").json()
    assert "2019-01-01" < max(fact["filed"] for _, fact in every_fact(document)) <= "2020-03-01"
    feed = get(standin, f"/cgi-bin/browse-edgar?CIK={SERIES}&type=NPORT-P&count=100&output=atom").text
    assert feed.count("<entry>") == 2
    assert get(standin, "/files/data/fails-deliver-data/cnsfails202001b.zip").status_code == 200
    assert get(standin, "/files/data/fails-deliver-data/cnsfails202002a.zip").status_code == 404
    assert get(standin, "/Archives/edgar/daily-index/2020/QTR1/master.20200302.idx").status_code == 404


def test_a_search_finds_the_fund_that_merely_holds_the_index_fund(standin: StandIn) -> None:
    hits = get(standin, f"/LATEST/search-index?q={SERIES}&forms=NPORT-P").json()["hits"]["hits"]
    assert {hit["_source"]["ciks"][0] for hit in hits} == {"0001100663", "0009999999"}


def test_a_report_has_two_dates_a_blank_line_and_positions_that_are_no_members(standin: StandIn) -> None:
    feed = get(standin, f"/cgi-bin/browse-edgar?CIK={SERIES}&type=NPORT-P&count=100&output=atom").text
    folders = [part.split("/")[0] for part in feed.split("/Archives/edgar/data/1100663/")[1:]]
    documents = [
        get(standin, f"/Archives/edgar/data/1100663/{folder}/primary_doc.xml").content for folder in folders
    ]
    assert any(document.startswith(b"\n<?xml") for document in documents)
    roots = [etree.fromstring(document.strip()) for document in documents]
    space = {"n": "http://www.sec.gov/edgar/nport"}
    assert {root.findtext(".//n:submissionType", namespaces=space) for root in roots} == {
        "NPORT-P", "NPORT-P/A",
    }  # fmt: skip
    for root in roots:
        dates = [root.findtext(f".//n:{name}", namespaces=space) for name in ("repPdDate", "repPdEnd")]
        assert dates[0] < dates[1]
        categories = {one.text for one in root.iterfind(".//n:assetCat", namespaces=space)}
        assert categories == {"EC", "STIV", "DFE"}


def test_a_name_that_died_is_in_the_index_of_filings_and_not_among_todays_tickers(standin: StandIn) -> None:
    today = {row[0] for row in get(standin, "/files/company_tickers_exchange.json").json()["data"]}
    index = get(standin, "/Archives/edgar/full-index/2012/QTR1/company.idx").text
    filed = {int(line[74:86]) for line in index.splitlines() if "edgar/data" in line}
    assert filed - today
