"""fleet.duckdb: every published table of all homes of a fleet as one view, with a column `home`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from smallcap import __version__
from smallcap.errors import DamagedCatalogueError, NothingPublishedError, SmallcapError
from smallcap.private_files import PRIVATE_FILE
from smallcap.rules.types.fleet import VIEW
from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse.catalogue import create_layers, new_database
from smallcap.warehouse.contents import Published, read_contents
from smallcap.warehouse.reading import served_path
from smallcap.warehouse.serve import put_in_place
from smallcap.warehouse.sqltext import quote_table, quote_text
from smallcap.warehouse.views import read_file_columns, select_statement

FILE: Final = VIEW
DATABASE: Final = "fleet"
PER_HOME: Final = ("meta.published_tables", "meta.runs", "meta.checks")
"""Meta tables of the homes that are kept with a column `home`."""


def write_view(root: Path, names: Sequence[str]) -> list[str]:
    """Write one catalogue over what the homes serve now; it is swapped in one step.

    Parameters
    ----------
    root
        The fleet's folder.
    names
        The homes.

    Returns
    -------
    list of str
        The homes in it. One that has published nothing, or whose catalogue is damaged, is left out.

    Raises
    ------
    NothingPublishedError
        When no home has published anything.
    """
    root = root.resolve()
    homes = dict(_served(root, names))
    if not homes:
        raise NothingPublishedError(
            f"no home below {root} has published anything; run 'smallcap fleet run' first"
        )
    new = root / f".{FILE}.{os.getpid()}.new"
    new.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection, new_database(connection, new, DATABASE, back_to="memory"):
            create_layers(connection)
            _create_views(connection, homes, root)
            _create_own(connection, homes, root)
        new.chmod(PRIVATE_FILE)
        put_in_place(new, root / FILE)
    except duckdb.Error as error:
        raise SmallcapError(f"{root / FILE} could not be written: {error}") from error
    finally:
        new.unlink(missing_ok=True)
    return list(homes)


def require_view(root: Path) -> Path:
    """Return the catalogue over all homes.

    Raises
    ------
    NothingPublishedError
        When it was not written yet.
    """
    path = root / FILE
    if not path.is_file():
        raise NothingPublishedError(
            f"there is no {path}; 'smallcap fleet run' writes it, and 'smallcap fleet view' again"
        )
    return path


def _served(root: Path, names: Sequence[str]) -> Iterator[tuple[str, Published]]:
    for name in names:
        try:
            yield name, read_contents(served_path(root / name / "warehouse"), root / name)
        except (NothingPublishedError, DamagedCatalogueError):
            continue


def _create_views(connection: duckdb.DuckDBPyConnection, homes: Mapping[str, Published], root: Path) -> None:
    """Create one view per table; a home that does not publish it adds no rows."""
    for name, table in TABLES.items():
        files = {home: served.tables[name].files for home, served in homes.items() if name in served.tables}
        # Where no home publishes a table, its view has no rows: a question about it is answered all the same.
        parts = [
            f"SELECT {quote_text(home)} AS home, * FROM "
            f"({select_statement(table, own, root / home, read_file_columns(connection, own))})"
            for home, own in (files or {"": ()}).items()
        ]
        connection.execute(f"CREATE VIEW {quote_table(name)} AS {' UNION ALL '.join(parts)}")
        told = f"{table.description} The column home names the home of a fleet."
        connection.execute(f"COMMENT ON VIEW {quote_table(name)} IS {quote_text(told)}")


def _create_own(connection: duckdb.DuckDBPyConnection, homes: Mapping[str, Published], root: Path) -> None:
    """Create the tables by which the catalogue says what it is and which files it reads."""
    files = [
        (name, file.relative_to(root).as_posix())
        for served in homes.values()
        for name, table in served.tables.items()
        for file in table.files
    ]
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    own: dict[str, Sequence[tuple[object, ...]]] = {
        "meta.catalogue": [(str(root), "fleet", __version__, f"{len(homes)} homes", moment)],
        "meta.published_files": files,
    }
    frames = {
        name: pl.DataFrame(rows, schema=META_TABLES[name].columns, orient="row") for name, rows in own.items()
    }
    frames["meta.homes"] = _homes(homes)
    for name in PER_HOME:
        frames[name] = pl.concat(
            [served.meta[name].select(pl.lit(home).alias("home"), pl.all()) for home, served in homes.items()]
        )
    for name, frame in frames.items():
        connection.register("frame", frame.to_arrow())
        connection.execute(f"CREATE TABLE {quote_table(name)} AS SELECT * FROM frame")
        connection.unregister("frame")


def _homes(homes: Mapping[str, Published]) -> pl.DataFrame:
    """Say of each home which run it serves."""
    return pl.DataFrame(
        {
            "home": list(homes),
            "run_id": [served.run_id for served in homes.values()],
            "published_at": [served.published_at for served in homes.values()],
            "release": [served.release for served in homes.values()],
            "label": [served.label for served in homes.values()],
        },
        schema_overrides={"published_at": pl.Datetime("us")},
    )
