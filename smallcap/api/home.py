"""`open_home`: what a home has published, for reading alone, all of one publication."""

from __future__ import annotations

import datetime as dt
import difflib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from smallcap.api.company import Company, found_company
from smallcap.api.dates import day
from smallcap.api.frames import Backend
from smallcap.api.reading import Reading, When, opened
from smallcap.errors import InputError
from smallcap.questions import questions, worked_queries
from smallcap.questions.files import Question
from smallcap.warehouse.reading import identity

if TYPE_CHECKING:
    import polars as pl


def open_home(path: str | os.PathLike[str] | None = None) -> Home:
    """Open what a home has published, for reading.

    All answers are of the publication that is served now, also after a later run: open the home again to see
    that. Nothing is written. Use it in a ``with``, or call `Home.close`.

    Parameters
    ----------
    path
        The folder of the home; by default the one that commands use: SMALLCAP_HOME, else that of
        ``make run``.

    Raises
    ------
    NothingPublishedError
        When nothing was published there yet.
    DamagedCatalogueError
        When the catalogue cannot be read.
    MissingFilesError
        When the home was moved without some of its files.

    Examples
    --------
    >>> import smallcap
    >>> with smallcap.open_home(home_folder) as home:
    ...     date = home.dates()[-1]
    ...     scores = home.table("quality_scores", as_of=date)
    ...     best = home.sql("SELECT ticker FROM marts.latest_quality ORDER BY score DESC LIMIT 1")
    >>> date
    datetime.date(2025, 12, 31)
    >>> scores["as_of"].unique().to_list() == [date]
    True
    """
    if path is None:
        from smallcap.settings import load_settings

        return Home(load_settings().home)
    return Home(Path(os.fspath(path)).expanduser())


class Home:
    """One publication of a home, open for reading; made by `open_home`.

    Parameters
    ----------
    path
        The folder of the home.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._stack = ExitStack()
        self._open: Reading | None = self._stack.enter_context(opened(self.path))
        self._identity = identity(self._open.connection)

    @property
    def about(self) -> str:
        """What the data are: synthetic, as filed or from a vendor."""
        return self._identity.label

    @property
    def run_id(self) -> str:
        """The run whose publication this is."""
        return self._identity.run_id

    def table(
        self,
        name: str,
        as_of: dt.date | str | None = None,
        *,
        columns: Sequence[str] | None = None,
        backend: Backend = "polars",
    ) -> Any:
        """Read a published table or view.

        Parameters
        ----------
        name
            The table, with or without its layer: ``marts.quality_scores`` or ``quality_scores``.
        as_of
            The date, also as text, or ``latest`` for the last. Of a table with the column as_of, its rows;
            of a table of versions, such as core.annual_metrics, the row of each company that was visible on
            the date. By default all rows.
        columns
            The columns, a list of names; all by default.
        backend
            ``polars``, ``pandas`` or ``arrow``.

        Returns
        -------
        pl.DataFrame or pandas.DataFrame or pyarrow.Table
            The rows.

        Raises
        ------
        InputError
            When there is no such table, column or date; the message names those nearest.
        """
        date: When = None if as_of is None else "latest" if as_of == "latest" else day(as_of)
        return self._reading.table(name, date, columns, backend)

    def sql(self, query: str, *, backend: Backend = "polars", **parameters: object) -> Any:
        """Run one SELECT.

        Only published tables can be read, and nothing can be written, as with ``smallcap sql``. A query that
        takes long is stopped by the interruption of the notebook; it has no limits of its own.

        Parameters
        ----------
        query
            The SELECT, with parameters written as ``$name``.
        backend
            ``polars``, ``pandas`` or ``arrow``.
        parameters
            Their values.

        Raises
        ------
        InputError
            When the statement does more than read, or is wrong.
        """
        return self._reading.query(query, parameters, backend)

    def question(self, name: str, *, backend: Backend = "polars", **parameters: object) -> Any:
        """Ask a question by its name: a worked query, or one of the report's and the terminal's.

        Parameters
        ----------
        name
            The question; `questions` lists them.
        backend
            ``polars``, ``pandas`` or ``arrow``.
        parameters
            A value for each of its parameters, those of a worked query where they differ from the default;
            None is NULL.

        Raises
        ------
        InputError
            When there is no such question, or its parameters are others.
        """
        return self._reading.question(_question(name), parameters, backend)

    def questions(self) -> pl.DataFrame:
        """List the questions with their parameters: the worked queries first."""
        import polars as pl

        known = (*worked_queries().values(), *questions().values())
        rows = [(one.name, one.words, ", ".join(sorted(one.parameters))) for one in known]
        return pl.DataFrame(rows, schema=["name", "question", "parameters"], orient="row")

    def company(
        self, symbol: str, as_of: dt.date | str | None = None, *, method: str = "published"
    ) -> Company:
        """Find a company of the index by its symbol.

        Parameters
        ----------
        symbol
            The symbol of any of its lines, in any spelling: ``BRK.B``, ``brk-b``.
        as_of
            The date, also as text; by default, and as ``latest``, the last with a funnel.
        method
            The method of the quality score.

        Raises
        ------
        InputError
            When no member carried the symbol on the date; the message says when one did.
        """
        date = None if as_of is None or as_of == "latest" else day(as_of)
        return found_company(self._reading.publication, symbol, date, method)

    def dates(self) -> list[dt.date]:
        """List the dates with members, ascending."""
        return self._reading.dates()

    def tables(self) -> pl.DataFrame:
        """List the published tables and views with their description, rows and years."""
        return self._reading.tables()

    def close(self) -> None:
        """Close the publication; what was read from it stays usable."""
        self._open = None
        self._stack.close()

    @property
    def _reading(self) -> Reading:
        if self._open is None:
            raise InputError(f"the home {self.path} was closed: open it again with open_home")
        return self._open

    def __enter__(self) -> Home:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<smallcap home {self.path}: {self.about}; run {self.run_id}>"


def _question(name: str) -> Question:
    known = {**questions(), **worked_queries()}
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, 3)) or "see Home.questions()"
        raise InputError(f"there is no question '{name}'; nearest: {near}")
    return known[name]
