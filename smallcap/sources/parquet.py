"""Reads Parquet files from outside, with PyArrow: Polars aborts the process on some damaged files."""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from smallcap.errors import InputError
from smallcap.input_limits import MEGABYTE

MAGIC = b"PAR1"
_BYTES_PER_VALUE = 8
_DAMAGE = (
    *(pa.ArrowException, OSError, ValueError, KeyError, OverflowError, MemoryError),
    *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
)


class ParquetReader:
    """A Parquet file in memory.

    Parameters
    ----------
    payload
        The file.
    what
        The name of the file in messages.

    Raises
    ------
    InputError
        When it cannot be read.
    """

    def __init__(self, payload: bytes, what: str) -> None:
        self._what = what
        try:
            # Without threads and buffers ahead, an error ends the reading.
            self._file = pq.ParquetFile(io.BytesIO(payload), pre_buffer=False)
            self.names: list[str] = list(self._file.schema_arrow.names)
        except _DAMAGE as error:
            raise self._unreadable(error) from None

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns of text; those that occur twice are left out."""
        kinds = dict(zip(self.names, self._file.schema_arrow.types, strict=True))
        return [name for name, kind in kinds.items() if _is_text(kind) and self.names.count(name) == 1]

    def require_small(self, columns: int, most_bytes: int) -> None:
        """Refuse a file whose values are declared to need too much memory, by an `InputError`."""
        metadata = self._file.metadata
        declared = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        needed = max(declared, metadata.num_rows * columns * _BYTES_PER_VALUE)
        if needed > most_bytes:
            raise InputError(
                f"{self._what} unpacks to {needed / MEGABYTE:,.0f} MB, more than {most_bytes / MEGABYTE:,g}. "
                f"Use a smaller file, or raise max_input_mb (SMALLCAP_MAX_INPUT_MB)"
            )

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """Read columns whose names occur once. Raises `InputError` when they cannot be read."""
        try:
            # A name also selects columns that it is a prefix of, such as "a.b" for "a".
            read = self._file.read(list(names), use_threads=False).select(list(names))
            read.validate(full=True)
            # Without metadata: Polars panics on some that is damaged.
            frame = pl.from_arrow(pa.Table.from_arrays(read.columns, names=list(names)))
        except _DAMAGE as error:
            raise self._unreadable(error) from None
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _unreadable(self, error: BaseException) -> InputError:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        return InputError(f"{self._what} is not readable as Parquet: {reason}")


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.string_view())
