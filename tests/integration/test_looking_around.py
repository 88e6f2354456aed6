"""Looking around in what is published: names without their layer, lists of tables, and one described."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.tables import META_TABLES, TABLES
from tests.command_line import published
from tests.integration.homes import Answer

Command = Callable[..., Answer]


@pytest.fixture
def ask(smallcap: Command, small_home: Path) -> Command:
    """Ask a command of the small home."""
    return lambda *arguments: smallcap(*arguments, "--home", small_home)


def rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


def test_names_without_their_layer_are_those_of_the_marts_then_of_the_layers_below(
    ask: Command, small_home: Path
):
    named = rows(ask("sql", "SELECT count(*) AS n FROM quality_scores", "--format", "csv"))
    members = rows(ask("sql", "SELECT count(*) AS n FROM members", "--format", "csv"))
    expected = published(
        small_home, "SELECT (SELECT count(*) FROM marts.quality_scores), (SELECT count(*) FROM core.members)"
    )
    assert [named[0]["n"], members[0]["n"]] == [str(count) for count in expected.iloc[0]]


def test_show_tables_lists_every_published_table(ask: Command):
    answer = ask("sql", "SHOW TABLES", "--format", "csv")
    listed = {row["name"] for row in rows(answer)}
    assert {name.partition(".")[2] for name in {**TABLES, **META_TABLES}} <= listed
    assert "smallcap tables" in " ".join(answer.err.split())


def test_tables_are_listed_with_rows_years_and_meaning(ask: Command, small_home: Path):
    listed = {row["name"]: row for row in rows(ask("tables", "--format", "csv"))}
    assert set(TABLES) <= set(listed)
    members = published(small_home, "SELECT count(*) AS n, max(year) AS last FROM core.members").iloc[0]
    assert listed["core.members"]["rows"] == str(members["n"])
    assert listed["core.members"]["last_year"] == str(members["last"])
    assert all(row["meaning"] for row in listed.values())
    assert listed["marts.latest_quality"]["kind"] == "view"


def test_a_table_is_described_by_its_columns_key_lineage_and_a_query_that_runs(ask: Command):
    described = json.loads(ask("describe", "QUALITY_scores", "--format", "json").out)
    assert [row["column"] for row in described] == list(TABLES["marts.quality_scores"].columns)
    assert all(row["meaning"] for row in described)
    roe = next(row for row in described if row["column"] == "roe")
    assert roe["unit"] == "fraction"
    assert "core.annual_metrics" in roe["from"]
    shown = ask("describe", "marts.quality_scores").out
    assert "made from core.members (the same year)" in " ".join(shown.split())
    assert "marts.latest_quality" in shown
    query = shown[shown.index("sql '") + 5 : shown.rindex("'")]
    assert len(rows(ask("sql", query, "--format", "csv"))) == 5


def test_an_unknown_table_is_answered_with_the_nearest(ask: Command):
    refused = ask("describe", "qualty_scores")
    assert refused.code == 2
    assert "the nearest are marts.quality_scores" in " ".join(refused.err.split())


def test_a_query_without_rows_says_which_date_is_not_there(ask: Command):
    answer = ask("sql", "SELECT ticker FROM quality_scores WHERE as_of = '1999-01-01'")
    assert (answer.code, answer.out.split()) == (0, ["ticker"])
    assert "no rows: nothing is published of 1999-01-01; the nearest date" in " ".join(answer.err.split())
