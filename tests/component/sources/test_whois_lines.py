"""Lines of several lists: ids that survive a new CUSIP, spells of tickers, and companies that stay."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.sources.base import CONSTITUENTS_COLUMNS, SECURITIES_COLUMNS
from smallcap.sources.identity.ids import mint
from smallcap.sources.nport.document import read_report
from smallcap.sources.nport.members import FundList, constituents
from smallcap.sources.whois.lines import (
    constituents_rows,
    listed_lines,
    securities_rows,
    unknown_ticker,
    with_line_id,
)
from smallcap.sources.whois.resolve import resolve
from smallcap.tables import table
from tests.component.sources.crafted import RULES
from tests.component.sources.crafted_sec import FUND, IDENTITY, SESSIONS, document, fails, position, records

FIRST, SECOND, THIRD = (dt.date(2021, month, 28) for month in (3, 6, 9))
OLD, NEW = "12345A109", "12345A208"
ALPHA = "0000000001"
SEEN = fails(*((str(day), OLD, "ABC", "A") for day in (FIRST, SECOND)), (str(THIRD), NEW, "ABC", "A"))


def fund_list(day: dt.date, *cusips: str, name: str = "ALPHABETICAL CO") -> FundList:
    """The list of a fund at a day."""
    report = read_report(document(*(position(name, cusip=one) for one in cusips), list_date=str(day)))
    return constituents(report, day + dt.timedelta(days=50), FUND, RULES, SESSIONS)


def resolved(*lists: FundList, **more: object) -> pl.DataFrame:
    """The lines of lists, identified."""
    known = records(**{"fails": SEEN, "tickers": [(ALPHA, "Alphabetical Co", "ABC")], **more})
    return with_line_id(resolve(listed_lines(lists), known, IDENTITY, RULES))


def test_a_line_keeps_its_id_when_a_consolidation_gives_it_a_new_cusip():
    lists = [fund_list(FIRST, OLD), fund_list(SECOND, OLD), fund_list(THIRD, NEW)]
    found = resolved(*lists)
    assert found["line_id"].unique().to_list() == [f"cusip:{OLD}"]
    rows = constituents_rows(lists, found)
    assert rows.schema == CONSTITUENTS_COLUMNS
    assert rows.select("snapshot_date", "ticker", "source_id").rows() == [
        (day, "ABC", f"cusip:{OLD}") for day in (FIRST, SECOND, THIRD)
    ]


def test_two_cusips_of_one_list_are_two_lines():
    both = fails((str(FIRST), OLD, "ABC", "A"), (str(FIRST), NEW, "ABC", "A"))
    assert resolved(fund_list(FIRST, OLD, NEW), fails=both)["line_id"].n_unique() == 2


def test_a_later_list_changes_no_id():
    early = [fund_list(FIRST, OLD), fund_list(SECOND, NEW)]
    seen = fails((str(FIRST), OLD, "ABC", "A"), (str(SECOND), NEW, "ABC", "A"), (str(THIRD), OLD, "ABC", "A"))
    before = resolved(*early, fails=seen)
    after = resolved(*early, fund_list(THIRD, OLD, NEW), fails=seen)
    assert after.filter(pl.col("list_date") < THIRD).equals(before)


def test_a_spell_begins_with_the_first_list_that_shows_the_ticker():
    renamed = fails(
        (str(FIRST), OLD, "ABC", "A"), (str(SECOND), OLD, "XYZ", "A"), (str(THIRD), OLD, "XYZ", "A")
    )
    lists = [fund_list(day, OLD) for day in (FIRST, SECOND, THIRD)]
    today = [(ALPHA, "Alphabetical Co", "XYZ")]
    filed = [(ALPHA, "ALPHABETICAL CO", None, None, FIRST)]
    rows = securities_rows(resolved(*lists, fails=renamed, tickers=today, filed=filed), "public")
    assert rows.schema == SECURITIES_COLUMNS
    assert rows.select("ticker", "valid_from", "valid_to", "source_entity_id").rows() == [
        ("ABC", FIRST, SECOND - dt.timedelta(days=1), ALPHA),
        ("XYZ", SECOND, None, ALPHA),
    ]


def test_a_later_list_adds_a_company_and_says_so():
    unknown = fund_list(FIRST, OLD, name="SOMETHING ELSE LTD")
    rows = securities_rows(resolved(unknown, fund_list(SECOND, OLD)), "public")
    assert rows.select("is_resolved", "is_resolution_later", "source_entity_id").rows() == [
        (True, True, ALPHA)
    ]


def test_the_way_of_a_line_is_a_column_of_its_own():
    found = securities_rows(resolved(fund_list(FIRST, OLD)), "public").row(0, named=True)
    assert found["resolved_by"] == "ticker_and_name"
    assert found["resolution_evidence"] == f"ticker_and_name, CIK {ALPHA}"
    unknown = securities_rows(resolved(fund_list(FIRST, OLD), fails=fails(), tickers=[]), "public")
    assert unknown["resolved_by"].to_list() == [None]


def test_an_unresolved_line_is_a_company_of_its_own_with_the_reason():
    rows = securities_rows(
        resolved(fund_list(FIRST, OLD), tickers=[(ALPHA, "Zenith Mining Corp", "ABC")]), "public"
    )
    row = rows.row(0, named=True)
    assert (row["is_resolved"], row["ticker"], row["source_entity_id"]) == (False, "ABC", f"line cusip:{OLD}")
    assert "Zenith Mining Corp" in row["unresolved_reason"]


def test_lines_without_a_ticker_are_never_taken_for_one_another():
    name = unknown_ticker(f"cusip:{OLD}")
    assert OLD not in name
    assert name != unknown_ticker(f"cusip:{NEW}")
    lists = [fund_list(FIRST, OLD), fund_list(FIRST, NEW)]
    none = fails()
    first, second = (securities_rows(resolved(one, fails=none, tickers=[]), "public") for one in lists)
    empty = pl.DataFrame(schema=table("raw.securities").columns)
    known = mint(first, empty)
    assert mint(second, known)["security_id"].n_unique() == 2


def test_two_funds_of_one_date_describe_a_line_once():
    lists = [fund_list(FIRST, OLD), fund_list(FIRST, OLD)]
    assert listed_lines(lists).height == 1
