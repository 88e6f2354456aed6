"""Same company or another: what lists and tables must show for one line, and for a line to have a company."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.sources.files.source import FilesSource
from smallcap.sources.identity.lines import NO_FUNDAMENTALS, OTHER_COMPANY
from tests.component.sources.crafted import (
    ALIASES,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
)

FIRST, SECOND, THIRD = "Nov 22, 2023", "Sep 27, 2024", "Nov 11, 2025"
DAYS = {FIRST: dt.date(2023, 11, 22), SECOND: dt.date(2024, 9, 27), THIRD: dt.date(2025, 11, 11)}
Row = dict[str, object]


def record(
    ticker: str, entity_id: object, name: str, years: range = range(2020, 2025), **items: object
) -> list[Row]:
    """Annual records, filed two months after the year."""
    return [
        {
            "ticker": ticker, "entity_id": entity_id, "name": name, "period_end": f"{year}-12-31",
            "filing_date": f"{year + 1}-02-20", "restated_date": None, "fiscal_year": year, **items,
        }
        for year in years
    ]  # fmt: skip


def source_of(
    folder: Path, lists: dict[str, list[list[str]]], *records: list[Row], aliases: pl.DataFrame = ALIASES
) -> FilesSource:
    files: dict[str, bytes | pl.DataFrame] = {
        f"ishares/{as_of}.csv": holdings(lines, as_of=as_of) for as_of, lines in lists.items()
    }
    rows = [row for company in records for row in company]
    if rows:
        files["fundamentals/annual.csv"] = fundamentals_frame(*rows)
    return open_folder(write_folder(folder, files), aliases=aliases)


def listed_lines(source: FilesSource, ticker: str) -> list[dict[str, object]]:
    found = source.securities().rows.filter(
        (pl.col("ticker") == ticker) & pl.col("source_id").str.contains(":")
    )
    return found.to_dicts()


def alias(ticker: str, canonical: str | None, relation: str, valid_from: dt.date) -> pl.DataFrame:
    row = {"ticker": ticker, "canonical_ticker": canonical, "relation": relation, "valid_from": valid_from}
    return pl.DataFrame([{**row, "valid_to": None, "source": "test"}], schema=ALIASES.schema)


# one line or two
# -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INTER ZEBRA INC", "INTERZEBRA INC"),
        ("MARATHON DIGITAL HOLDINGS INC", "MARA HOLDINGS INC"),
        ("OAK GAMMA INC", "OUTDOOR HOLDING"),
    ],
)
def test_a_renamed_company_stays_one_line_with_its_figures(tmp_path: Path, before: str, after: str) -> None:
    lists = {
        FIRST: [line("AAAA", before, quantity="50,000.00", price="12.00")],
        SECOND: [line("AAAA", after, quantity="52,000.00", price="14.00")],
    }
    (spell,) = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, before)), "AAAA")
    assert (spell["source_entity_id"], spell["is_resolved"]) == ("7", True)
    assert spell["name"] == after


def test_a_split_does_not_cut_a_renamed_company(tmp_path: Path) -> None:
    lists = {
        FIRST: [line("AAAA", "ZEBRAX BIOSCIENCES INC", quantity="50,000.00", price="30.00")],
        SECOND: [line("AAAA", "ZEBRAX ONCOLOGY INC", quantity="150,000.00", price="10.00")],
    }
    prices = pl.DataFrame({"ticker": "AAAA", "date": ["2023-10-31", "2024-08-30"], "adj_close": [10.0, 10.0]})
    write_folder(tmp_path, {"prices/p.csv": prices})
    assert len(listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "ZEBRAX INC")), "AAAA")) == 1


@pytest.mark.parametrize("second", [SECOND, "Dec 29, 2023"])
def test_a_ticker_that_passed_to_another_company_is_two_lines_however_close_the_lists(
    tmp_path: Path, second: str
) -> None:
    lists = {
        FIRST: [line("AAAA", "AKOUSTIS TECHNOLOGIES INC", sector="Information Technology", price="0.60")],
        second: [
            line("AAAA", "AKTIS ONCOLOGY INC", sector="Health Care", quantity="9,000.00", price="18.00")
        ],
    }
    old, new = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "Akoustis Technologies")), "AAAA")
    assert (old["source_entity_id"], old["is_resolved"]) == ("7", True)
    assert (new["is_resolved"], new["source_entity_id"]) == (False, f"line:{new['source_id']}")
    assert "another line" in str(new["resolution_evidence"])


def test_a_spin_off_that_keeps_a_word_and_the_ticker_is_another_line(tmp_path: Path) -> None:
    """The parent was bought; its spin-off has the ticker, a quarter of the shares and half the price."""
    lists = {
        FIRST: [line("AAAA", "ZEBRAX INC", quantity="400,000.00", price="34.00")],
        "Jan 31, 2024": [line("AAAA", "ZEBRAX BIOSCIENCES INC", quantity="90,000.00", price="15.00")],
    }
    old, new = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "Zebrax, Inc.")), "AAAA")
    assert (old["is_resolved"], new["is_resolved"]) == (True, False)


def test_lists_that_show_nothing_but_names_join_by_a_distinctive_word(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "snapshot_date": ["2023-11-22", "2024-09-27", "2023-11-22", "2024-09-27"],
            "ticker": ["AAAA", "AAAA", "BBBB", "BBBB"],
            "name": ["COHERUS BIOSCIENCES INC", "COHERUS ONCOLOGY INC", "OAK INC", "ZEBRA CORP"],
        }
    )
    source = open_folder(write_folder(tmp_path, {"constituents/own.csv": table}))
    assert [len(listed_lines(source, ticker)) for ticker in ("AAAA", "BBBB")] == [1, 2]


# line and company of the table
# --------------------------------------------------------------------------------------


def test_a_line_is_not_joined_to_a_company_whose_name_shares_no_word(tmp_path: Path) -> None:
    lists = {SECOND: [line("ALTM", "ARCADIUM LITHIUM PLC")]}
    (spell,) = listed_lines(source_of(tmp_path, lists, record("ALTM", 7, "Altus Midstream Co")), "ALTM")
    assert spell["is_resolved"] is False
    assert spell["unresolved_reason"] == f"{OTHER_COMPANY} (Altus Midstream Co)"
    assert str(spell["resolution_evidence"]).startswith("2024-09-27: Altus Midstream Co: names -10.0")


def test_a_shared_word_does_not_join_a_company_whose_record_ended(tmp_path: Path) -> None:
    lists = {SECOND: [line("RDUS", "RADIUS RECYCLING INC")]}
    others = [record(f"B{letter}", letter, f"{letter} Co") for letter in "XYZ"]
    ended = record("RDUS", 7, "Radius Health, Inc.", range(2019, 2022))
    (spell,) = listed_lines(source_of(tmp_path, lists, ended, *others), "RDUS")
    assert spell["is_resolved"] is False


def test_a_record_that_ends_with_the_table_is_joined(tmp_path: Path) -> None:
    lists = {THIRD: [line("AAAA", "OAK INC")]}
    (spell,) = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "Oak", range(2019, 2022))), "AAAA")
    assert spell["source_entity_id"] == "7"


def test_the_company_is_named_that_the_table_has_under_another_ticker(tmp_path: Path) -> None:
    lists = {SECOND: [line("OAKA", "OLD OAK INC")]}
    (spell,) = listed_lines(source_of(tmp_path, lists, record("CECE", 7, "Old Oak, Inc.")), "OAKA")
    assert spell["unresolved_reason"] == f"{NO_FUNDAMENTALS}; the table has this name under CECE"


def test_a_company_is_named_by_its_share_count_where_few_fit(tmp_path: Path) -> None:
    listed = [line(ticker, f"{ticker} CORP", quantity="20,000.00") for ticker in ("QUIA", "WERB", "TYUC")]
    lists = {SECOND: [*listed, line("KNTK", "KINETIK INC", quantity="400,000.00")]}
    table = [record(ticker, ticker, f"{ticker} Corp") for ticker in ("QUIA", "WERB", "TYUC")]
    other = record("ALTM", 7, "Altus Midstream Co", shares_basic=20_000_000)
    (spell,) = listed_lines(source_of(tmp_path, lists, *table, other), "KNTK")
    assert spell["unresolved_reason"] == (
        f"{NO_FUNDAMENTALS}; by its share count it may be the company that the table has under ALTM "
        "(Altus Midstream Co)"
    )


# history
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "later",
    [
        [line("AAAA", "ZEBRA CORP", quantity="9.00", sector="Energy"), line("BBBB", "B CORP")],
        [line("AAAA", "OAK TREE INC"), line("BBBB", "BETA ZERO CORP", sector="Energy")],
        [line("AAAB", "OAK INC CLASS B"), line("ALTM", "ALTUS MIDSTREAM CO", quantity="1.00")],
    ],
)
def test_a_later_list_changes_nothing_decided_before_and_may_only_add(
    tmp_path: Path, later: list[list[str]]
) -> None:
    earlier = {
        FIRST: [line("AAAA", "OAK INC"), line("BBBB", "BETA INC"), line("ALTM", "ARCADIUM PLC")],
        SECOND: [
            line("AAAA", "OAK INC"),
            line("AAAC", "OAK INC CLASS C"),
            line("BBBB", "ZULU INC", price="900.00"),
        ],
    }
    table = [record("AAAA", 7, "Oak"), record("BBBB", 8, "B Corp"), record("ALTM", 9, "Altus Midstream Co")]
    before = source_of(tmp_path / "before", earlier, *table)
    after = source_of(tmp_path / "after", {**earlier, THIRD: later}, *table)
    dates = [DAYS[FIRST], DAYS[SECOND]]
    assert after.constituents("russell2000", dates).rows.equals(
        before.constituents("russell2000", dates).rows
    )
    decided = ["source_id", "source_entity_id", "is_resolved", "valid_from"]
    known = before.securities().rows
    now = after.securities().rows
    changed = known.join(now, on=decided, how="anti").join(now, on="source_id", suffix="_now")
    assert changed["is_resolution_later_now"].all()
    assert not changed["is_resolved"].any()
    assert set(known["source_id"]) <= set(now["source_id"])


def test_a_company_that_a_later_list_adds_is_flagged(tmp_path: Path) -> None:
    lists = {
        FIRST: [line("AAAA", "OAK INC")],
        SECOND: [line("AAAA", "OAK ZEBRA INC")],
    }
    table = record("AAAA", 7, "Zebra Corp")
    (early,) = listed_lines(source_of(tmp_path / "early", {FIRST: lists[FIRST]}, table), "AAAA")
    (both,) = listed_lines(source_of(tmp_path / "both", lists, table), "AAAA")
    assert (early["is_resolved"], early["is_resolution_later"]) == (False, False)
    assert (both["is_resolved"], both["is_resolution_later"]) == (True, True)


# corrections by a person
# --------------------------------------------------------------------------------------


def test_an_alias_gives_a_line_the_company_of_another_ticker_and_is_flagged(tmp_path: Path) -> None:
    lists = {SECOND: [line("KNTK", "KINETIK INC"), line("ALTM", "ARCADIUM LITHIUM PLC")]}
    corrected = alias("KNTK", "ALTM", "figures_of", dt.date(2022, 2, 23))
    source = source_of(tmp_path, lists, record("ALTM", 7, "Altus Midstream Co"), aliases=corrected)
    (kinetik,), (arcadium,) = listed_lines(source, "KNTK"), listed_lines(source, "ALTM")
    assert (kinetik["source_entity_id"], kinetik["is_resolution_corrected"]) == ("7", True)
    assert (arcadium["is_resolved"], arcadium["is_resolution_corrected"]) == (False, True)


def test_an_alias_confirms_a_doubtful_company(tmp_path: Path) -> None:
    lists = {SECOND: [line("AAAA", "ZEBRA CORP")]}
    confirmed = alias("AAAA", "AAAA", "figures_of", dt.date(2000, 1, 1))
    (spell,) = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "Oak"), aliases=confirmed), "AAAA")
    assert (spell["source_entity_id"], spell["is_resolution_corrected"]) == ("7", True)


def test_an_alias_cuts_what_the_evidence_would_join(tmp_path: Path) -> None:
    lists = {FIRST: [line("AAAA", "OAK INC")], SECOND: [line("AAAA", "OAK INC")]}
    cut = alias("AAAA", None, "recycled", dt.date(2024, 1, 2))
    old, new = listed_lines(source_of(tmp_path, lists, record("AAAA", 7, "Oak"), aliases=cut), "AAAA")
    assert (old["source_entity_id"], old["is_resolved"]) == ("7", True)
    assert (new["is_resolved"], new["is_resolution_corrected"]) == (False, True)
    assert old["source_id"] != new["source_id"]


# ids of the table
# ------------------------------------------------------------------------------------------------------


@pytest.mark.some_cases(2)
@pytest.mark.parametrize("spelled", ["0000100", "100", "100.00", "00100.0"])
def test_an_id_is_one_with_and_without_leading_zeros_and_decimal_zeros(tmp_path: Path, spelled: str) -> None:
    history = record("AAAA", "0100", "Oak", range(2020, 2024))
    source = source_of(
        tmp_path,
        {THIRD: [line("AAAA", "OAK INC")]},
        history,
        record("AAAA", spelled, "Oak", range(2024, 2025)),
    )
    records = source.fundamentals(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).rows
    assert records.group_by("source_entity_id").len().rows() == [("100", 5)]


def test_an_id_with_letters_keeps_its_zeros(tmp_path: Path) -> None:
    source = source_of(tmp_path, {THIRD: [line("AAAA", "OAK INC")]}, record("AAAA", "00A7", "Oak"))
    assert source.securities().rows["source_entity_id"].unique().to_list() == ["00A7"]


def test_one_company_under_two_ids_with_adjoining_years_is_named(tmp_path: Path) -> None:
    early, late = record("AAAA", 5, "Oak", range(2018, 2021)), record("AAAA", 6, "Oak", range(2021, 2025))
    (notice,) = source_of(tmp_path, {THIRD: [line("AAAA", "OAK INC")]}, early, late).securities().notices
    assert "AAAA 5 to 2020-12-31, AAAA 6 from 2021-12-31" in notice


def test_one_id_of_two_companies_is_named(tmp_path: Path) -> None:
    first = record("AAAA", 5, "Oak", range(2020, 2021))
    second = record("BBBB", 5, "Zebra", range(2020, 2021))
    second[0]["period_end"] = "2020-09-30"
    (notice,) = source_of(tmp_path, {THIRD: [line("AAAA", "OAK INC")]}, first, second).securities().notices
    assert "5: AAAA Oak and BBBB Zebra" in notice


def test_ids_that_are_right_give_no_notice(tmp_path: Path) -> None:
    old, new = record("AAAA", 5, "Oak", range(2018, 2021)), record("AAAA", 6, "Zebra", range(2021, 2025))
    classes = [
        *record("BBBA", 9, "Beta"),
        *[{**row, "ticker": "BBBB"} for row in record("BBBB", 10, "Gamma")],
    ]
    assert (
        source_of(tmp_path, {THIRD: [line("AAAA", "ZEBRA CORP")]}, old, new, classes).securities().notices
        == ()
    )
