"""Digests of rows: the same under every version of Python, NumPy and Polars, whatever the order of the rows.

The algorithm, byte for byte. All arithmetic is on unsigned 64-bit integers and wraps around.
`BLAKE2b-N(text)` is BLAKE2b (RFC 7693) of the UTF-8 bytes, with a digest of N bytes and neither key nor salt;
its bytes are read as little-endian integers of 64 bits.

1. **Value.** Each value that is not null becomes 64 bits:

   ============  =============  ====================================================================
   type          its name       bits
   ============  =============  ====================================================================
   Boolean       bool           0 or 1
   Int32, Int64  int32, int64   two's complement, extended to 64 bits with its sign
   Date          date           days since 1970-01-01, as int64
   Datetime(us)  timestamp[us]  microseconds since 1970-01-01 without a time zone, as int64
   Float64       float64        IEEE 754; -0.0 counts as 0.0, and every NaN as 0x7FF8000000000000
   String        text           BLAKE2b-8 of the text
   ============  =============  ====================================================================

2. **Column.** ``BLAKE2b-24("<column>:<name of its type>")`` is three integers: `key`, `null` and `weight`.
   The lowest bit of `weight` is then set to 1. A value v becomes ``mix(v XOR key)``, a null becomes `null`.
3. **Row.** The first hash of a row is ``mix`` of the sum over its columns. The second is ``mix`` of the sum
   in which each column is multiplied by its `weight`. The order of the columns does not matter.
4. **Rows.** The first hashes of all rows are added up, and so are the second hashes.

``mix`` is the finalizer of SplitMix64: ``z = (z XOR z >> 30) * 0xBF58476D1CE4E5B9``, then
``z = (z XOR z >> 27) * 0x94D049BB133111EB``, then ``z XOR z >> 31``.

The digest is written ``<version>:<first sum><second sum>``, each sum in 16 hexadecimal digits, or
``<version>:empty`` where there are no rows. Columns that only say when something was fetched do not count.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from smallcap.tables import Table

ALGORITHM = "2"
"""Version of the algorithm above. The first one was Polars' own row hash; its digests name no version."""
VALUES_AT_ONCE = 131_072
"""Values that are hashed together: they stay in the processor's cache."""

UInts = NDArray[np.uint64]
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_NAN = np.uint64(0x7FF8000000000000)
_TYPES = {
    "bool": "bool",
    "int32": "int32",
    "int64": "int64",
    "date32[day]": "date",
    "timestamp[us]": "timestamp[us]",
    "double": "float64",
    "string_view": "text",
}
"""Names of the types, by Arrow's."""


@dataclass(frozen=True)
class _Column:
    """A column: what is needed to give each of its values 64 mixed bits.

    Attributes
    ----------
    plain
        The values as they are stored; of texts, for each the place of its bits in `of_texts`.
    is_float
        Whether the values are floats.
    nulls
        Which values are null; None where none is.
    of_texts
        The mixed bits of each text that occurs; None for other types.
    key, null_bits, weight
        The integers that name and type of the column give.
    """

    plain: NDArray[Any]
    is_float: bool
    nulls: NDArray[np.bool_] | None
    of_texts: UInts | None
    key: np.uint64
    null_bits: np.uint64
    weight: np.uint64


def algorithm_of(digest: str) -> str:
    """Return the version of the algorithm that made a digest; those of the first one name none."""
    version, separator, _ = digest.partition(":")
    return version if separator else "1"


def digest_text(text: str) -> str:
    """Digest a text: the first 16 hexadecimal digits of the SHA-256 of its UTF-8 bytes."""
    return sha256(text.encode()).hexdigest()[:16]


def digest_rows(table: Table, frame: pl.DataFrame) -> str:
    """Digest the rows of a frame, without the columns that only say when something was fetched."""
    return _written(*_hashes(table, frame))


def digest_of_hashes(hashes: pl.DataFrame) -> str:
    """Digest rows of which `hash_of_rows` gave `first` and `second`: all of its rows, or some."""
    return _written(hashes["first"].to_numpy(), hashes["second"].to_numpy())


def hash_of_rows(table: Table, frame: pl.DataFrame, columns: Sequence[str] = ()) -> pl.DataFrame:
    """Hash each row, without the columns that only say when something was fetched.

    Returns
    -------
    pl.DataFrame
        The given columns, and `first` and `second`: two hashes of 64 bits, unsigned.

    Raises
    ------
    TypeError
        When a column has a type that the algorithm does not cover.
    """
    first, second = _hashes(table, frame)
    return frame.select(*columns, first=pl.Series(first), second=pl.Series(second))


def _written(first: UInts, second: UInts) -> str:
    if not len(first):
        return f"{ALGORITHM}:empty"
    return f"{ALGORITHM}:{int(first.sum(dtype=np.uint64)):016x}{int(second.sum(dtype=np.uint64)):016x}"


def _hashes(table: Table, frame: pl.DataFrame) -> tuple[UInts, UInts]:
    columns = _columns(table, frame)
    first, second = np.empty(frame.height, np.uint64), np.empty(frame.height, np.uint64)
    height = max(VALUES_AT_ONCE // max(len(columns), 1), 1)
    for start in range(0, frame.height, height):
        rows = slice(start, start + height)
        first[rows], second[rows] = _hashes_of_block(columns, rows)
    return first, second


def _hashes_of_block(columns: Sequence[_Column], rows: slice) -> tuple[UInts, UInts]:
    """Hash some rows: add up their columns, plain and weighted, and mix.

    Everything is done block by block, because what is not in the processor's cache takes longer than the
    arithmetic. Each text is mixed once, however often it occurs; the other columns come first, and are mixed
    together.
    """
    values = np.empty((len(columns), columns[0].plain[rows].size), np.uint64)
    numbers = [number for number, column in enumerate(columns) if column.of_texts is None]
    for number in numbers:
        column = columns[number]
        np.bitwise_xor(_bits(column, rows), column.key, out=values[number])
    _mix(values[: len(numbers)])
    for number, column in enumerate(columns):
        if column.of_texts is not None:
            np.take(column.of_texts, column.plain[rows], out=values[number])
        if column.nulls is not None:
            values[number][column.nulls[rows]] = column.null_bits
    first = values.sum(axis=0, dtype=np.uint64)
    values *= np.array([column.weight for column in columns], np.uint64)[:, None]
    return _mix(first), _mix(values.sum(axis=0, dtype=np.uint64))


def _mix(values: UInts) -> UInts:
    """Mix the bits of each value: the finalizer of SplitMix64. The array is overwritten and returned."""
    values ^= values >> _SHIFTS[0]
    values *= _FACTORS[0]
    values ^= values >> _SHIFTS[1]
    values *= _FACTORS[1]
    values ^= values >> _SHIFTS[2]
    return values


def _columns(table: Table, frame: pl.DataFrame) -> list[_Column]:
    """Read the columns, those of texts last."""
    # Arrow's buffers are the frame's own memory: nothing is copied.
    arrow = frame.to_arrow(compat_level=pl.CompatLevel.newest())
    names = [name for name in frame.columns if name not in table.fetch_columns]
    columns = [_column(name, _one_array(arrow[name])) for name in names]
    return sorted(columns, key=lambda column: column.of_texts is not None)


def _column(name: str, values: pa.Array) -> _Column:
    kind = _type_of(name, values)
    key, null_bits, weight = (np.uint64(number) for number in _of_name(name, kind))
    plain, of_texts = _places_of_texts(values, key) if kind == "text" else (_plain(kind, values), None)
    nulls = _unpacked(values.buffers()[0], values) == 0 if values.null_count else None
    return _Column(plain, kind == "float64", nulls, of_texts, key, null_bits, weight)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _type_of(name: str, values: pa.Array) -> str:
    kind = str(values.type)
    if kind not in _TYPES:
        raise TypeError(f"column {name} is of type {kind}, which has no digest")
    return _TYPES[kind]


@cache
def _of_name(column: str, kind: str) -> tuple[int, int, int]:
    """Return what name and type of a column give: key, null and weight."""
    key, null, weight = struct.unpack("<3Q", blake2b(f"{column}:{kind}".encode(), digest_size=24).digest())
    return key, null, weight | 1


def _plain(kind: str, values: pa.Array) -> NDArray[Any]:
    """Return the values of a column that is no text, as they are stored; flags as bytes."""
    if kind == "bool":
        return _unpacked(values.buffers()[1], values)
    width = np.dtype(np.int32 if kind in ("int32", "date") else np.int64)
    plain = np.frombuffer(values.buffers()[1], width, len(values), values.offset * width.itemsize)
    return plain.view(np.float64) if kind == "float64" else plain


def _bits(column: _Column, rows: slice) -> UInts:
    """Return 64 bits for each value of some rows of a column that is no text."""
    plain = column.plain[rows]
    if not column.is_float:
        return plain.astype(np.int64, copy=False).view(np.uint64)
    # Adding 0.0 makes 0.0 of -0.0.
    floats = plain + 0.0
    bits: UInts = floats.view(np.uint64)
    bits[np.isnan(floats)] = _NAN
    return bits


def _places_of_texts(values: pa.Array, key: np.uint64) -> tuple[NDArray[np.int32], UInts]:
    """Return the mixed bits of each text that occurs, and for each value where they are."""
    encoded = values.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    digests = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    # Where all are null there is no text at all, and nothing looks at the bits.
    mixed = _mix(np.frombuffer(digests or bytes(8), "<u8").astype(np.uint64) ^ key)
    indices = encoded.indices
    # Not by Arrow's own functions, which import pandas.
    places = np.frombuffer(indices.buffers()[1], np.int32, len(indices), indices.offset * 4)
    if indices.null_count:
        # What stands at a null means nothing, and may lie outside.
        places = np.where(_unpacked(indices.buffers()[0], indices), places, np.int32(0))
    return places, mixed


def _unpacked(bitmap: pa.Buffer, values: pa.Array) -> NDArray[np.uint8]:
    """Return a byte of 0 or 1 for each bit of a bitmap of an array."""
    bits = np.unpackbits(np.frombuffer(bitmap, np.uint8), bitorder="little")
    start = int(values.offset)
    return bits[start : start + len(values)]
