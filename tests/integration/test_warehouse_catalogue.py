"""The catalogue: every table answers with the types, comments and rows that its contract and its files
say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from smallcap.errors import DamagedCatalogueError, NothingPublishedError, SmallcapError
from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.views import read_views
from smallcap.warehouse import PublishedTable, build, published, versions_in_use
from smallcap.warehouse.reading import connect
from smallcap.warehouse.views import duckdb_type
from tests.published_home import (
    PUBLISHED_AT,
    SCORES,
    VIEWS_DIR,
    publish,
    publish_small_home,
    write_scores,
    write_securities,
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published catalogue, opened for reading only."""
    with connect(publish_small_home(tmp_path_factory.mktemp("read") / "home") / "warehouse.duckdb") as opened:
        yield opened


def _types(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {name}").fetchall()]


@pytest.mark.parametrize("name", [*TABLES, *META_TABLES])
def test_every_table_has_its_columns_in_order_and_typed_also_without_rows(
    catalogue: duckdb.DuckDBPyConnection, name: str
):
    table = {**TABLES, **META_TABLES}[name]
    assert _types(catalogue, name) == [
        (column, duckdb_type(dtype)) for column, dtype in table.columns.items()
    ]


@pytest.mark.parametrize("name", [*TABLES, *META_TABLES])
def test_every_table_and_column_says_what_it_is(catalogue: duckdb.DuckDBPyConnection, name: str):
    schema, short_name = name.split(".")
    comments = catalogue.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
        [schema, short_name],
    ).fetchall()
    assert len(comments) == len({**TABLES, **META_TABLES}[name].columns)
    assert [column for column, comment in comments if not comment] == []
    own = catalogue.execute(
        "SELECT comment FROM (SELECT schema_name, view_name AS name, comment FROM duckdb_views()"
        " UNION ALL SELECT schema_name, table_name, comment FROM duckdb_tables()) WHERE "
        "schema_name = ? AND name = ?",
        [schema, short_name],
    ).fetchall()
    assert own[0][0].startswith("One row")


def test_units_stand_in_the_comments(catalogue: duckdb.DuckDBPyConnection):
    comment = catalogue.execute(
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'marts' "
        "AND table_name = 'quality_scores' AND column_name = 'market_cap_usd'"
    ).fetchall()
    assert comment[0][0].endswith("[USD]")


def test_rows_of_partitioned_and_unpartitioned_tables_come_with_their_year(
    catalogue: duckdb.DuckDBPyConnection,
):
    years = catalogue.execute(
        "SELECT year, count(*), max(as_of) FROM marts.quality_scores GROUP BY year ORDER BY year"
    ).fetchall()
    assert years == [(year, 3, dt.date(year, 12, 31)) for year in (2023, 2024, 2025)]
    assert catalogue.execute("SELECT count(*) FROM raw.securities").fetchall() == [(1,)]


@pytest.mark.parametrize("lacking", [2023, 2025])
def test_a_column_that_some_files_lack_is_null_for_their_rows_and_keeps_its_type(
    tmp_path: Path, lacking: int
):
    home = tmp_path / "home"
    scores = write_scores(home, range(2023, 2026), without={lacking: "score"})
    with connect(publish(home, "run-1", scores) / "warehouse.duckdb") as connection:
        known = dict(
            connection.execute("SELECT year, count(score) FROM marts.quality_scores GROUP BY year").fetchall()
        )
        assert known == {year: 0 if year == lacking else 3 for year in (2023, 2024, 2025)}
        assert ("score", "DOUBLE") in _types(connection, SCORES)


def test_a_column_that_no_file_has_is_a_typed_null(tmp_path: Path):
    home = tmp_path / "home"
    scores = write_scores(home, range(2024, 2026), without=dict.fromkeys((2024, 2025), "available_date"))
    with connect(publish(home, "run-1", scores) / "warehouse.duckdb") as connection:
        assert ("available_date", "DATE") in _types(connection, SCORES)
        assert connection.execute(
            "SELECT count(*), count(available_date) FROM marts.quality_scores"
        ).fetchall() == [(6, 0)]


def test_a_table_without_files_answers_with_no_rows(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish(home, "run-1", PublishedTable(SCORES, 0, 0, (), None, None))
    with connect(warehouse_dir / "warehouse.duckdb") as connection:
        assert connection.execute("SELECT count(*), sum(score) FROM marts.quality_scores").fetchall() == [
            (0, None)
        ]
        assert connection.execute(
            "SELECT row_count, file_count, first_year FROM meta.published_tables"
        ).fetchall() == [(0, 0, None)]


def test_a_table_that_was_not_published_says_so(catalogue: duckdb.DuckDBPyConnection):
    comment = catalogue.execute("SELECT comment FROM duckdb_views() WHERE view_name = 'members'").fetchall()
    assert comment[0][0].endswith("Not published yet: no rows.")


def test_the_home_may_carry_quotes_and_pattern_characters(tmp_path: Path):
    with connect(
        publish_small_home(tmp_path / "analyst's [home]* env=test") / "warehouse.duckdb"
    ) as connection:
        assert connection.execute("SELECT count(*), min(year) FROM marts.quality_scores").fetchall() == [
            (9, 2023)
        ]


def test_the_home_may_be_given_through_a_link(tmp_path: Path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    assert published(publish_small_home(link)).home == (tmp_path / "real").resolve()


def test_what_was_published_is_read_back(tmp_path: Path):
    home = tmp_path / "home"
    tables = [write_scores(home, range(2023, 2026), version=7), write_securities(home)]
    contents = published(publish(home, "run-1", *tables))
    assert contents.tables == {table.name: table for table in tables}
    assert (contents.run_id, contents.published_at, contents.label, contents.release) == (
        "run-1",
        PUBLISHED_AT,
        "synthetic",
        "0.1.0",
    )
    assert contents.meta["meta.published_tables"]["run_id"].unique().to_list() == ["run-1"]


def test_the_meta_tables_that_are_handed_over_are_served(tmp_path: Path):
    checks = pl.DataFrame(
        {
            "run_id": ["run-1"],
            "table_name": [SCORES],
            "check_name": ["keys"],
            "status": ["passed"],
            "checked_at": [PUBLISHED_AT],
        }
    )
    home = tmp_path / "home"
    served = home / "warehouse" / "warehouse.duckdb"
    new = build(
        served, home, [], {"meta.checks": checks}, VIEWS_DIR, "run-1", PUBLISHED_AT, "synthetic", "0.1.0"
    )
    with connect(new) as connection:
        assert connection.execute(
            "SELECT check_name, first_year, checked_at FROM meta.checks"
        ).fetchall() == [("keys", None, PUBLISHED_AT)]


def test_a_time_with_a_zone_is_kept_in_utc(tmp_path: Path):
    east = dt.timezone(dt.timedelta(hours=2))
    new = build(
        tmp_path / "w.duckdb",
        tmp_path,
        [],
        {},
        VIEWS_DIR,
        "run-1",
        dt.datetime(2026, 1, 1, 1, tzinfo=east),
        "synthetic",
        "0.1.0",
    )
    with connect(new) as connection:
        assert connection.execute("SELECT built_at FROM meta.catalogue").fetchall() == [
            (dt.datetime(2025, 12, 31, 23),)
        ]


def test_further_views_take_their_comment_from_their_first_line(catalogue: duckdb.DuckDBPyConnection):
    comments = dict(
        catalogue.execute(
            "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'marts'"
        ).fetchall()
    )
    for file in VIEWS_DIR.glob("*.sql"):
        assert comments[file.stem] == file.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")


def test_each_table_and_view_of_the_marts_is_found_without_its_layer(catalogue: duckdb.DuckDBPyConnection):
    marts = {name.removeprefix("marts.") for name in TABLES if name.startswith("marts.")}
    marts |= {file.stem for file in VIEWS_DIR.glob("*.sql")}
    assert {name for (name,) in catalogue.execute("SHOW TABLES").fetchall()} == marts
    for name in ("quality_scores", "members_wide", "survivors"):
        assert _types(catalogue, name) == _types(catalogue, f"marts.{name}")
    assert catalogue.execute("SELECT count(*) FROM quality_point_in_time").fetchall() == [(9,)]
    comments = "SELECT comment FROM duckdb_views() WHERE view_name = 'members_wide'"
    assert len(set(catalogue.execute(comments).fetchall())) == 1


def test_the_marts_are_found_without_their_layer_by_a_client_that_opens_the_file(tmp_path: Path):
    file = publish_small_home(tmp_path / "home") / "warehouse.duckdb"
    with duckdb.connect(str(file), read_only=True) as client:
        assert client.execute("SELECT count(*) FROM quality_scores").fetchall() == [(9,)]
    with duckdb.connect() as client:
        client.execute(f"ATTACH '{file}' AS other (READ_ONLY)")
        assert client.execute("SELECT count(*) FROM other.quality_point_in_time").fetchall() == [(9,)]
        assert client.execute("SELECT count(*) FROM other.members_wide").fetchall() == [(0,)]


def test_a_view_may_read_a_view_whose_name_comes_later(tmp_path: Path):
    views = tmp_path / "views"
    views.mkdir()
    (views / "a_first.sql").write_text("-- Reads another.\nSELECT * FROM marts.b_second", encoding="utf-8")
    (views / "b_second.sql").write_text(
        "-- Is read.\n-- score [points]: a number\nSELECT 1.5 AS score, ticker FROM marts.quality_scores",
        encoding="utf-8",
    )
    file = publish(
        tmp_path / "home", "run-1", write_scores(tmp_path / "home", range(2025, 2026)), views_dir=views
    )
    with connect(file / "warehouse.duckdb") as catalogue:
        assert catalogue.execute("SELECT max(score), count(*) FROM a_first").fetchall() == [(1.5, 3)]
        comments = catalogue.execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = 'a_first'"
        ).fetchall()
    assert comments[0] == ("a number [points]",)
    assert comments[1] == ("ticker of the company's largest line",)


def test_views_that_read_each_other_in_a_circle_are_named(tmp_path: Path):
    for name, other in (("first", "second"), ("second", "first")):
        (tmp_path / f"{name}.sql").write_text(f"-- One.\nSELECT * FROM marts.{other}", encoding="utf-8")
    with pytest.raises(SmallcapError, match=r"in a circle: marts\.first, marts\.second"):
        read_views(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1", "the first line must be a comment"),
        ("--\nSELECT 1", "the first line must be a comment"),
        ("-- Shows nothing.\nSELECT nope FROM marts.quality_scores", "nope"),
    ],
)
def test_a_view_that_is_not_valid_is_named_and_leaves_no_file(tmp_path: Path, text: str, complaint: str):
    views = tmp_path / "views"
    views.mkdir()
    (views / "broken.sql").write_text(text, encoding="utf-8")
    with pytest.raises(SmallcapError, match=rf"broken\.sql.*{complaint}"):
        publish(tmp_path / "home", "run-1", views_dir=views)
    assert list((tmp_path / "home" / "warehouse").iterdir()) == []


def test_a_view_may_not_hide_a_table(tmp_path: Path):
    views = tmp_path / "views"
    views.mkdir()
    (views / "coverage.sql").write_text("-- Hides a table.\nSELECT 1", encoding="utf-8")
    with pytest.raises(SmallcapError, match=r"there is a table marts\.coverage already"):
        publish(tmp_path / "home", "run-1", views_dir=views)


def test_a_file_outside_the_home_is_refused(tmp_path: Path):
    scores = write_scores(tmp_path / "elsewhere", range(2025, 2026))
    with pytest.raises(SmallcapError, match="is not in the home"):
        publish(tmp_path / "home", "run-1", scores)


def test_a_file_that_is_missing_is_named_and_the_served_catalogue_stays(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish_small_home(home)
    gone = PublishedTable(SCORES, 2, 3, (home / "lake" / "gone.parquet",), 2025, 2025)
    with pytest.raises(SmallcapError, match=r"gone\.parquet"):
        publish(home, "run-2", gone)
    assert published(warehouse_dir).run_id == "run-1"


def test_a_table_unknown_to_the_release_is_named(tmp_path: Path):
    with pytest.raises(SmallcapError, match=r"knows no table marts\.old"):
        publish(tmp_path / "home", "run-1", PublishedTable("marts.old", 0, 0, (), None, None))


def test_a_home_without_a_catalogue_says_what_to_run(tmp_path: Path):
    with pytest.raises(NothingPublishedError, match="smallcap run"):
        published(tmp_path / "warehouse")


def test_a_file_that_is_no_catalogue_says_what_to_run(tmp_path: Path):
    (tmp_path / "warehouse.duckdb").write_text("not a database", encoding="utf-8")
    with pytest.raises(DamagedCatalogueError, match=r"'smallcap run' rebuilds it$"):
        published(tmp_path)


def test_versions_of_every_kept_catalogue_are_in_use_with_their_files(tmp_path: Path):
    home = tmp_path / "home"
    publish_small_home(home, "run-1", version=4)
    warehouse_dir = publish_small_home(home, "run-2", version=9)
    in_use = versions_in_use(warehouse_dir, home)
    assert {name: set(versions) for name, versions in in_use.items()} == {
        SCORES: {4, 9},
        "raw.securities": {0},
    }
    assert {file.name for file in in_use[SCORES][4]} == {"part-4.parquet"}
    assert all(file.is_file() for files in in_use[SCORES].values() for file in files)
