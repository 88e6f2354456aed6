"""Opening a catalogue for reading, detecting a damaged one, and what must be known before a query.

No Polars here.

A catalogue is attached to an in-memory database rather than opened: DuckDB shares one instance per path
inside a process, so a plain connect would go on serving the file that was there before a swap, with the
settings of whoever came first.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from smallcap.errors import (
    DamagedCatalogueError,
    HomeBusyError,
    InputError,
    MissingFilesError,
    NothingPublishedError,
)
from smallcap.warehouse.sqltext import quote_name, quote_text
from smallcap.warehouse.statements import rows_of

CATALOGUE_FILE = "warehouse.duckdb"
HISTORY_DIR = "history"
DATABASE = "warehouse"
"""The name under which a catalogue is attached."""


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
    InputError
        When this user may not look into the folder.
    """
    # A catalogue over many homes is a file of its own.
    path = warehouse_dir if warehouse_dir.suffix == ".duckdb" else warehouse_dir / CATALOGUE_FILE
    if warehouse_dir.is_dir() and not os.access(warehouse_dir, os.X_OK):
        raise InputError(f"the folder {warehouse_dir} cannot be read by this user; have its owner permit it")
    if not path.exists():
        raise NothingPublishedError(f"nothing is published yet: there is no {path}; run 'smallcap run' first")
    return path


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a catalogue read-only as the default database ``warehouse`` of a fresh connection.

    Raises
    ------
    InputError
        When this user may not read the file.
    HomeBusyError
        When another program has opened the file for writing.
    DamagedCatalogueError
        When the file is not a catalogue that can be read.
    """
    if path.exists() and not os.access(path, os.R_OK):
        raise InputError(f"{path} cannot be read by this user; have its owner permit it")
    connection = duckdb.connect()
    try:
        _attach(connection, path)
    except duckdb.Error as error:
        connection.close()
        if "Could not set lock" in str(error):
            raise HomeBusyError(
                f"another program has opened {path} for writing; close it there ({_first_line(error)})"
            ) from None
        raise _damaged(path, _first_line(error)) from None
    return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach a catalogue read-only as the default database."""
    # Nothing is spilled to disk: by default an in-memory database would do so in the current folder.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET python_enable_replacements = false")
    connection.execute(f"ATTACH {quote_text(path)} AS {DATABASE} (READ_ONLY)")
    connection.execute(f"USE {DATABASE}")


def identity(connection: duckdb.DuckDBPyConnection) -> Identity:
    """Read what the open catalogue says of itself.

    Raises
    ------
    DamagedCatalogueError
        When the file does not say so: it is damaged, or was not made by smallcap.
    """
    rows = read_own(connection, "identity")
    if len(rows) != 1:
        raise _damaged(_path_of(connection), f"its meta.catalogue has {len(rows)} rows instead of one")
    home, run_id, release, label = rows[0]
    return Identity(Path(home), run_id, release, label)


def read_own(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Ask a question of ``sql/catalogue`` about what the open catalogue itself holds.

    Raises
    ------
    DamagedCatalogueError
        When that fails.
    """
    try:
        return rows_of(connection, name, **parameters)
    except duckdb.Error as error:
        raise _damaged(_path_of(connection), _first_line(error)) from None


@contextmanager
def connect_whole(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a catalogue as `connect` does, and require that all of it can be read, as `read_everything`."""
    with connect(path) as connection:
        read_everything(connection, path)
        yield connection


def require_whole(path: Path) -> None:
    """Open a catalogue file and require that all of it can be read; errors as for `read_everything`."""
    with connect_whole(path):
        pass


def read_everything(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Read everything that the open catalogue itself holds: damage is found only where it is read.

    Raises
    ------
    DamagedCatalogueError
        When something in it cannot be read.
    """
    identity(connection)
    for schema, name in read_own(connection, "attached_tables", database=DATABASE):
        table = f"{quote_name(schema)}.{quote_name(name)}"
        try:
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {table} AS t").fetchall()
        except duckdb.Error as error:
            raise _damaged(path, _first_line(error)) from None


def is_damaged(path: Path) -> bool:
    """Whether a catalogue exists but some of it cannot be read."""
    try:
        require_whole(path)
    except DamagedCatalogueError:
        return True
    return False


def require_readable(path: Path) -> None:
    """Explain why a query failed where the catalogue or its files are the reason; return where they are not.

    Raises
    ------
    DamagedCatalogueError
        When the catalogue is damaged.
    MissingFilesError
        When published files are gone.
    """
    require_whole(path)
    with connect(path) as connection:
        missing = [file for file in published_files(connection) if not file.is_file()]
    if missing:
        raise MissingFilesError(
            f"{len(missing)} published files are gone, the first is {missing[0]}; 'smallcap run' makes their "
            f"years again and publishes"
        )


def require_writable(warehouse_dir: Path, purpose: str) -> None:
    """Refuse to change what is served where nothing can be written.

    Raises
    ------
    InputError
        When the folder cannot be written to; the message says what it would have been for.
    """
    if not os.access(warehouse_dir, os.W_OK):
        raise InputError(
            f"{warehouse_dir} cannot be written to, which {purpose}; do it where the home can be written to"
        )


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
    rows = read_own(connection, "published_files")
    return [home / path for (path,) in rows]


def served_versions(warehouse_dir: Path) -> dict[str, int]:
    """Return the version of each table that is served.

    None where nothing was published yet, or the catalogue is damaged.
    """
    path = warehouse_dir / CATALOGUE_FILE
    if not path.is_file() or is_damaged(path):
        return {}
    with connect(path) as connection:
        return dict(rows_of(connection, "published_versions"))


def served_run_id(warehouse_dir: Path) -> str | None:
    """Name the run whose catalogue is served.

    None where nothing was published yet, or the catalogue is too damaged to say.
    """
    path = warehouse_dir / CATALOGUE_FILE
    try:
        return identity_of(path).run_id if path.exists() else None
    except DamagedCatalogueError:
        return None


def served_at(warehouse_dir: Path) -> dt.datetime | None:
    """Say when the served catalogue was published (UTC).

    None where nothing was published yet, or the catalogue is too damaged to say.
    """
    path = warehouse_dir / CATALOGUE_FILE
    if not path.exists():
        return None
    try:
        with connect(path) as connection:
            found: dt.datetime = read_own(connection, "built_at")[0][0]
            return found
    except (DamagedCatalogueError, IndexError):
        return None


def _damaged(path: Path, reason: str) -> DamagedCatalogueError:
    """Say what is wrong with a catalogue, and how to repair it: by an earlier one if one can be read."""
    earlier = [kept for kept in (path.parent / HISTORY_DIR).glob("[0-9]*.duckdb") if not is_damaged(kept)]
    other = ", 'smallcap rollback' serves an earlier one" if earlier else ""
    return DamagedCatalogueError(
        f"the catalogue {path} is damaged ({reason}); the data are in the lake: 'smallcap run' "
        f"rebuilds it{other}"
    )


def _path_of(connection: duckdb.DuckDBPyConnection) -> Path:
    return Path(rows_of(connection, "path")[0][0])


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
