"""The joins that the data dictionary describes hold in a made home: what a row names is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from smallcap.tables.joins import joins
from smallcap.warehouse.reading import connect, served_path
from smallcap.warehouse.sqltext import quote_name

ALL = [(name, join) for name, found in joins().items() for join in found]


@pytest.fixture(scope="module")
def opened(small_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(served_path(small_home / "warehouse")) as connection:
        yield connection


def test_every_row_names_one_that_is_there(opened: duckdb.DuckDBPyConnection):
    missing = {
        f"{name}: {join.written}": found
        for name, join in ALL
        if not join.may_be_missing and (found := _not_found(opened, name, join)) != 0
    }
    assert missing == {}


def test_few_joins_have_nothing_to_hold_for(opened: duckdb.DuckDBPyConnection):
    """A join whose columns are all null, or whose table is empty here, is not proved by the test above."""
    unproved = {
        name
        for name, join in ALL
        if not opened.execute(f"SELECT 1 FROM {name} WHERE {_known(join.columns)} LIMIT 1").fetchall()
    }
    assert unproved <= {
        *("raw.fundamental_tags", "marts.published_candidates", "marts.reconstitution_effects"),
        *("marts.reconstitution_events", "marts.debt_between_reports", "meta.deliveries"),
        *("marts.quality_summary", "marts.quintile_outcomes", "marts.index_comparison"),
        *("marts.screen_changes", "marts.index_changes", "core.return_doubts"),
    }


def _known(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"a.{quote_name(column)} IS NOT NULL" for column in columns).replace("a.", "")


def _not_found(opened: duckdb.DuckDBPyConnection, name: str, join) -> int:
    own, named = (", ".join(map(quote_name, columns)) for columns in (join.columns, join.targets))
    return opened.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT {own} FROM {name} WHERE {_known(join.columns)}"
        f" EXCEPT SELECT {named} FROM {join.table})"
    ).fetchall()[0][0]
