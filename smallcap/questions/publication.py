"""Asking one publication: it is opened once, so all answers are of one state.

A publication or rollback in the meantime changes nothing. Polars is loaded only for frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.questions.files import question
from smallcap.warehouse.reading import connect, identity, read_everything, require_readable, served_path

if TYPE_CHECKING:
    import polars as pl


class OlderPublicationError(SmallcapError):
    """What is published was made by a release that did not publish what a question reads."""

    exit_code = ExitCode.UNPUBLISHED


class Publication:
    """A publication that is open for reading.

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

    def ask(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """Answer a question with rows by column name.

        Parameters
        ----------
        name
            The question, named by its file in ``sql/report`` or ``sql/terminal``.
        parameters
            A value for each of its parameters; None is NULL.

        Raises
        ------
        OlderPublicationError
            When an older release published, and the question reads a table, column or macro of this one.
        SmallcapError
            When the catalogue or a published file cannot be read.
        TypeError
            When the parameters are not those of the question.
        """
        columns, rows = self.table(name, **parameters)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def table(self, name: str, **parameters: object) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Answer a question with its column names and its rows; arguments and errors as for `ask`."""
        with self._explained(name):
            relation = self._relation(name, parameters)
            return relation.columns, relation.fetchall()

    def frame(self, name: str, **parameters: object) -> pl.DataFrame:
        """Answer a question with a Polars frame; arguments and errors as for `ask`."""
        with self._explained(name):
            found: pl.DataFrame = self._relation(name, parameters).pl()
            return found

    def _relation(self, name: str, parameters: dict[str, object]) -> duckdb.DuckDBPyRelation:
        asked = question(name)
        if asked.parameters != set(parameters):
            wanted = ", ".join(sorted(asked.parameters)) or "none"
            raise TypeError(f"the parameters of question '{name}' are: {wanted}; given: {sorted(parameters)}")
        return self._connection.sql(asked.sql, params=parameters)

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            release = identity(self._connection).release
            reason = str(error).splitlines()[0]
            raise OlderPublicationError(
                f"what is published was made by release {release}, which lacks what the question '{name}' "
                f"reads ({reason}); 'smallcap run' publishes it again"
            ) from error
        except duckdb.Error as error:
            require_readable(self._path)
            raise SmallcapError(f"{error}; 'smallcap run' publishes it again") from error


@contextmanager
def open_publication(warehouse_dir: Path) -> Iterator[Publication]:
    """Open what is published for reading; a later publication or rollback does not change what is read.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When some of the catalogue cannot be read.
    """
    path = served_path(warehouse_dir)
    with connect(path) as connection:
        read_everything(connection, path)
        yield Publication(connection, path)
