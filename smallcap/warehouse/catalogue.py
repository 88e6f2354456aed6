"""Building a catalogue: a .duckdb file with views over the lake's files, macros, comments and meta tables.

It holds no data of the lake. `serve` puts it in the place of the served one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from smallcap.errors import SmallcapError
from smallcap.tables import META_TABLES, TABLES, Table
from smallcap.tables import table as find_table
from smallcap.tables.macros import macros
from smallcap.tables.views import View, read_views
from smallcap.warehouse.sqltext import quote_name, quote_table, quote_text
from smallcap.warehouse.unqualified import create_unqualified
from smallcap.warehouse.views import (
    column_comment,
    comment_statements,
    duckdb_type,
    read_file_columns,
    select_statement,
)

STORAGE_VERSION = "v1.2.0"
"""Format that DuckDB clients from 1.2 to 2.0 open."""
LAYERS = ("raw", "core", "marts", "meta")
UNFINISHED_SUFFIX = ".new"


@dataclass(frozen=True)
class PublishedTable:
    """One table of the lake at one version, as it is served.

    Attributes
    ----------
    name
        Layer and table, as in DuckDB.
    version
        Version of the Delta table.
    row_count
        Rows of that version.
    files
        The Parquet files of that version, absolute paths inside the home.
    first_year, last_year
        Years with rows; null for tables that are not partitioned or are empty.
    """

    name: str
    version: int
    row_count: int
    files: tuple[Path, ...]
    first_year: int | None
    last_year: int | None

    def figures(self) -> tuple[str, int, int, int, int | None, int | None]:
        """Return what a row of meta.published_tables says of the table, in the order of its columns."""
        return self.name, self.version, self.row_count, len(self.files), self.first_year, self.last_year


def build(
    path: Path,
    home: Path,
    tables: Sequence[PublishedTable],
    meta: Mapping[str, pl.DataFrame],
    views_dir: Path,
    run_id: str,
    published_at: dt.datetime,
    label: str,
    release: str,
) -> Path:
    """Build a catalogue in a new file beside `path`, complete and closed when this returns.

    Parameters
    ----------
    path
        Where the catalogue will be served; the file there is not touched.
    home
        The home that the files are in.
    tables
        The versions to serve. A table of the registry that is not among them gets a view without rows that
        says so.
    meta
        Frames of meta.runs, meta.checks, meta.fetched, meta.deliveries and meta.kept_versions, by name;
        one left out is empty. The other meta tables follow from the arguments.
    views_dir
        Folder of further views: one .sql each, named like the view; the first line is a comment that becomes
        the view's.
    run_id
        The run that publishes; it is in every row of meta.published_tables.
    published_at
        When; UTC where it has no time zone.
    label
        What the data are; says so where they are synthetic.
    release
        Version of smallcap.

    Returns
    -------
    Path
        The new file, to be handed to `serve.swap`.

    Raises
    ------
    SmallcapError
        When a file cannot be read, is outside the home, or a view of `views_dir` is not valid.
    """
    new = unfinished_path(path)
    tables = [_rebase(entry, home) for entry in tables]
    home = home.resolve()
    records = {**meta, **_own_records(home, tables, run_id, _utc(published_at), label, release)}
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _for_small_statements() as connection, new_database(connection, new, "catalogue", "memory"):
            connection.execute("BEGIN")
            create_layers(connection)
            _create_table_views(connection, home, tables)
            _create_meta_tables(connection, records)
            create_macros(connection, TABLES)
            _create_extra_views(connection, views_dir)
            create_unqualified(connection)
            connection.execute("COMMIT")
    except duckdb.Error as error:
        new.unlink(missing_ok=True)
        raise SmallcapError(f"the catalogue {path} could not be built: {error}") from error
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return new


def unfinished_path(path: Path) -> Path:
    """Name a file beside `path` that nobody else writes."""
    return path.with_name(f"{path.name}.{uuid.uuid4().hex}{UNFINISHED_SUFFIX}")


@contextmanager
def new_database(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, back_to: str
) -> Iterator[None]:
    """Make a file and fill it as the current database `name`; then write it out and use `back_to` again."""
    connection.execute(f"ATTACH {quote_text(path)} AS {name} (STORAGE_VERSION {quote_text(STORAGE_VERSION)})")
    connection.execute(f"USE {name}")
    yield
    connection.execute(f"CHECKPOINT {name}")
    connection.execute(f"USE {back_to}")
    connection.execute(f"DETACH {name}")


def _for_small_statements() -> duckdb.DuckDBPyConnection:
    """Open an engine for thousands of statements without rows.

    Most are comments of columns; to optimize them and to begin several threads for each took half of the
    time.
    """
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("PRAGMA disable_optimizer")
    return connection


def create_layers(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas of all layers in the current database."""
    for layer in LAYERS:
        connection.execute(f"CREATE SCHEMA {quote_name(layer)}")


def _create_table_views(
    connection: duckdb.DuckDBPyConnection, home: Path, tables: Sequence[PublishedTable]
) -> None:
    published = {entry.name: entry for entry in tables}
    unknown = sorted(set(published) - set(TABLES))
    if unknown:
        raise SmallcapError(
            f"this release knows no table {', '.join(unknown)}; publish again with 'smallcap run'"
        )
    for table in TABLES.values():
        files = published[table.name].files if table.name in published else ()
        select = select_statement(table, files, home, read_file_columns(connection, files))
        connection.execute(f"CREATE VIEW {quote_table(table.name)} AS {select}")
        connection.execute(";\n".join(comment_statements(table, "VIEW")))
        if table.name not in published:
            remark = f"{table.description} Not published yet: no rows."
            connection.execute(f"COMMENT ON VIEW {quote_table(table.name)} IS {quote_text(remark)}")


def _create_meta_tables(connection: duckdb.DuckDBPyConnection, records: Mapping[str, pl.DataFrame]) -> None:
    for table in META_TABLES.values():
        name = quote_table(table.name)
        columns = ", ".join(
            f"{quote_name(column)} {duckdb_type(dtype)}" for column, dtype in table.columns.items()
        )
        connection.execute(f"CREATE TABLE {name} ({columns})")
        frame = conform(records.get(table.name, table.empty()), table)
        connection.register("frame", frame.to_arrow())
        connection.execute(f"INSERT INTO {name} SELECT * FROM frame")
        connection.unregister("frame")
        connection.execute(";\n".join(comment_statements(table, "TABLE")))


def create_macros(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> None:
    """Create the macros over these tables, and those over none, in the current database."""
    for macro in macros():
        if macro.source is None or macro.source in tables:
            for statement in macro.statements():
                connection.execute(statement)


def _create_extra_views(connection: duckdb.DuckDBPyConnection, views_dir: Path) -> None:
    for view in read_views(views_dir):
        file = views_dir / f"{view.name.split('.')[1]}.sql"
        if view.name in TABLES:
            raise SmallcapError(f"{file}: there is a table {view.name} already; give the view another name")
        try:
            connection.execute(f"CREATE VIEW {quote_table(view.name)} AS {view.select}")
        except duckdb.Error as error:
            raise SmallcapError(f"{file}: {error}") from None
        _comment_on_view(connection, view)


def _comment_on_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    columns = [column for column, *_ in connection.execute(f"DESCRIBE {quote_table(view.name)}").fetchall()]
    of_columns = [
        column_comment(view.name, column, meaning.text, meaning.unit)
        for column in columns
        if (meaning := view.meaning(column))
    ]
    of_view = f"COMMENT ON VIEW {quote_table(view.name)} IS {quote_text(view.description)}"
    connection.execute(";\n".join([of_view, *of_columns]))


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Bring a frame to a table's columns and types; a column that an older release did not have is null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in table.columns.items()
    )


def _own_records(
    home: Path,
    tables: Sequence[PublishedTable],
    run_id: str,
    published_at: dt.datetime,
    label: str,
    release: str,
) -> dict[str, pl.DataFrame]:
    """Make the meta tables that describe the catalogue itself."""
    ordered = sorted(tables, key=lambda entry: entry.name)
    rows: dict[str, Sequence[tuple[Any, ...]]] = {
        "meta.published_tables": [(*entry.figures(), run_id, published_at) for entry in ordered],
        "meta.published_files": [
            (entry.name, file.relative_to(home).as_posix()) for entry in ordered for file in entry.files
        ],
        "meta.catalogue": [(str(home), run_id, release, label, published_at)],
    }
    return {
        name: pl.DataFrame(values, schema=find_table(name).columns, orient="row")
        for name, values in rows.items()
    }


def _rebase(entry: PublishedTable, home: Path) -> PublishedTable:
    """Name the files by the home's real path, also where the home was given through a link."""
    outside = [
        file
        for file in entry.files
        if not file.is_relative_to(home) and not file.is_relative_to(home.resolve())
    ]
    if outside:
        raise SmallcapError(
            f"{outside[0]} of {entry.name} is not in the home {home}; only files of the home can be published"
        )
    relative = (
        file.relative_to(home if file.is_relative_to(home) else home.resolve()) for file in entry.files
    )
    return replace(entry, files=tuple(home.resolve() / path for path in relative))


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
