"""Lines and companies of a folder: classes, recycled tickers, renamings, aliases, and what stays
unresolved.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sources.files.source import FilesSource
from smallcap.sources.identity.aliases import load_ticker_aliases
from smallcap.sources.identity.lines import NO_FUNDAMENTALS, OTHER_COMPANY
from tests.component.sources.crafted import (
    ALIASES,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
)
from tests.examples import examples

MAY, JUNE_2019, NOVEMBER = "May 13, 2025", "Jun 28, 2019", "Nov 05, 2025"


def source_of(
    folder: Path,
    lists: dict[str, list[list[str]]],
    *companies: dict[str, object],
    aliases: pl.DataFrame = ALIASES,
) -> FilesSource:
    files: dict[str, bytes | pl.DataFrame] = {
        f"ishares/{as_of}.csv": holdings(lines, as_of=as_of) for as_of, lines in lists.items()
    }
    if companies:
        files["fundamentals/annual.csv"] = fundamentals_frame(*companies)
    return open_folder(write_folder(folder, files), aliases=aliases)


def spells(source: FilesSource, ticker: str) -> list[dict[str, object]]:
    return source.securities().rows.filter(pl.col("ticker") == ticker).to_dicts()


def alias(
    ticker: str, canonical: str, relation: str, valid_from: str = "2000-01-01", valid_to: str | None = None
) -> pl.DataFrame:
    row = {
        "ticker": ticker,
        "canonical_ticker": canonical,
        "relation": relation,
        "valid_from": dt.date.fromisoformat(valid_from),
    }
    return pl.DataFrame(
        [{**row, "valid_to": valid_to and dt.date.fromisoformat(valid_to), "source": "test"}],
        schema=ALIASES.schema,
    )


@pytest.mark.parametrize("spelled", ["BRK.B", "BRK-B", "BRK B", "BRK/B", "brkb", "BRKB"])
def test_a_class_is_one_ticker_in_every_spelling(spelled: str) -> None:
    assert pl.select(normalised(pl.lit(spelled))).item() == "BRKB"


def test_a_line_belongs_to_the_company_with_its_ticker(tmp_path: Path) -> None:
    source = source_of(
        tmp_path, {MAY: [line("MOGA", "MOOG INC CLASS A")]}, {"ticker": "MOG.A", "entity_id": 7}
    )
    (spell,) = spells(source, "MOGA")
    assert (spell["source_entity_id"], spell["is_resolved"], spell["unresolved_reason"], spell["name"]) == (
        "7",
        True,
        None,
        "MOOG INC CLASS A",
    )


def test_a_spell_starts_where_any_input_first_shows_the_ticker(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {"prices/p.csv": pl.DataFrame({"ticker": ["AAAA"], "date": ["2018-01-31"], "adj_close": [1.0]})},
    )
    source = source_of(
        tmp_path,
        {MAY: [line("AAAA"), line("BBBB", "BETA INC")]},
        {"ticker": "AAAA"},
        {"ticker": "BBBB", "entity_id": 12},
    )
    assert [
        (spells(source, ticker)[0]["valid_from"], spells(source, ticker)[0]["valid_to"])
        for ticker in ("AAAA", "BBBB")
    ] == [
        (dt.date(2018, 1, 31), None),
        (dt.date(2023, 12, 31), None),
    ]


def test_an_unresolved_line_has_a_company_of_its_own_and_a_reason(tmp_path: Path) -> None:
    source = source_of(tmp_path, {MAY: [line("AAAA", "ALPHA INC"), line("BBBB", "BETA INC")]})
    (a,), (b,) = spells(source, "AAAA"), spells(source, "BBBB")
    assert not a["is_resolved"]
    assert a["unresolved_reason"] == NO_FUNDAMENTALS
    assert a["source_entity_id"] != b["source_entity_id"]


def test_every_delivered_line_and_company_stands_in_the_securities(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        {MAY: [line("AAAA")], JUNE_2019: [line("AAAA", "OLDER INC")]},
        {"ticker": "AAAA"},
        {"ticker": "AAAA", "entity_id": 99},
    )
    known = source.securities().rows
    listed = source.constituents("russell2000", [dt.date(2025, 5, 13), dt.date(2019, 6, 28)]).rows
    records = source.fundamentals(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).rows
    assert set(listed["source_id"]) <= set(known["source_id"])
    assert set(records["source_entity_id"]) <= set(known["source_entity_id"])


# share classes
# -------------------------------------------------------------------------------------------------------


def test_tickers_of_one_vendor_id_are_classes_of_one_company(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        {MAY: [line("AAAA", "ALPHA INC"), line("AAAB", "OTHER WORDS INC")]},
        {"ticker": "AAAA"},
        {"ticker": "AAAB", "period_end": "2022-12-31"},
    )
    assert source.securities().rows["source_entity_id"].to_list() == ["11", "11"]
    assert source.securities().rows["source_id"].n_unique() == 2


def test_classes_share_the_company_that_one_of_them_has_in_the_fundamentals(tmp_path: Path) -> None:
    lines = [
        line("GEF", "GREIF INC CLASS A"),
        line("GEFB", "GREIF INC CLASS B"),
        line("CENT", "CENTRAL GARDEN AND PET"),
        line("CENTA", "CENTRAL GARDEN AND PET CLASS A"),
    ]
    found = (
        source_of(tmp_path, {MAY: lines}, {"ticker": "GEF"}, {"ticker": "CENTA", "entity_id": 12})
        .securities()
        .rows
    )
    assert dict(found.select("ticker", "source_entity_id").rows()) == {
        "GEF": "11",
        "GEFB": "11",
        "CENT": "12",
        "CENTA": "12",
    }
    assert found["is_resolved"].all()


def test_unresolved_classes_share_one_company_too(tmp_path: Path) -> None:
    found = (
        source_of(
            tmp_path,
            {
                MAY: [
                    line("BATRA", "ATLANTA BRAVES HOLDINGS INC SERIES"),
                    line("BATRK", "ATLANTA BRAVES HOLDINGS INC SERIES"),
                ]
            },
        )
        .securities()
        .rows
    )
    assert found["source_entity_id"].n_unique() == 1
    assert not found["is_resolved"].any()


def test_two_companies_of_one_name_stay_two(tmp_path: Path) -> None:
    found = (
        source_of(tmp_path, {MAY: [line("FBP", "FIRST BANCORP"), line("FBNC", "FIRST BANCORP")]})
        .securities()
        .rows
    )
    assert found["source_entity_id"].n_unique() == 2


def test_an_alias_can_say_that_two_tickers_are_one_company(tmp_path: Path) -> None:
    lines = {MAY: [line("AAAA", "ALPHA INC"), line("ZZZZ", "OMEGA TRACKING STOCK")]}
    found = (
        source_of(tmp_path, lines, {"ticker": "AAAA"}, aliases=alias("ZZZZ", "AAAA", "same_company"))
        .securities()
        .rows
    )
    assert found["source_entity_id"].to_list() == ["11", "11"]


# recycled tickers and renamings
# --------------------------------------------------------------------------------------


def test_a_ticker_under_a_name_without_a_common_word_was_recycled(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        {JUNE_2019: [line("AAAA", "OLD OAK INC")], MAY: [line("AAAA", "ZEBRA CORP")]},
        {"ticker": "AAAA"},
    )
    old, new = spells(source, "AAAA")
    assert (old["name"], old["valid_to"]) == ("OLD OAK INC", dt.date(2025, 5, 12))
    assert (new["name"], new["valid_from"], new["valid_to"]) == ("ZEBRA CORP", dt.date(2025, 5, 13), None)
    assert old["source_id"] != new["source_id"]
    assert (new["source_entity_id"], new["is_resolved"]) == ("11", True)
    assert (old["is_resolved"], old["unresolved_reason"]) == (False, OTHER_COMPANY)


def test_each_owner_of_a_recycled_ticker_gets_the_company_of_its_time(tmp_path: Path) -> None:
    early = {"ticker": "AAAA", "entity_id": 5, "period_end": "2017-12-31", "filing_date": "2018-02-20"}
    source = source_of(
        tmp_path,
        {JUNE_2019: [line("AAAA", "OLD OAK INC")], MAY: [line("AAAA", "ZEBRA CORP")]},
        {"ticker": "AAAA"},
        early,
    )
    assert [spell["source_entity_id"] for spell in spells(source, "AAAA")] == ["5", "11"]


def test_each_as_of_sees_the_line_that_then_had_the_ticker(tmp_path: Path) -> None:
    source = source_of(
        tmp_path, {JUNE_2019: [line("AAAA", "OLD OAK INC")], MAY: [line("AAAA", "ZEBRA CORP")]}
    )
    listed = source.constituents("russell2000", [dt.date(2019, 6, 30), dt.date(2025, 5, 31)]).rows
    assert listed["source_id"].to_list() == ["AAAA:OLD-OAK", "AAAA:ZEBRA"]


def test_prices_follow_the_owner_and_no_return_spans_two(tmp_path: Path) -> None:
    table = pl.DataFrame({"ticker": "AAAA", "date": ["2025-04-30", "2025-05-30"], "adj_close": [5.0, 50.0]})
    write_folder(tmp_path, {"prices/p.csv": table})
    source = source_of(
        tmp_path, {JUNE_2019: [line("AAAA", "OLD OAK INC")], MAY: [line("AAAA", "ZEBRA CORP")]}
    )
    rows = source.prices(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).rows
    assert rows.select("source_id", "total_return").rows() == [("AAAA:OLD-OAK", None), ("AAAA:ZEBRA", None)]


@pytest.mark.parametrize(
    ("first", "second", "as_of"),
    [
        ("COHERUS BIOSCIENCES INC", "COHERUS ONCOLOGY INC", NOVEMBER),  # a word in common
        ("NORTHWEST PIPE", "NWPX INFRASTRUCTURE INC", "Jul 31, 2025"),  # too soon for a new listing
    ],
)
def test_a_renamed_company_stays_one(tmp_path: Path, first: str, second: str, as_of: str) -> None:
    (spell,) = spells(
        source_of(tmp_path, {MAY: [line("AAAA", first)], as_of: [line("AAAA", second)]}), "AAAA"
    )
    assert spell["name"] == second


def test_words_that_say_nothing_do_not_join_two_companies(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        {
            JUNE_2019: [line("AAAA", "THE OAK HOLDINGS INC CLASS A")],
            MAY: [line("AAAA", "THE ZEBRA HOLDINGS INC CLASS A")],
        },
    )
    assert len(spells(source, "AAAA")) == 2


def test_a_renaming_that_looks_like_a_recycling_is_told_by_an_alias(tmp_path: Path) -> None:
    lists = {
        MAY: [line("NWPX", "NORTHWEST PIPE")],
        NOVEMBER: [line("NWPX", "ZEBRA CORP", quantity="9.00", price="2000.00", sector="Energy")],
    }
    assert len(spells(source_of(tmp_path / "told", lists), "NWPX")) == 1
    assert len(spells(source_of(tmp_path / "untold", lists, aliases=ALIASES.clear()), "NWPX")) == 2


# aliases
# -------------------------------------------------------------------------------------------------------


def test_an_alias_of_the_same_line_is_followed_while_it_is_valid(tmp_path: Path) -> None:
    known = alias("CLSKW", "CLSK", "same_line", "2025-01-01", "2025-06-30")
    lists = {MAY: [line("CLSKW", "CLEANSPARK INC")], NOVEMBER: [line("CLSKW", "CLEANSPARK INC")]}
    source = source_of(tmp_path, lists, {"ticker": "CLSK"}, aliases=known)
    assert [spell["is_resolved"] for spell in spells(source, "CLSK")] == [True]
    listed = source.constituents("russell2000", [dt.date(2025, 5, 31)]).rows
    assert listed.select("ticker", "source_id").rows() == [("CLSKW", "CLSK:CLEANSPARK")]
    assert source.constituents("russell2000", [dt.date(2025, 11, 30)]).rows["source_id"].to_list() == [
        "CLSKW:CLEANSPARK"
    ]


def test_of_two_spellings_of_one_line_in_a_list_the_larger_stays(tmp_path: Path) -> None:
    lines = [line("CLSK", "CLEANSPARK INC"), line("CLSKW", "CLEANSPARK INC", market_value="20,000.00")]
    delivered = source_of(tmp_path, {MAY: lines}, aliases=alias("CLSKW", "CLSK", "same_line")).constituents(
        "russell2000", [dt.date(2025, 5, 13)]
    )
    assert delivered.rows["ticker"].to_list() == ["CLSK"]
    assert delivered.refused["rule"].to_list() == ["duplicate_ticker"]


def test_a_table_in_todays_tickers_is_read_by_aliases_whatever_the_date(tmp_path: Path) -> None:
    known = alias("CSW", "CSWI", "same_line", "2025-06-09")
    source = source_of(
        tmp_path,
        {MAY: [line("CSWI", "CSW INDUSTRIALS INC")], NOVEMBER: [line("CSW", "CSW INDUSTRIALS INC")]},
        {"ticker": "CSW"},
        aliases=known,
    )
    assert [(spell["ticker"], spell["is_resolved"]) for spell in source.securities().rows.to_dicts()] == [
        ("CSWI", True)
    ]


def test_an_alias_is_not_followed_where_the_table_has_the_canonical_ticker(tmp_path: Path) -> None:
    known = alias("CSW", "CSWI", "same_line", "2025-06-09")
    source = source_of(
        tmp_path,
        {MAY: [line("CSWI", "CSW INDUSTRIALS INC")]},
        {"ticker": "CSW", "entity_id": 4},
        {"ticker": "CSWI"},
        aliases=known,
    )
    assert dict(source.securities().rows.select("ticker", "source_entity_id").rows()) == {
        "CSW": "4",
        "CSWI": "11",
    }


def test_a_relation_that_nobody_knows_is_named(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            "ticker_aliases.csv": b"ticker,canonical_ticker,relation,valid_from,valid_to,source\n"
            b"A,B,cousin,2020-01-01,,me\n"
        },
    )
    with pytest.raises(
        InputError,
        match="line 2: field 'relation' must be 'same_line', 'same_company', 'renamed', 'recycled' or "
        "'figures_of'; "
        "got 'cousin'",
    ):
        load_ticker_aliases(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,B,same_line,2020-01-01", "line 2: 4 values for 6 fields"),
        (
            "A,B,same_line,20-01-01,,me",
            "line 2: field 'valid_from' must be a date like 2025-05-31; got '20-01-01'",
        ),
    ],
)
def test_a_row_of_aliases_that_is_cut_off_or_misdated_is_refused(
    tmp_path: Path, row: str, message: str
) -> None:
    header = b"ticker,canonical_ticker,relation,valid_from,valid_to,source\n"
    write_folder(tmp_path, {"ticker_aliases.csv": header + row.encode()})
    with pytest.raises(InputError, match=message):
        load_ticker_aliases(tmp_path)


# order
# -------------------------------------------------------------------------------------------------------

LISTS = {
    JUNE_2019: [line("AAAA", "OLD OAK INC"), line("GEF", "GREIF INC CLASS A")],
    MAY: [
        line("AAAA", "ZEBRA CORP"),
        line("GEF", "GREIF INC CLASS A"),
        line("GEFB", "GREIF INC CLASS B"),
        line("BRK.B", "B CORP"),
    ],
    NOVEMBER: [line("AAAA", "ZEBRA CORP"), line("BRKB", "B RENAMED CORP")],
}


@given(names=st.permutations(["one", "two", "three"]), rows=st.permutations(range(3)))
@settings(examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_neither_the_order_of_files_nor_of_rows_matters(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], rows: list[int]
) -> None:
    companies = [
        {"ticker": "GEF"},
        {"ticker": "AAAA", "entity_id": 5, "period_end": "2017-12-31"},
        {"ticker": "BRK-B", "entity_id": 9},
    ]

    def written(order: list[str], row_order: list[int]) -> pl.DataFrame:
        files: dict[str, bytes | pl.DataFrame] = {
            f"ishares/{name}.csv": holdings(lines, as_of=as_of)
            for name, (as_of, lines) in zip(order, LISTS.items(), strict=True)
        }
        files["fundamentals/annual.csv"] = fundamentals_frame(*[companies[i] for i in row_order])
        return open_folder(write_folder(tmp_path_factory.mktemp("order"), files)).securities().rows

    assert written(names, rows).equals(written(["one", "two", "three"], [0, 1, 2]))
