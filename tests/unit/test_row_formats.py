"""Rows as CSV, JSON, lines of JSON and Markdown: every value complete, text as it is."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from smallcap.errors import InputError
from smallcap.pipelines.command.options import Format
from smallcap.pipelines.command.querying import require_place_for
from smallcap.reports.terminal import rows_table
from smallcap.warehouse.formats import TEXT_WRITERS, ListedRows

COLUMNS = ("ticker", "name", "market_cap_usd", "as_of")
ROWS = [
    ("A|B", "<b>Bold</b> *Co*\nsecond _line_ of market_cap", 18371005826, dt.date(2025, 12, 31)),
    ("C", None, 0.1, None),
]


def text_of(written_as: str) -> str:
    stream = io.StringIO()
    assert TEXT_WRITERS[written_as](ListedRows(ROWS), COLUMNS, stream) == len(ROWS)
    return stream.getvalue()


def test_markdown_shows_every_value_in_a_cell_of_its_own_and_nothing_of_it_as_markup():
    assert text_of("markdown") == (
        "| ticker | name | market_cap_usd | as_of |\n"
        "|---|---|---|---|\n"
        r"| A\|B | \<b\>Bold\</b\> \*Co\*<br>second \_line\_ of market_cap | 18371005826 | 2025-12-31 |"
        "\n"
        "| C |  | 0.1 |  |\n"
    )


def test_lines_of_json_are_an_object_each():
    first, second = text_of("jsonl").splitlines()
    assert json.loads(first) == {
        "ticker": "A|B",
        "name": "<b>Bold</b> *Co*\nsecond _line_ of market_cap",
        "market_cap_usd": 18371005826,
        "as_of": "2025-12-31",
    }
    assert json.loads(second) == {"ticker": "C", "name": None, "market_cap_usd": 0.1, "as_of": None}


def test_an_array_of_json_holds_the_same_objects_as_the_lines():
    assert json.loads(text_of("json")) == [json.loads(line) for line in text_of("jsonl").splitlines()]


@pytest.mark.parametrize("written_as", ["json", "jsonl"])
def test_two_columns_of_one_name_are_refused_where_one_would_be_lost(written_as: str):
    with pytest.raises(InputError, match="several columns are named n"):
        TEXT_WRITERS[written_as](ListedRows([(1, 2)]), ("n", "n"), io.StringIO())


def test_parquet_is_refused_on_a_terminal_and_written_to_a_pipe(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(InputError, match="not for a terminal"):
        require_place_for(Format.parquet, None)
    require_place_for(Format.parquet, Path("rows.parquet"))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    require_place_for(Format.parquet, None)


def test_names_are_cut_to_one_line_before_a_column_is_left_out_and_numbers_never():
    names, long = ["Glosiwick Make-Believe Brewing Holdings Inc", "Ulp Co"], "words of a sentence " * 8
    rows = [(name, 18371005826.0, long) for name in names]
    stream = io.StringIO()
    console = Console(file=stream, width=60)
    console.print(rows_table(("name", "market_cap_usd", "told"), rows, rest="--format csv"))
    shown = stream.getvalue()
    assert shown.count("…") == 1
    assert shown.count("18,371,005,826") == 2
    # A sentence keeps its words, on several lines.
    assert shown.count("sentence") == 16
    assert "shown in full by --format csv" in shown
