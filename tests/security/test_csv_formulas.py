"""CSV that is safe to open in a spreadsheet, from a report and from `sql`, whatever separates its fields."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.formulas import as_text
from smallcap.reports.page.csv_files import csv_text
from smallcap.warehouse import run_query
from tests.attacks import attacks
from tests.published_home import publish_small_home


def cells(frame: pl.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(frame), newline="")))


@pytest.fixture(scope="module")
def warehouse_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small_home(tmp_path_factory.mktemp("csv") / "home")


@attacks(
    "CSV formulas",
    "text, written",
    {
        "equals sign": ("=1+1", "'=1+1"),
        "plus sign": ("+1", "'+1"),
        "minus sign": ("-1", "'-1"),
        "at sign": ("@SUM(A1)", "'@SUM(A1)"),
        "program": ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        "tab before": ("\t=1", "\t'=1"),
        "carriage return before": ("\r=1", "\r'=1"),
        "line end before": ("\n=1", "\n'=1"),
        "blanks before": ("  =HYPERLINK(1)", "  '=HYPERLINK(1)"),
        "no-break space before": ("\u00a0=1", "\u00a0'=1"),
        "zero-width space before": ("\u200b=1", "\u200b'=1"),
        "byte order mark before": ("\ufeff=1", "\ufeff'=1"),
        "null byte before": ("\0=1", "\0'=1"),
        "quote before": ('"=1"', '"\'=1"'),
        "full-width equals sign": ("\uff1d1+1", "'\uff1d1+1"),
        "full-width plus sign": ("\uff0b1", "'\uff0b1"),
        "full-width minus sign": ("\uff0d1", "'\uff0d1"),
        "full-width at sign": ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        "behind a semicolon": ("Foo;=1", "Foo;'=1"),
        "behind a semicolon and blanks": ("Foo; \t =1", "Foo; \t '=1"),
        "behind a semicolon and a quote": ('Foo;"=1', "Foo;\"'=1"),
        "behind a tab": ("Foo\t@SUM(A1)", "Foo\t'@SUM(A1)"),
        "behind a line end": ("Foo\n=1", "Foo\n'=1"),
        "behind a carriage return": ("Foo\r=1", "Foo\r'=1"),
        "behind a semicolon in full width": ("Foo;\uff1d1", "Foo;'\uff1d1"),
        "twice": ("=1;=2", "'=1;'=2"),
    },
)
def test_text_that_a_spreadsheet_would_run_becomes_text(text: str, written: str, warehouse_dir: Path):
    assert cells(pl.DataFrame({"name": [text]}))[1] == [written]
    assert as_text(text) == written
    stream = io.StringIO()
    literal = "||".join(f"chr({ord(character)})" for character in text)
    run_query(warehouse_dir, f'SELECT {literal} AS "=name"', "csv", stream=stream)
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [["'=name"], [written]]


@attacks(
    "CSV formulas",
    "sql, written",
    {
        "list": ("['a;=1']", '["a;\'=1"]'),
        "structure": ("{'x': 'a;@SUM(A1)'}", '{"x": "a;\'@SUM(A1)"}'),
    },
)
def test_text_inside_a_value_is_text_too(sql: str, written: str, warehouse_dir: Path):
    stream = io.StringIO()
    run_query(warehouse_dir, f"SELECT {sql} AS value", "csv", stream=stream)
    assert list(csv.reader(io.StringIO(stream.getvalue())))[1] == [written]


@given(st.text(st.sampled_from("=+-@\uff1d\uff0b\uff0d\uff20;\t\r\n \"'\u200ba1,"), max_size=12))
def test_however_it_is_split_no_field_begins_with_a_sign(text: str):
    for field in re.split(r"[;\t\r\n]", as_text(text)):
        begins = field.lstrip(' "\u200b')[:1]
        assert unicodedata.normalize("NFKC", begins) not in ("=", "+", "-", "@")


@given(st.text(max_size=30))
def test_both_ways_of_writing_agree(text: str):
    assert pl.DataFrame({"name": [text]}).pipe(cells)[1:] in ([[as_text(text)]], [])


@pytest.mark.parametrize("text", ["POWL", "A-B", "1 = 1", "a@b", "a, -b", "a;b", ""])
def test_other_text_stays_as_it_is(text: str):
    assert cells(pl.DataFrame({"name": ["x", text]}))[2] == [text]
    assert as_text(text) == text


@attacks("CSV formulas", "end", {"row begun by a carriage return": "\r", "row begun by a line end": "\n"})
def test_a_text_begins_no_row(end: str, warehouse_dir: Path):
    stream = io.StringIO()
    run_query(warehouse_dir, f"SELECT 'a' || chr({ord(end)}) || 'b' AS name", "csv", stream=stream)
    assert stream.getvalue() == f'name\n"a{end}b"\n'
    assert csv_text(pl.DataFrame({"name": [f"a{end}b"]})) == f'name\n"a{end}b"\n'


def test_numbers_stay_numbers_and_null_is_an_empty_field():
    assert cells(pl.DataFrame({"value": [-0.5, None], "name": ["a,b", None]}))[1:] == [
        ["-0.5", "a,b"],
        ["", ""],
    ]
