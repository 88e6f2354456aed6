"""From CUSIP to company: the ways in their order, and what is never joined."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.rules.types.cik_successions import CikSuccession
from smallcap.sources.identity.aliases import ALIASES_SCHEMA
from smallcap.sources.whois.resolve import Records, resolve
from smallcap.sources.whois.succession_signs import (
    later_numbers,
    succession_candidates,
    successor_filings,
)
from smallcap.sources.whois.successions import registrants_of
from smallcap.sources.whois.symbols import with_symbol
from tests.component.sources.crafted import RULES
from tests.component.sources.crafted_sec import IDENTITY, fails, records
from tests.examples import examples

DAY = dt.date(2021, 3, 31)
CUSIP, OTHER = "12345A109", "98765Z104"
ALPHA, BETA = "0000000001", "0000000002"
NEAR = ("2021-03-29", CUSIP, "ABC", "ALPHABETICAL CO")
MARVELL = CikSuccession(
    old_cik="0001058057", new_cik="0001835632", date=dt.date(2021, 4, 20), source="Form 8-K12B"
)


def line(
    name: str = "ALPHABETICAL CO", day: dt.date = DAY, cusip: str | None = CUSIP, **more: str
) -> pl.DataFrame:
    """One line of a list."""
    row = {
        "source_id": f"cusip:{cusip}",
        "list_date": day,
        "cusip": cusip,
        "name": name,
        "reported_ticker": None,
    }
    schema = dict.fromkeys(row, pl.String) | {"list_date": pl.Date}
    return pl.DataFrame([row | more], schema=schema)


def identified(lines: pl.DataFrame, known: Records) -> dict[str, object]:
    """The one line, identified."""
    return resolve(lines, known, IDENTITY, RULES).row(0, named=True)


def alias(ticker: str, canonical: str | None, relation: str, valid_from: dt.date = DAY) -> pl.DataFrame:
    """One dated alias."""
    row = (ticker, canonical, relation, valid_from, None, "made up")
    return pl.DataFrame([row], schema=ALIASES_SCHEMA, orient="row")


def test_a_cusip_has_the_symbol_of_the_weeks_of_the_list():
    seen = fails(("2020-06-01", CUSIP, "OLD", "A"), NEAR, ("2021-12-01", CUSIP, "NEW", "A"))
    found = with_symbol(line(), seen, IDENTITY)
    assert found.select("symbol", "symbol_date", "is_symbol_near").row(0) == (
        "ABC",
        dt.date(2021, 3, 29),
        True,
    )


def test_one_row_with_a_wrong_symbol_decides_nothing():
    days = [
        ("2021-03-25", CUSIP, "ABC", "A"),
        ("2021-03-26", CUSIP, "ABC", "A"),
        ("2021-03-31", CUSIP, "ZZZ", "A"),
    ]
    assert with_symbol(line(), fails(*days), IDENTITY)["symbol"].to_list() == ["ABC"]


def test_a_symbol_seen_before_and_after_the_list_is_its_own():
    days = [("2021-03-01", CUSIP, "ABC", "A"), ("2021-04-20", CUSIP, "ABC", "A")]
    renamed = [(f"2021-05-{day:02}", CUSIP, "NEW", "A") for day in range(3, 13)]
    assert with_symbol(line(), fails(*days, *renamed), IDENTITY)["symbol"].to_list() == ["ABC"]


def test_a_far_symbol_says_which_company_and_not_which_ticker():
    found = identified(
        line(),
        records(fails=fails(("2021-09-01", CUSIP, "NEW", "A")), tickers=[(ALPHA, "Alphabetical Co", "NEW")]),
    )
    assert (found["cik"], found["ticker"], found["resolved_by"]) == (ALPHA, None, "ticker_and_name")


def test_ticker_and_name_together_identify_a_living_company():
    found = identified(line(), records(fails=fails(NEAR), tickers=[(ALPHA, "ALPHABETICAL Co /DE/", "ABC")]))
    assert (found["cik"], found["ticker"], found["resolved_by"]) == (ALPHA, "ABC", "ticker_and_name")
    assert found["unresolved_reason"] is None
    assert not found["is_resolution_later"]


def test_a_ticker_seen_after_the_list_alone_is_later_knowledge():
    later = fails(("2021-04-05", CUSIP, "ABC", "A"))
    assert identified(line(), records(fails=later, tickers=[(ALPHA, "Alphabetical Co", "ABC")]))[
        "is_resolution_later"
    ]


def test_a_reported_ticker_comes_before_that_of_the_files():
    known = records(fails=fails(NEAR), tickers=[(ALPHA, "Alphabetical Co", "ALP"), (BETA, "Beta Co", "ABC")])
    found = identified(line(reported_ticker="ALP"), known)
    assert (found["cik"], found["ticker"]) == (ALPHA, "ALP")


def test_a_recycled_ticker_is_never_joined_on_the_ticker_alone():
    found = identified(line(), records(fails=fails(NEAR), tickers=[(BETA, "Zenith Mining Corp", "ABC")]))
    assert (found["cik"], found["ticker"]) == (None, "ABC")
    assert found["candidate"] == "Zenith Mining Corp (CIK 0000000002)"
    assert found["unresolved_reason"].startswith("verify: its ticker is now that of another name: Zenith")


def test_names_that_share_only_common_words_disagree():
    bank = line("FIRST NATIONAL BANCORP")
    known = records(fails=fails(NEAR), tickers=[(BETA, "First Community Bancorp", "ABC")])
    assert identified(bank, known)["cik"] is None


def test_a_dead_company_is_found_by_its_name_as_filed_although_its_ticker_was_recycled():
    known = records(
        fails=fails(NEAR),
        tickers=[(BETA, "Zenith Mining Corp", "ABC")],
        filed=[(ALPHA, "ALPHABETICAL CO", None, None, dt.date(2021, 2, 20))],
    )
    found = identified(line(), known)
    assert (found["cik"], found["resolved_by"]) == (ALPHA, "name_as_filed")


def test_a_dead_company_is_found_in_the_index_by_its_periodic_filings_only():
    filing = (ALPHA, "ALPHABETICAL CO", "10-K", dt.date(2020, 3, 1))
    stranger = (BETA, "ALPHABETICAL CO", "SC 13G", dt.date(2020, 3, 1))
    found = identified(line(), records(indexed=[filing, stranger]))
    assert (found["cik"], found["resolved_by"]) == (ALPHA, "name_in_index")


@pytest.mark.parametrize(("day", "cik"), [(dt.date(2019, 3, 31), ALPHA), (dt.date(2022, 3, 31), None)])
def test_a_former_name_serves_only_the_time_in_which_it_was_the_name(day, cik):
    names = [
        (ALPHA, "ALPHABETICAL CO", None, dt.date(2020, 6, 30)),
        (ALPHA, "QUITE NEW INC", dt.date(2020, 6, 30), None),
    ]
    known = records(
        fails=fails((str(day), CUSIP, "ABC", "A")), tickers=[(ALPHA, "QUITE NEW INC", "ABC")], submitted=names
    )
    found = identified(line(day=day), known)
    assert (found["cik"], found["resolved_by"]) == (cik, "ticker_and_former_name" if cik else None)


def test_a_former_name_of_the_data_sets_ends_with_the_change():
    row = (ALPHA, "QUITE NEW INC", "ALPHABETICAL CO", dt.date(2020, 6, 30), dt.date(2021, 2, 20))
    assert identified(line(day=dt.date(2019, 3, 31)), records(filed=[row]))["cik"] == ALPHA
    assert identified(line(day=dt.date(2022, 3, 31)), records(filed=[row]))["cik"] is None


def test_a_name_of_several_companies_stays_unresolved_with_all_of_them_named():
    filed = [(cik, "ALPHABETICAL CO", None, None, dt.date(2021, 2, 20)) for cik in (ALPHA, BETA)]
    found = identified(line(), records(filed=filed))
    assert found["cik"] is None
    assert found["candidate"] == "ALPHABETICAL CO (CIK 0000000001) or ALPHABETICAL CO (CIK 0000000002)"


def test_the_ticker_tells_companies_of_one_name_apart():
    today = [(ALPHA, "First Bancorp /PR/", "FBP"), (BETA, "FIRST BANCORP /NC/", "FBNC")]
    bank = line("FIRST BANCORP")
    assert identified(bank, records(tickers=today))["cik"] is None
    known = records(fails=fails(("2021-03-29", CUSIP, "FBNC", "A")), tickers=today)
    # Both words are common, so the names agree only to the letter.
    assert identified(bank, known)["cik"] == BETA


def test_a_young_company_does_not_take_the_lines_of_a_dead_one_of_its_name():
    young = [(BETA, "ALPHABETICAL CO", None, dt.date(2025, 1, 5))]
    others = [("0000000009", "OTHER CO", None, None, dt.date(2019, 2, 1))]
    filed = [*others, *[(cik, name, None, None, day) for cik, name, _, day in young]]
    known = records(tickers=[(BETA, "ALPHABETICAL CO", "NEWA")], filed=filed)
    assert identified(line(), known)["cik"] is None


def test_an_alias_decides_where_names_disagree():
    known = records(
        fails=fails(NEAR),
        tickers=[(BETA, "Zenith Mining Corp", "ZMC")],
        aliases=alias("ABC", "ZMC", "figures_of"),
    )
    found = identified(line(), known)
    assert (found["cik"], found["resolved_by"], found["ticker"]) == (BETA, "alias", "ABC")


def test_an_alias_says_until_when_a_ticker_was_anothers():
    today = [(ALPHA, "Alphabetical Co", "ABC")]
    passed_on = alias("ABC", None, "recycled", dt.date(2023, 1, 1))
    before = identified(line(), records(fails=fails(NEAR), tickers=today, aliases=passed_on))
    assert before["resolved_by"] != "ticker_and_name"
    day = dt.date(2023, 3, 31)
    after = fails((str(day), CUSIP, "ABC", "A"))
    assert identified(line(day=day), records(fails=after, tickers=today, aliases=passed_on))["cik"] == ALPHA


def test_an_alias_gives_a_line_its_canonical_ticker():
    known = records(
        fails=fails(NEAR),
        tickers=[(ALPHA, "Alphabetical Co", "ABCD")],
        aliases=alias("ABC", "ABCD", "same_line"),
    )
    found = identified(line(), known)
    assert (found["cik"], found["ticker"]) == (ALPHA, "ABCD")


def test_a_company_that_files_under_another_number_now_is_one_company():
    filed = [("0001058057", "MARVELL TECHNOLOGY GROUP LTD", None, None, dt.date(2021, 3, 10))]
    known = records(filed=filed, successions=(MARVELL,))
    assert identified(line("MARVELL TECHNOLOGY GROUP LTD"), known)["cik"] == "0001835632"
    assert registrants_of("0001835632", (MARVELL,)) == ("0001058057", "0001835632")


def test_reports_that_begin_years_after_the_first_list_suggest_another_number():
    days = [dt.date(2019, 9, 30), dt.date(2021, 3, 31), dt.date(2019, 9, 30), dt.date(2019, 9, 30)]
    companies = [ALPHA, ALPHA, BETA, "0001835632"]
    listed = pl.DataFrame({"cik": companies, "name": ["Old", "New", "Beta", "Marvell"], "list_date": days})
    ends = [dt.date(2022, 1, 31), dt.date(2020, 12, 31), dt.date(2022, 1, 31)]
    anchored = pl.DataFrame({"cik": companies[1:], "period_end": ends})
    found = succession_candidates(listed, anchored, (MARVELL,), IDENTITY)
    assert found.select("cik", "name", "first_list_date").rows() == [(ALPHA, "New", days[0])]
    assert "only from 2022-01-31 on" in found["reason"][0]


def test_a_ticker_that_another_number_of_a_like_name_has_today_suggests_that_reports_go_on_there():
    new = "0000000003"
    lines = pl.DataFrame(
        [(ALPHA, "Alpha Group Ltd", "ALP"), (BETA, "Beta Co", "BET"), ("0001058057", "Marvell Ltd", "MRVL")],
        schema=["cik", "name", "ticker"],
        orient="row",
    )
    # The ticker of the second passed to a company of another name; the third is known; the first changed.
    today = pl.DataFrame(
        [(new, "ALPHA INC", "ALP"), ("0000000004", "GAMMA CO", "BET"), ("0001835632", "Marvell Inc", "MRVL")],
        schema=["cik", "name", "ticker"],
        orient="row",
    )
    found = later_numbers(lines, today, (MARVELL,))
    assert found.select("cik", "new_cik").rows() == [(ALPHA, new)]
    assert found["reason"].to_list() == [f"has its ticker ALP today under CIK {new} (ALPHA INC)"]
    assert later_numbers(lines.head(1), today.with_columns(cik=pl.lit(ALPHA)), ()).is_empty()


def test_a_registrant_that_takes_over_anothers_registration_says_so_by_its_form():
    filings = pl.DataFrame(
        [
            (ALPHA, "8-K12B/A", dt.date(2021, 5, 1), "2"), (ALPHA, "8-K12B", dt.date(2021, 4, 20), "1"),
            (BETA, "8-K", dt.date(2021, 4, 20), "3"),
        ],
        schema=["cik", "form", "filed", "accession"],
        orient="row",
    )  # fmt: skip
    assert successor_filings(filings).rows() == [(ALPHA, "1", dt.date(2021, 4, 20))]


def test_a_line_that_nothing_has_keeps_its_reason():
    found = identified(line(), records())
    assert found["unresolved_reason"] == (
        "no record of the SEC has this name, and no company with its ticker has a name like it; "
        "no fails-to-deliver file of these weeks has its CUSIP"
    )


@examples(20)
@given(st.permutations(range(4)), st.booleans())
def test_neither_order_nor_later_lists_change_what_a_line_is(order, has_later):
    lines = [
        line(),
        line("BETA CO", cusip=OTHER),
        line("GAMMA CO", cusip=None),
        line("DELTA INC", cusip="777777777"),
    ]
    later = (
        [line(day=dt.date(2024, 3, 31)), line("ZENITH CORP", dt.date(2024, 3, 31), OTHER)]
        if has_later
        else []
    )
    known = records(
        fails=fails(NEAR, ("2021-03-30", OTHER, "BET", "B")),
        tickers=[(ALPHA, "Alphabetical Co", "ABC"), (BETA, "Beta Co", "BET")],
        filed=[("0000000003", "DELTA INC", None, None, dt.date(2021, 2, 1))],
    )
    expected = resolve(pl.concat(lines), known, IDENTITY, RULES)
    shuffled = resolve(pl.concat([*later, *(lines[place] for place in order)]), known, IDENTITY, RULES)
    assert shuffled.filter(pl.col("list_date") == DAY).equals(expected)
