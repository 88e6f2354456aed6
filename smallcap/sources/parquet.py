"""Reads Parquet files from outside, with PyArrow: Polars aborts the process on some damaged files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from smallcap.errors import InputError
from smallcap.input_limits import MEGABYTE

MAGIC = b"PAR1"
_BYTES_PER_VALUE: Final = 8
_MOST_ROWS: Final = 1_000
"""Rows that are read at a time where text is not read as a dictionary."""
_DECIMAL_DIGITS: Final = 38
"""The most digits of a decimal of 128 bits."""
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
    most_bytes
        The limit on the unpacked size of what is read.

    Raises
    ------
    InputError
        When it cannot be read.
    """

    def __init__(self, payload: bytes, what: str, most_bytes: int) -> None:
        self._payload = payload
        self._what = what
        self._most_bytes = most_bytes
        try:
            self._file = self._open([])
            self._schema: pa.Schema = self._file.schema_arrow
        except _DAMAGE as error:
            raise self._unreadable(error) from None
        self.names: list[str] = list(self._schema.names)

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """Read columns whose names occur once; text is `pl.String`.

        Raises
        ------
        InputError
            When a column cannot be read or has lists, bytes or durations, or the columns unpack to more than
            the limit.
        """
        self._require_single_values(names)
        metadata = self._file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
        self._require_small(sum(group.total_byte_size for group in groups))
        size = rows * len(names) * _BYTES_PER_VALUE
        self._require_small(size)
        try:
            pieces = [_plain(self._schema.empty_table().select(list(names)))]
            for piece in self._pieces(list(names)):
                piece.validate(full=True)
                size += sum(map(_text_bytes, piece.columns))
                self._require_small(size)
                pieces.append(_plain(piece))
            frame = pl.from_arrow(pa.concat_tables(pieces))
        except _DAMAGE as error:
            raise self._unreadable(error) from None
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _pieces(self, names: list[str]) -> Iterator[pa.Table]:
        """Read the row groups with text as dictionaries, so that a repeated text needs memory once."""
        texts = [name for name in names if _is_text(self._schema.field(name).type)]
        longest = self._longest_delta_text(texts)
        file = self._open([] if longest else texts)
        for group in range(file.num_row_groups):
            # A name also selects columns that it is a prefix of, such as "a.b" for "a".
            if not longest:
                yield file.read_row_group(group, names, use_threads=False).select(names)
                continue
            rows = min(max(self._most_bytes // longest, 1), _MOST_ROWS)
            for batch in file.iter_batches(rows, [group], names, use_threads=False):
                yield pa.Table.from_batches([batch]).select(names)

    def _longest_delta_text(self, texts: list[str]) -> int:
        """Bound the length of a text in a column with a delta encoding; 0 where no column has one.

        PyArrow does not read such columns as dictionaries.
        """
        metadata = self._file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        columns = [group.column(number) for group in groups for number in range(group.num_columns)]
        delta = [
            column.total_uncompressed_size
            for column in columns
            if column.path_in_schema in texts and any("DELTA" in encoding for encoding in column.encodings)
        ]
        return max(delta, default=0)

    def _open(self, as_dictionaries: list[str]) -> pq.ParquetFile:
        # Without threads and buffers ahead, an error ends the reading.
        return pq.ParquetFile(io.BytesIO(self._payload), pre_buffer=False, read_dictionary=as_dictionaries)

    def _require_single_values(self, names: Sequence[str]) -> None:
        for name in names:
            kind = self._schema.field(name).type
            if not _is_single_value(kind):
                raise InputError(
                    f"{self._what}, column '{name}': every cell contains {kind}, where one value "
                    f"is expected. Write the column as text, numbers or dates"
                )

    def _require_small(self, size: int) -> None:
        if size > self._most_bytes:
            raise InputError(
                f"{self._what} unpacks to {size / MEGABYTE:,.0f} MB or more; the limit is "
                f"{self._most_bytes / MEGABYTE:,g}. "
                f"Use a smaller file, or raise max_input_mb (SMALLCAP_MAX_INPUT_MB)"
            )

    def _unreadable(self, error: BaseException) -> InputError:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        return InputError(f"{self._what} is not readable as Parquet: {reason}")


def _is_single_value(kind: pa.DataType) -> bool:
    """Whether a column has text, numbers, dates or truth values; not lists, bytes or durations."""
    is_text = _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind)
    is_number = pa.types.is_decimal(kind) or pa.types.is_null(kind) or pa.types.is_primitive(kind)
    return is_text or (is_number and not pa.types.is_duration(kind) and not pa.types.is_interval(kind))


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.string_view())


def _text_bytes(column: pa.ChunkedArray) -> int:
    """Compute the length of a column's texts, in bytes, without a copy of those that are repeated."""
    if pa.types.is_dictionary(column.type):
        lengths = [pc.binary_length(chunk.dictionary).take(chunk.indices) for chunk in column.chunks]
    elif _is_text(column.type):
        lengths = [pc.binary_length(chunk.cast(pa.large_string())) for chunk in column.chunks]
    else:
        return 0
    return sum(pc.sum(one).as_py() or 0 for one in lengths)


def _plain(piece: pa.Table) -> pa.Table:
    """Return a table with plain text, no decimals of 256 bits and no metadata.

    Polars panics on such decimals, and on some metadata that is damaged.
    """
    columns = [
        _plain_column(column, name) for name, column in zip(piece.column_names, piece.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, names=piece.column_names)


def _plain_column(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind) or _is_text(kind):
        return column.cast(pa.large_string())
    if not pa.types.is_decimal256(kind):
        return column
    try:
        return column.cast(pa.decimal128(_DECIMAL_DIGITS, kind.scale))
    except pa.ArrowInvalid:
        raise ValueError(
            f"column '{name}' has a number of more than {_DECIMAL_DIGITS} digits as {kind}; "
            f"write the column as double"
        ) from None
