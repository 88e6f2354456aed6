"""What a catalogue holds, as objects: the published tables with their files, the meta tables as frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from smallcap import __version__
from smallcap.errors import DamagedCatalogueError
from smallcap.tables import META_TABLES
from smallcap.tables.macros import macros
from smallcap.tables.views import LAYER
from smallcap.warehouse.catalogue import PublishedTable, conform
from smallcap.warehouse.reading import DATABASE, connect, connect_whole, identity, served_path
from smallcap.warehouse.serve import kept_catalogues
from smallcap.warehouse.sqltext import quote_table
from smallcap.warehouse.statements import rows_of

OF_TABLES = ("meta.published_tables", "meta.published_files")
"""The meta tables that say which versions and files a catalogue serves."""


@dataclass(frozen=True)
class Published:
    """The contents of one catalogue.

    Attributes
    ----------
    run_id, published_at
        The run that published it, and when (UTC).
    home, release, label
        As in meta.catalogue.
    tables
        The tables served, by name; their files are absolute paths.
    meta
        The meta tables as frames, by name.
    """

    run_id: str
    published_at: dt.datetime
    home: Path
    release: str
    label: str
    tables: dict[str, PublishedTable]
    meta: dict[str, pl.DataFrame]


def published(warehouse_dir: Path) -> Published:
    """Read the served catalogue.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    """
    return read_contents(served_path(warehouse_dir))


def read_contents(path: Path, home: Path | None = None) -> Published:
    """Read a catalogue file that is not damaged; `home` replaces the recorded home in the files' paths."""
    with connect_whole(path) as connection:
        own = identity(connection)
        meta = _read_meta(connection, META_TABLES)
    place = home.resolve() if home else own.home
    return Published(
        run_id=own.run_id,
        published_at=meta["meta.catalogue"].item(0, "built_at"),
        home=place,
        release=own.release,
        label=own.label,
        tables=_tables(meta, place),
        meta=meta,
    )


def is_of_this_release(warehouse_dir: Path, views_dir: Path) -> bool:
    """Whether the served catalogue was built by this release, with each macro and view that it makes."""
    with connect(served_path(warehouse_dir)) as connection:
        own = {name for (name,) in rows_of(connection, "own_macros")}
        wanted = {macro.name.split(".")[1] for macro in macros() if macro.source}
        views = {
            f"{schema}.{name}" for schema, name, _ in rows_of(connection, "attached_views", database=DATABASE)
        }
        wanted_views = {
            name for file in views_dir.glob("*.sql") for name in (f"{LAYER}.{file.stem}", f"main.{file.stem}")
        }
        return identity(connection).release == __version__ and wanted <= own and wanted_views <= views


def versions_in_use(warehouse_dir: Path, home: Path) -> dict[str, dict[int, tuple[Path, ...]]]:
    """Collect the table versions that any kept catalogue serves or could serve again, with their files.

    They stay when a home is cleaned up. The files are in `home`.
    """
    versions: dict[str, dict[int, tuple[Path, ...]]] = {}
    for path in kept_catalogues(warehouse_dir):
        try:
            with connect_whole(path) as connection:
                meta = _read_meta(connection, OF_TABLES)
        except DamagedCatalogueError:
            # It cannot say, and no rollback serves it again.
            continue
        for name, entry in _tables(meta, home.resolve()).items():
            versions.setdefault(name, {})[entry.version] = entry.files
    return versions


def _read_meta(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Read meta tables; one that an older release did not write is empty."""
    there = {".".join(parts) for parts in rows_of(connection, "attached_tables", database=DATABASE)}
    return {
        name: conform(connection.sql(f"SELECT * FROM {quote_table(name)}").pl(), META_TABLES[name])
        if name in there
        else META_TABLES[name].empty()
        for name in names
    }


def _tables(meta: dict[str, pl.DataFrame], home: Path) -> dict[str, PublishedTable]:
    files: dict[str, list[Path]] = {}
    for name, path in meta["meta.published_files"].iter_rows():
        files.setdefault(name, []).append(home / path)
    return {
        row["table_name"]: PublishedTable(
            name=row["table_name"],
            version=row["version"],
            row_count=row["row_count"],
            files=tuple(files.get(row["table_name"], ())),
            first_year=row["first_year"],
            last_year=row["last_year"],
        )
        for row in meta["meta.published_tables"].iter_rows(named=True)
    }
