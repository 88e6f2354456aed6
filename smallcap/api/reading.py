"""The open publication behind a `Home`, read through the project's query layer."""

from __future__ import annotations

import datetime as dt
import difflib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import numpy as np

from smallcap.api.frames import Backend, answer
from smallcap.errors import InputError, SmallcapError
from smallcap.package_files import SQL_DIR
from smallcap.questions import OlderPublicationError, Publication
from smallcap.questions.dates import nearest_dates
from smallcap.questions.files import Question
from smallcap.warehouse.query import locked_connection
from smallcap.warehouse.reading import (
    identity,
    is_home_current,
    read_everything,
    require_readable,
    served_path,
)
from smallcap.warehouse.safety import check_statement

if TYPE_CHECKING:
    import polars as pl

When = dt.date | Literal["latest"] | None
AS_OF = "as_of"


class Reading:
    """An open publication.

    Parameters
    ----------
    connection
        The open catalogue, locked: it reads published files alone.
    path
        Its file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.publication = Publication(connection, path)
        self._path = path

    def table(self, name: str, as_of: When, columns: Sequence[str] | None, backend: Backend) -> Any:
        """Return the rows of a table or view at a date."""
        if isinstance(columns, str):
            raise InputError(f"columns is a list of names: write columns=['{columns}']")
        with self._explained():
            full = self._full_name(name)
            relation = self._at(full, self.connection.table(full), as_of)
            if unknown := [column for column in columns or () if column not in relation.columns]:
                raise InputError(f"{full} has no column {_with_nearest(unknown[0], relation.columns)}")
            chosen = [duckdb.ColumnExpression(column) for column in columns or ()]
            return answer(relation.select(*chosen) if chosen else relation, backend)

    def query(self, sql: str, parameters: Mapping[str, object], backend: Backend) -> Any:
        """Return the answer to one statement that only reads."""
        with self._explained():
            statement = check_statement(self.connection, sql)
            return answer(self.connection.sql(statement, params=_bound(parameters)), backend)

    def question(self, asked: Question, parameters: Mapping[str, object], backend: Backend) -> Any:
        """Return the answer to a question of a file; parameters with a default may be left out."""
        parameters = {**self._defaults(asked), **parameters}
        if asked.parameters != set(parameters):
            wanted = ", ".join(sorted(asked.parameters)) or "none"
            given = ", ".join(sorted(parameters)) or "none"
            raise InputError(f"the parameters of question '{asked.name}' are: {wanted}; given: {given}")
        with self._explained():
            try:
                return answer(self.connection.sql(asked.sql, params=_bound(parameters)), backend)
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                release = identity(self.connection).release
                raise OlderPublicationError(
                    f"what is published was made by release {release} or an earlier state of it, which lacks "
                    f"what the question '{asked.name}' reads ({str(error).splitlines()[0]}); 'smallcap run' "
                    f"publishes it again"
                ) from None

    def _defaults(self, asked: Question) -> dict[str, object]:
        """Return the values of a worked query's parameters that need not be given."""
        latest = max(self.dates(), default=None) if asked.declared else None
        return {one.name: one.value(one.default, latest) for one in asked.declared if one.default is not None}

    def dates(self) -> list[dt.date]:
        """List the dates with members, ascending."""
        return sorted(row[AS_OF] for row in self.publication.ask("dates"))

    def tables(self) -> pl.DataFrame:
        """List the tables and views that can be read."""
        return self.publication.frame("published_relations")

    @cached_property
    def _names(self) -> list[str]:
        return [str(row["name"]) for row in self.publication.ask("published_relations")]

    def _full_name(self, name: str) -> str:
        names = self._names
        found = [full for full in names if name.lower() in (full, full.split(".")[-1])]
        if len(found) != 1:
            if found:
                raise InputError(f"'{name}' is in several layers: {', '.join(found)}; name one in full")
            raise InputError(
                f"there is no table or view {_with_nearest(name, names)}; Home.tables() lists them"
            )
        return found[0]

    def _at(self, full: str, relation: duckdb.DuckDBPyRelation, as_of: When) -> duckdb.DuckDBPyRelation:
        """Keep the rows of a date."""
        if as_of is None:
            return relation
        if AS_OF not in relation.columns:
            return self._visible(full, self.dates()[-1] if as_of == "latest" else as_of)
        dates = sorted(row[0] for row in relation.select(AS_OF).distinct().fetchall())
        date = (dates[-1] if dates else None) if as_of == "latest" else as_of
        if date not in dates:
            raise InputError(
                f"{full} has no rows of {date}; {nearest_dates(date, dates) if date else 'it is empty'}"
            )
        return relation.filter(duckdb.ColumnExpression(AS_OF) == duckdb.ConstantExpression(date))

    def _visible(self, full: str, date: dt.date) -> duckdb.DuckDBPyRelation:
        """Ask the catalogue's macro which version of each company's rows was visible on a date."""
        from smallcap.tables.macros import macros

        layer, short = full.split(".")
        macro = f"{layer}.visible_{short}"
        if macro not in {one.name for one in macros()}:
            raise InputError(
                f"{full} has no column as_of, and no versions: read it without as_of, and filter it"
            )
        return self.connection.sql(f"FROM {macro}($as_of)", params={AS_OF: date})

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except duckdb.ConnectionException as error:
            raise InputError(f"this home is closed: open it again ({error})") from None
        except duckdb.IOException as error:
            require_readable(self._path)
            raise SmallcapError(f"{error}; open the home again") from None
        except duckdb.Error as error:
            raise InputError(str(error)) from None


@contextmanager
def opened(home: Path) -> Iterator[Reading]:
    """Open what a home has published; where it was moved, through a copy of its catalogue.

    Parameters
    ----------
    home
        Its folder.
    """
    with ExitStack() as stack:
        folder = home / "warehouse"
        served_path(folder)
        if not is_home_current(folder, home):
            from smallcap.warehouse.relocate import copy_for_reading

            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smallcap-")))
            copy_for_reading(folder, home, SQL_DIR / "views", copy)
            folder = copy
        connection = stack.enter_context(locked_connection(folder, None))
        path = served_path(folder)
        read_everything(connection, path)
        yield Reading(connection, path)


def _bound(parameters: Mapping[str, object]) -> dict[str, object] | None:
    """Return values as DuckDB takes them: it knows Python's numbers, and not all of NumPy's."""
    return {
        name: value.item() if isinstance(value, np.generic) else value for name, value in parameters.items()
    } or None


def _with_nearest(name: str, names: Sequence[Any]) -> str:
    known = dict.fromkeys([*names, *(str(one).split(".")[-1] for one in names)])
    near = difflib.get_close_matches(name, known, 3)
    return f"'{name}'" + (f" (nearest: {', '.join(near)})" if near else "")
