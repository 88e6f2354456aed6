"""Collects responses about company-years: our rows, the company-years with rows, and those without."""

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
"""Served rows are converted in batches of this size, which bounds memory and makes small responses cheap."""

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
    """A method of the client that requests some ids from day to day."""

    def __call__(self, ids: tuple[int, ...], start: dt.date, end: dt.date) -> Received:
        """Send the request once."""
        ...


@dataclass(frozen=True)
class Topic:
    """A dataset, with how it is requested and read.

    Attributes
    ----------
    dataset
        Page size, and when years settle.
    columns
        The columns that are read.
    date_column
        The vendor's column that decides the year of a row.
    ask
        The client's method.
    shape
        Converts the vendor's rows to ours, complete company-years at a time.
    key
        The vendor's columns of which there is one row at most; none where the tables judge that.
    """

    dataset: Dataset
    columns: Columns
    date_column: str
    ask: Ask
    shape: Callable[[pl.DataFrame], pl.DataFrame]
    key: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the dataset."""
        return self.dataset.name

    def request(self, question: Question) -> dict[str, object]:
        """Return everything that a response depends on, including the columns that are read."""
        return {**question.request, "columns": list(self.columns)}


class Answers:
    """The responses about one topic.

    Parameters
    ----------
    topic
        The topic.
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
        """Add a response.

        Parameters
        ----------
        rows
            As served.
        own
            id, year: the company-years that this response is used for; its other rows are ignored.
        received
            When it was received, UTC.
        is_doubted
            Whether company-years without rows in it are requested again.
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
        """Return id, year and received of every company-year with rows."""
        self._settle()
        return self._seen

    def answered(self) -> pl.DataFrame:
        """Return id, year, received, answer (its number), is_doubted of company-years with a response."""
        self._settle()
        return self._answered

    def silent(self, ids: Collection[int]) -> list[int]:
        """Return the ids without any row."""
        return sorted(set(ids) - set(self.seen()["id"].to_list()))

    def _settle(self) -> None:
        if not self._waiting:
            return
        decided, served = pl.concat(self._waiting_cells), pl.concat(self._waiting)
        # Only the keys are joined, because the rows are wide.
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
