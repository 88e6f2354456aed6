"""A home that was moved or copied answers, and one that an older release wrote does too, and upgrades with
the next run.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from smallcap.lake import Lake
from smallcap.lake.stamp_files import STAMP_KEY
from smallcap.lake.stamps import stamp_years
from smallcap.tables import TABLES
from tests.integration.homes import EARLIER, LATER, LONGER_STALE_LIMIT, make, served

COVERAGE = (
    "SELECT year, count(*) AS dates, sum(members) AS members FROM marts.coverage GROUP BY year ORDER BY year"
)
ADDED_LATER = "restated_share"


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("carry", [shutil.move, shutil.copytree])
def test_a_home_carried_elsewhere_answers_queries_and_shows_its_status(small_home, tmp_path, smallcap, carry):
    shutil.copytree(small_home, tmp_path / "here")
    expected = smallcap("sql", COVERAGE, "--format", "json", "--home", small_home).out
    carry(tmp_path / "here", tmp_path / "there")
    if carry is shutil.copytree:
        shutil.rmtree(tmp_path / "here")

    status = smallcap("status", "--home", tmp_path / "there")
    assert status.code == 0, status.err
    assert "marts.quality_scores" in status.out
    answer = smallcap("sql", COVERAGE, "--format", "json", "--home", tmp_path / "there")
    assert (answer.code, answer.out) == (0, expected)
    assert [row["year"] for row in json.loads(answer.out)] == [EARLIER.year, LATER.year]


@pytest.mark.drill
def test_a_home_carried_elsewhere_is_run_on_in_its_new_place(home, tmp_path):
    moved = Path(shutil.move(home, tmp_path / "moved"))
    make(moved, LATER, stale_months=LONGER_STALE_LIMIT)
    with duckdb.connect(str(moved / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT home FROM meta.catalogue").fetchall() == [(str(moved),)]
    assert served(moved)["marts.quality_scores"][0] > 0


def write_as_before_the_column(lake: Lake, name: str, column: str) -> None:
    """Write a table again as a release did that did not know a column, with the stamp in its commit alone."""
    rows, before = lake.read(name), lake.stamp(name)
    known = rows.with_columns(pl.lit(None, rows.schema[column]).alias(column))
    digested = stamp_years(TABLES[name], known, list(before.years), "")
    years = {year: replace(made, content=digested[year].content) for year, made in before.years.items()}
    write_deltalake(
        lake.folder(name),
        rows.drop(column),
        partition_by=["year"],
        mode="overwrite",
        schema_mode="overwrite",
        commit_properties=CommitProperties({STAMP_KEY: replace(before, years=years).to_json()}),
    )


@pytest.mark.drill
def test_a_home_written_before_a_column_was_added_answers_with_null_and_upgrades_with_the_next_run(
    home, smallcap
):
    lake = Lake(home / "lake")
    values = dict(lake.read("marts.coverage").select("year", ADDED_LATER).iter_rows())
    assert all(value is not None for value in values.values()), (
        "the column must hold something, or its loss would not show"
    )
    write_as_before_the_column(lake, "marts.coverage", ADDED_LATER)
    query = f"SELECT year, {ADDED_LATER}, typeof({ADDED_LATER}) FROM marts.coverage ORDER BY year"

    make(home, LATER, tables=["publish.warehouse"])
    rows = json.loads(smallcap("sql", query, "--format", "json", "--home", home).out)
    assert [tuple(row.values()) for row in rows] == [(2024, None, "DOUBLE"), (2025, None, "DOUBLE")]

    make(home, LATER, stale_months=LONGER_STALE_LIMIT)
    rows = json.loads(smallcap("sql", query, "--format", "json", "--home", home).out)
    assert [tuple(row.values()) for row in rows] == [
        (2024, values[2024], "DOUBLE"),
        (2025, values[2025], "DOUBLE"),
    ]
    assert ADDED_LATER in {
        field.name for field in DeltaTable(lake.root / "marts" / "coverage").schema().fields
    }
    assert lake.read("marts.coverage").schema[ADDED_LATER] == pl.Float64
