"""Opening a catalogue for reading, and the little that must be known before a query; no Polars here.

A catalogue is attached to an in-memory database rather than opened: DuckDB shares one instance per path inside a process,
so a plain connect would go on serving the file that was there before a swap, with the settings of whoever came first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from smallcap.errors import NothingPublishedError, SmallcapError
from smallcap.warehouse.sqltext import quote_text

CATALOGUE_FILE = "warehouse.duckdb"


@dataclass(frozen=True)
class Identity:
    """What a catalogue says of itself in meta.catalogue."""

    home: Path
    run_id: str
    release: str
    label: str


def served_path(warehouse_dir: Path) -> Path:
    """Find the served catalogue.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    """
    path = warehouse_dir / CATALOGUE_FILE
    if not path.is_file():
        raise NothingPublishedError(f"nothing is published yet: there is no {path}; run 'smallcap run' first")
    return path


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a catalogue read-only as the default database ``warehouse`` of a fresh connection.

    Raises
    ------
    SmallcapError
        When the file is not a catalogue that can be read.
    """
    connection = duckdb.connect()
    try:
        # Nothing is spilt to disk: by default an in-memory database would do so in the current folder.
        connection.execute("SET temp_directory = ''")
        connection.execute("SET python_enable_replacements = false")
        connection.execute(f"ATTACH {quote_text(path)} AS warehouse (READ_ONLY)")
        connection.execute("USE warehouse")
    except duckdb.Error as error:
        connection.close()
        raise SmallcapError(
            f"{path} cannot be opened: {error}; 'smallcap rollback' serves an earlier catalogue, 'smallcap run' makes a new one"
        ) from None
    return connection


def identity(connection: duckdb.DuckDBPyConnection) -> Identity:
    """Read what the open catalogue says of itself.

    Raises
    ------
    SmallcapError
        When the file does not say so: it was not made by smallcap.
    """
    try:
        rows = connection.execute("SELECT home, run_id, release, label FROM meta.catalogue").fetchall()
    except duckdb.Error as error:
        raise SmallcapError(f"the catalogue has no readable meta.catalogue ({error}); run 'smallcap run' to make a new one") from None
    if len(rows) != 1:
        raise SmallcapError(f"meta.catalogue has {len(rows)} rows instead of one; run 'smallcap run' to make a new catalogue")
    home, run_id, release, label = rows[0]
    return Identity(Path(home), run_id, release, label)


def identity_of(path: Path) -> Identity:
    """Open a catalogue file and read what it says of itself."""
    with connect(path) as connection:
        return identity(connection)


def is_home_current(warehouse_dir: Path, home: Path) -> bool:
    """Whether the served catalogue's views point into `home`; false after the home was moved or copied."""
    return identity_of(served_path(warehouse_dir)).home == home.resolve()


def published_files(connection: duckdb.DuckDBPyConnection) -> list[Path]:
    """List the Parquet files behind the open catalogue's views, as absolute paths."""
    home = identity(connection).home
    rows = connection.execute("SELECT path FROM meta.published_files ORDER BY path").fetchall()
    return [home / path for (path,) in rows]


def served_run_id(warehouse_dir: Path) -> str | None:
    """Name the run whose catalogue is served; None where nothing was published yet."""
    path = warehouse_dir / CATALOGUE_FILE
    return identity_of(path).run_id if path.is_file() else None
