"""The catalogue's macros agree with the functions that compute: the visibility rule, and ticker spelling."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.pointintime import by_standing, visible_rows
from smallcap.finance.tickers import normalised
from smallcap.rules.types.tickers import _without_separators
from smallcap.tables import TABLES
from smallcap.tables.macros import is_table_of_versions, macros
from smallcap.warehouse import ensure_home, export, rollback
from smallcap.warehouse.catalogue import create_macros
from smallcap.warehouse.contents import is_of_this_release
from tests.published_home import VIEWS_DIR, publish_small_home

FIRST_DAY = dt.date(2020, 1, 1)
DAYS = 6
ROWS = 12
VERSIONED = [table for table in TABLES.values() if is_table_of_versions(table)]
ONLY_IN_THIS_FIXTURE = [HealthCheck.function_scoped_fixture]

days = st.integers(0, DAYS).map(lambda number: FIRST_DAY + dt.timedelta(number))
# Few values, so that companies, dates and versions coincide.
rows = st.tuples(
    st.integers(1, 3),
    st.none() | days,
    st.none() | days,
    st.sampled_from([None, "original", "restated", "z"]),
    st.sampled_from([None, "a", "b"]),
)
KEY = ["entity_id", "period_end", "available_date", "version", "source"]
records = st.lists(rows, max_size=ROWS, unique=True).map(
    lambda found: pl.DataFrame(found, schema={name: ALL_TYPES[name] for name in KEY}, orient="row")
)
ALL_TYPES = TABLES["core.annual_metrics"].columns


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table of versions without rows, and the macros over them."""
    with duckdb.connect() as connection:
        for table in VERSIONED:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.layer}")
            connection.register("no_rows", table.empty().to_arrow())
            connection.execute(f"CREATE TABLE {table.name} AS FROM no_rows")
        create_macros(connection, [table.name for table in VERSIONED])
        yield connection


def asked(
    connection: duckdb.DuckDBPyConnection, table: str, known: pl.DataFrame, as_of: dt.date, suffix: str = ""
) -> pl.DataFrame:
    """Put rows into a table, and ask its macro which of them are visible."""
    columns = [name for name in KEY if name in TABLES[table].columns]
    connection.execute(f"TRUNCATE {table}")
    connection.register("known", known.select(columns).unique().to_arrow())
    connection.execute(f"INSERT INTO {table} BY NAME FROM known")
    macro = table.replace(".", ".visible_") + suffix
    return connection.sql(f"SELECT {', '.join(columns)} FROM {macro}($as_of)", params={"as_of": as_of}).pl()


@pytest.mark.parametrize("table", [table.name for table in VERSIONED])
@given(known=records, as_of=days)
@settings(deadline=None, suppress_health_check=ONLY_IN_THIS_FIXTURE)
def test_the_macro_finds_the_record_that_polars_finds(
    warehouse: duckdb.DuckDBPyConnection, table: str, known: pl.DataFrame, as_of: dt.date
) -> None:
    answer = asked(warehouse, table, known, as_of)
    known = known.select(answer.columns).unique()
    questions = pl.DataFrame({"entity_id": [1, 2, 3], "as_of": [as_of] * 3})
    expected = known[visible_rows(known, questions).drop_nulls().to_list()]
    assert_frame_equal(answer, expected, check_row_order=False)


@pytest.mark.parametrize("table", [table.name for table in VERSIONED])
@given(known=records, as_of=days)
@settings(deadline=None, suppress_health_check=ONLY_IN_THIS_FIXTURE)
def test_the_macro_by_period_finds_the_record_that_ranks_highest_in_each_period(
    warehouse: duckdb.DuckDBPyConnection, table: str, known: pl.DataFrame, as_of: dt.date
) -> None:
    answer = asked(warehouse, table, known, as_of, "_by_period")
    known = known.select(answer.columns).unique().filter(pl.col("available_date") <= as_of)
    newest = (
        by_standing(known)
        .group_by("entity_id", "period_end")
        .agg(pl.col("row").get(pl.col("standing").arg_max()))
    )
    assert_frame_equal(answer, known[newest["row"].to_list()], check_row_order=False)


def test_every_table_whose_rows_became_known_by_version_has_macros() -> None:
    assert [table.name for table in VERSIONED] == [
        "raw.fundamentals",
        "raw.quarterly_fundamentals",
        "raw.vendor_metrics",
        "core.annual_fundamentals",
        "core.quarterly_fundamentals",
        "core.annual_metrics",
        "core.trailing_metrics",
    ]
    assert {macro.source for macro in macros()} == {None, *(table.name for table in VERSIONED)}


WHITE_SPACE = "\t\n\r\x0b\x0c\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"
symbols = st.text(st.sampled_from("abzABZ09.-/_*& $é" + WHITE_SPACE), max_size=8)


@given(st.lists(symbols, min_size=1))
@settings(deadline=None, suppress_health_check=ONLY_IN_THIS_FIXTURE)
def test_a_ticker_is_spelt_the_same_in_duckdb_polars_and_python(
    warehouse: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    in_duckdb = warehouse.execute(
        "SELECT list_transform($texts::VARCHAR[], lambda text: core.symbol_key(text))", {"texts": texts}
    ).fetchall()[0][0]
    assert in_duckdb == normalised(pl.Series(texts)).to_list()
    assert in_duckdb == [_without_separators(text) for text in texts]


class TestWhereverThePublicationGoes:
    """The macros are in every file that is opened: served, exported, moved, and served again."""

    MACROS: ClassVar = {macro.name for macro in macros()}

    @pytest.fixture(scope="class")
    @staticmethod
    def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A home with two runs, one publication after the other; only read."""
        home = tmp_path_factory.mktemp("macros") / "home"
        for version in (1, 2):
            publish_small_home(home, f"run-{version}", version=version)
        return home

    @pytest.fixture
    @staticmethod
    def copy(home: Path, tmp_path: Path) -> Path:
        """A copy of it; its catalogues still name the first home's files."""
        return Path(shutil.copytree(home, tmp_path / "copy"))

    @staticmethod
    def of(file: Path) -> set[str]:
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute("FROM core.visible_annual_metrics(DATE '2025-12-31')").fetchall()
            found = connection.execute(
                "SELECT schema_name || '.' || function_name FROM duckdb_functions() WHERE NOT internal"
            ).fetchall()
        return {name for (name,) in found}

    @pytest.mark.drill
    def test_an_export_has_them(self, home: Path, tmp_path: Path) -> None:
        export(home / "warehouse", tmp_path / "export.duckdb")
        assert self.of(tmp_path / "export.duckdb") == self.MACROS

    def test_a_moved_home_has_them(self, copy: Path) -> None:
        shutil.rmtree(copy / "warehouse" / "history")
        assert ensure_home(copy / "warehouse", copy, VIEWS_DIR)
        assert self.of(copy / "warehouse" / "warehouse.duckdb") == self.MACROS

    def test_a_rolled_back_home_has_them(self, copy: Path) -> None:
        assert rollback(copy / "warehouse") == "run-1"
        assert self.of(copy / "warehouse" / "warehouse.duckdb") == self.MACROS

    def test_a_publication_without_them_is_not_of_this_release(self, copy: Path) -> None:
        warehouse_dir = copy / "warehouse"
        assert is_of_this_release(warehouse_dir, VIEWS_DIR)
        with duckdb.connect(str(warehouse_dir / "warehouse.duckdb")) as connection:
            connection.execute("DROP MACRO TABLE core.visible_annual_metrics")
        assert not is_of_this_release(warehouse_dir, VIEWS_DIR)

    def test_a_publication_without_a_view_is_not_of_this_release(self, copy: Path) -> None:
        warehouse_dir = copy / "warehouse"
        with duckdb.connect(str(warehouse_dir / "warehouse.duckdb")) as connection:
            connection.execute("DROP VIEW main.members_wide")
        assert not is_of_this_release(warehouse_dir, VIEWS_DIR)
