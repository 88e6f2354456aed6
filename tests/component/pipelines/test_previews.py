"""What Dagster's pages show of a mart: a few clean rows, the query that reads it, and the report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from smallcap.pipelines.previews import PREVIEW_COLUMNS, PREVIEW_ROWS, preview, shown
from smallcap.settings import load_settings
from smallcap.tables import TABLES

NAME = "marts.funnel_outcomes"


def rows(count: int, reason: str = "all rules hold") -> pl.DataFrame:
    columns = TABLES[NAME].columns
    fixed = {"as_of": dt.date(2025, 12, 31), "ticker": "GLL", "reason": reason, "value": 0.123456789}
    made = [{**dict.fromkeys(columns), **fixed, "entity_id": n, "filter_number": 1} for n in range(count)]
    return pl.DataFrame(made, schema=columns)


def test_a_preview_has_few_rows_and_columns_the_key_first():
    lines = preview(NAME, rows(100)).splitlines()
    assert len(lines) == PREVIEW_ROWS + 2
    assert lines[0].startswith("| as_of | entity_id | filter_number | ")
    assert {line.count("|") for line in lines} == {PREVIEW_COLUMNS + 1}
    assert lines[2].startswith("| 2025-12-31 | 0 | 1 | GLL |")


def test_text_of_a_source_means_nothing_in_markdown_or_html():
    hostile = "[x](javascript:alert(1)) <img src=x> | `a` \x1b[31m\n# b" + "y" * 100
    frame = rows(1).select("as_of", "entity_id", "filter_number", pl.lit(hostile).alias("ticker"))
    line = preview(NAME, frame).splitlines()[-1]
    assert not set("[]()<>`#\x1b\n") & set(line)
    assert len(line) < 90


def test_a_mart_has_its_query_and_the_reports(tmp_path: Path):
    found = shown(NAME, rows(1), load_settings(home=tmp_path))
    assert "FROM marts.funnel_outcomes LIMIT 10" in found["query"].value
    assert str(tmp_path) in found["query"].value
    assert found["reports"].value == str(tmp_path / "reports")
    assert "GLL" in found["preview"].value


def test_a_mart_of_which_nothing_was_made_has_no_preview(tmp_path: Path):
    assert set(shown(NAME, None, load_settings(home=tmp_path))) == {"query", "reports"}


def test_a_table_that_is_no_mart_shows_nothing(tmp_path: Path):
    assert shown("core.members", rows(1), load_settings(home=tmp_path)) == {}
