"""Reading the published warehouse as Polars frames: many queries, one connection, so one consistent state of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from smallcap.errors import SmallcapError
from smallcap.warehouse.reading import connect, require_readable, served_path


class Frames:
    """An open catalogue that answers queries with frames.

    Parameters
    ----------
    connection
        The open catalogue.
    path
        Its file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def __call__(self, sql: str, parameters: dict[str, object]) -> pl.DataFrame | None:
        """Run one query.

        Parameters
        ----------
        sql
            A SELECT; parameters are written ``$name``.
        parameters
            Values by name; those that the query does not name are left out.

        Returns
        -------
        pl.DataFrame or None
            The rows; None where the catalogue, written by another release, lacks a table or column that the
            query reads.

        Raises
        ------
        SmallcapError
            When the catalogue or a published file cannot be read.
        """
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        try:
            rows: pl.DataFrame = self._connection.sql(sql, params=named).pl()
        except (duckdb.CatalogException, duckdb.BinderException):
            return None
        except duckdb.Error as error:
            require_readable(self._path)
            raise SmallcapError(f"{error}; 'smallcap run' publishes anew") from error
        return rows


@contextmanager
def open_frames(warehouse_dir: Path) -> Iterator[Frames]:
    """Open the served catalogue for reading; a swap in the meantime changes nothing of what is read.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    """
    path = served_path(warehouse_dir)
    with connect(path) as connection:
        yield Frames(connection, path)
