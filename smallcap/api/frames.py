"""Data frames of any kind that is in memory, taken through narwhals, and results of the kind that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import polars as pl
from narwhals.exceptions import DuplicateError
from narwhals.typing import IntoDataFrame

from smallcap.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

Backend = Literal["polars", "pandas", "arrow"]
"""The kinds of frame in which a home answers."""


class Given:
    """A frame that a user gave.

    Parameters
    ----------
    frame
        A data frame that narwhals knows, in memory: Polars, pandas, PyArrow and others.
    what
        The function that was called, for messages.

    Raises
    ------
    InputError
        When it is something else, a frame that is not collected yet, or one with two columns of a name.
    """

    def __init__(self, frame: IntoDataFrame, what: str) -> None:
        self.what = what
        try:
            self._frame: nw.DataFrame[Any] = nw.from_native(frame, eager_only=True)
        except TypeError:
            remedy = (
                "collect it first" if hasattr(frame, "collect") else "Polars, pandas or PyArrow, for example"
            )
            raise InputError(
                f"{what}: needs a data frame in memory, got {type(frame).__name__}: {remedy}"
            ) from None
        except DuplicateError:
            raise InputError(f"{what}: several columns have the same name: give each its own") from None
        self.columns: tuple[str, ...] = tuple(self._frame.columns)

    def column(self, name: str) -> pl.Series:
        """Return a column as Polars has it; other columns are not looked at.

        Raises
        ------
        InputError
            When its values are of several types, or of one that Polars lacks.
        """
        try:
            return self._frame.select(name).to_polars()[name]
        except (TypeError, ValueError, NotImplementedError):  # Arrow's errors are among them
            kind = self._frame.schema[name]
            raise InputError(
                f"{self.what}: {name} ({kind}) has values of several types, or of one that Polars lacks: "
                f"give the column one type"
            ) from None

    @property
    def has_labels(self) -> bool:
        """Whether the rows of a pandas frame have labels, such as dates, which are no column."""
        if not self._frame.implementation.is_pandas():
            return False
        return type(self._frame.to_native().index).__name__ != "RangeIndex"

    def picked(self, numbers: pl.Series) -> Any:
        """Return the rows of these numbers as they came in, in order."""
        return self._frame[numbers.to_list()].to_native()

    def extended(self, columns: pl.DataFrame) -> Any:
        """Return the frame with further columns, one value per row; those of the same name are replaced."""
        kept = self._frame.drop([name for name in columns.columns if name in self._frame.columns])
        added = self._converted(columns)
        if self._frame.implementation.is_pandas():
            # Otherwise pandas would align the rows by their labels.
            added = nw.from_native(added.to_native().set_axis(kept.to_native().index), eager_only=True)
        return nw.concat([kept, added], how="horizontal").to_native()

    def as_given(self, frame: pl.DataFrame) -> Any:
        """Return another frame in the kind of this one."""
        return self._converted(frame).to_native()

    def _converted(self, frame: pl.DataFrame) -> nw.DataFrame[Any]:
        kind = self._frame.implementation
        if kind.is_polars():
            return nw.from_native(frame, eager_only=True)
        if kind.is_pandas():
            return nw.from_native(frame.to_pandas(), eager_only=True)
        return nw.from_arrow(frame.to_arrow(), backend=kind)


def answer(relation: DuckDBPyRelation, backend: Backend) -> Any:
    """Fetch an answer of DuckDB as a frame of a kind.

    Raises
    ------
    InputError
        When there is no such kind, or Polars lacks the type of a column.
    """
    if backend == "polars":
        return _as_polars(relation)
    if backend == "pandas":
        return relation.df()
    if backend == "arrow":
        return relation.to_arrow_table()
    raise InputError(f"there is no backend '{backend}'; the backends are: polars, pandas, arrow")


def _as_polars(relation: DuckDBPyRelation) -> pl.DataFrame:
    try:
        frame: pl.DataFrame = relation.pl()
    except pl.exceptions.ComputeError as error:
        raise InputError(
            f"Polars lacks the type of a column ({str(error).split('. ')[0]}): cast it in the query, to "
            f"VARCHAR for example, or ask for backend='pandas'"
        ) from None
    return frame
