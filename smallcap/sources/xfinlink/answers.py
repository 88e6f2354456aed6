"""Answers about company-years put together: our rows, who has rows in which year, and who stayed silent. Nothing is asked here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from smallcap.sources.xfinlink.client import Received
from smallcap.sources.xfinlink.frames import Columns
from smallcap.sources.xfinlink.questions import CELLS_SCHEMA, Dataset, Question

ROWS_AT_ONCE: Final = 100_000
"""Rows as served are made ours so many at a time: memory stays flat however many answers there are, and small answers cost little."""

_SEEN_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **CELLS_SCHEMA,
    "received": pl.Datetime("us"),
}
_ANSWERED_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **_SEEN_SCHEMA,
    "answer": pl.Int64,
    "is_doubted": pl.Boolean,
}


class Ask(Protocol):
    """A method of the client: some ids from day to day."""

    def __call__(self, ids: tuple[int, ...], start: dt.date, end: dt.date) -> Received:
        """Ask once."""
        ...


@dataclass(frozen=True)
class Topic:
    """A dataset and how it is asked for and read.

    Attributes
    ----------
    dataset
        Pages and settling.
    columns
        What is read.
    date_column
        The vendor's column by which a row belongs to a year.
    ask
        The client's method.
    shape
        Makes our rows of the vendor's, whole company-years at a time.
    """

    dataset: Dataset
    columns: Columns
    date_column: str
    ask: Ask
    shape: Callable[[pl.DataFrame], pl.DataFrame]

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return self.dataset.name

    def request(self, question: Question) -> dict[str, object]:
        """Name everything that an answer depends on: an answer read for other columns is another answer."""
        return {**question.request, "columns": list(self.columns)}


class Answers:
    """What came about one topic.

    Parameters
    ----------
    topic
        What was asked about.
    """

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._count = 0
        self._waiting: list[pl.DataFrame] = []
        self._waiting_cells: list[pl.DataFrame] = []
        self._shaped: list[pl.DataFrame] = []
        self._seen = pl.DataFrame(schema=_SEEN_SCHEMA)
        self._answered = pl.DataFrame(schema=_ANSWERED_SCHEMA)

    def add(self, rows: pl.DataFrame, own: pl.DataFrame, received: dt.datetime, *, is_doubted: bool) -> None:
        """Add an answer.

        Parameters
        ----------
        rows
            As served.
        own
            id, year: the company-years that this answer decides; its rows of others do not count.
        received
            When it came, UTC.
        is_doubted
            Whether silence in it calls for another request.
        """
        number = pl.lit(self._count, dtype=pl.Int64)
        self._count += 1
        moment = pl.lit(received.replace(tzinfo=None), dtype=pl.Datetime("us"))
        self._waiting.append(rows.with_columns(answer=number))
        self._waiting_cells.append(
            own.select("id", "year", received=moment, answer=number, is_doubted=pl.lit(is_doubted))
        )
        if sum(frame.height for frame in self._waiting) >= ROWS_AT_ONCE:
            self._settle()

    def rows(self) -> list[pl.DataFrame]:
        """Return our rows."""
        self._settle()
        return self._shaped

    def seen(self) -> pl.DataFrame:
        """Return id, year and received of every company-year with a row."""
        self._settle()
        return self._seen

    def answered(self) -> pl.DataFrame:
        """Return id, year, received, answer (their number) and is_doubted of every company-year that was decided."""
        self._settle()
        return self._answered

    def silent(self, ids: Collection[int]) -> list[int]:
        """Return who has no row at all."""
        return sorted(set(ids) - set(self.seen()["id"].to_list()))

    def _settle(self) -> None:
        if not self._waiting:
            return
        decided, served = pl.concat(self._waiting_cells), pl.concat(self._waiting)
        # keys alone are joined: the rows are wide
        keys = served.select("answer", id="entity_id", year=pl.col(self._topic.date_column).dt.year()).join(
            decided.drop("is_doubted"), on=["answer", "id", "year"], how="left", maintain_order="left"
        )
        is_own = keys["received"].is_not_null()
        self._seen = pl.concat(
            [self._seen, keys.filter(is_own).select(*_SEEN_SCHEMA).unique(maintain_order=True)]
        )
        self._answered = pl.concat([self._answered, decided])
        self._shaped.append(self._topic.shape(served.filter(is_own).drop("answer")))
        self._waiting, self._waiting_cells = [], []
