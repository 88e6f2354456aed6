"""Fails-to-deliver files: what a row says, and of which day."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from smallcap.errors import InputError
from smallcap.sources.fails.file import FAILS_SCHEMA, closes, read_fails
from tests.component.sources.crafted_sec import fails_file

ROW = "20210601|12345A109|ABC|120|ALPHABETICAL CO COM STK|25.50"


def test_the_price_is_the_close_of_the_session_before_the_settlement_day():
    # Tuesday 1 June 2021 follows Memorial Day and a weekend.
    row = read_fails(fails_file(ROW)).row(0, named=True)
    assert (row["settlement_date"], row["price_date"]) == (dt.date(2021, 6, 1), dt.date(2021, 5, 28))
    assert (row["cusip"], row["symbol"], row["quantity"], row["price_usd"]) == ("12345A109", "ABC", 120, 25.5)
    assert row["name"] == "ALPHABETICAL CO COM STK"


def test_the_trailer_lines_are_no_rows():
    assert read_fails(fails_file(ROW)).height == 1


def test_a_point_in_place_of_a_price_is_no_price():
    assert read_fails(fails_file(ROW.replace("25.50", ".")))["price_usd"].to_list() == [None]


def test_a_description_may_hold_the_separator_and_letters_outside_ascii():
    found = read_fails(fails_file("20210601|12345A109|ABC|120|SOCIÉTÉ|NEW CO |25.50"))
    assert found.select("name", "price_usd").row(0) == ("SOCIÉTÉ|NEW CO", 25.5)


def test_symbols_are_compared_without_separators():
    assert read_fails(fails_file(ROW.replace("ABC", "BRK.B")))["symbol"].to_list() == ["BRKB"]


def test_line_ends_of_older_files_and_zips_are_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("cnsfails202106a.txt", fails_file(ROW, end="\r\n"))
    assert read_fails(packed.getvalue()).equals(read_fails(fails_file(ROW)))
    assert read_fails(fails_file(ROW)).schema == FAILS_SCHEMA


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (fails_file(ROW, stated=2), "incomplete: 1 rows, and its last lines state 2"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (fails_file(), "has no row"),
        (fails_file("20210601|only two"), "has no row"),
        (fails_file(ROW, *["damaged"] * 9, stated=10), "damaged: 9 lines are no rows"),
        (fails_file(ROW.replace("2021", "1901")), "no row with a settlement date from 2004 on"),
        (b"PK\x03\x04broken", "not a readable zip"),
    ],
)
def test_what_is_no_complete_file_is_refused(payload, says):
    with pytest.raises(InputError, match=says):
        read_fails(payload)


def test_a_price_that_a_download_cut_off_does_not_count():
    other = ROW.replace("12345A109", "12345A208")
    cut = f"SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE\n{ROW}\n{other}"[:-4]
    assert cut.endswith("|2")
    assert read_fails(cut.encode())["cusip"].to_list() == ["12345A109"]


def test_a_close_belongs_to_its_own_session_and_zero_is_none():
    rows = ["20210601|12345A109|ABC|1|A|25.50", "20210602|12345A109|ABC|1|A|0"]
    found = closes(read_fails(fails_file(*rows)))
    assert found.rows() == [("12345A109", dt.date(2021, 5, 28), 25.5)]
