"""CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from smallcap.reports.page.csv_files import csv_text


def cells(frame: pl.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(frame))))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)"])
def test_text_that_a_spreadsheet_would_run_becomes_text(text):
    assert cells(pl.DataFrame({"name": [text]}))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["POWL", "A-B", "1 = 1", "a@b", ""])
def test_other_text_stays_as_it_is(text):
    assert cells(pl.DataFrame({"name": ["x", text]}))[2] == [text]


def test_numbers_stay_numbers_and_null_is_an_empty_field():
    assert cells(pl.DataFrame({"value": [-0.5, None], "name": ["a,b", None]}))[1:] == [
        ["-0.5", "a,b"],
        ["", ""],
    ]
