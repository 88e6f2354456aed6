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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256

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
class _Columns:
    """The columns of a frame, one after the other.

    Attributes
    ----------
    bits
        64 bits for each value; those of a null mean nothing.
    nulls
        Which values are null, by the number of the column; a column without nulls is not there.
    keys, null_bits, weights
        The integers that name and type of each column give.
    """

    bits: Sequence[UInts]
    nulls: Mapping[int, NDArray[np.bool_]]
    keys: UInts
    null_bits: UInts
    weights: UInts


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
    height = max(VALUES_AT_ONCE // max(len(columns.bits), 1), 1)
    for start in range(0, frame.height, height):
        rows = slice(start, start + height)
        first[rows], second[rows] = _hashes_of_block(columns, rows)
    return _mix(first), _mix(second)


def _hashes_of_block(columns: _Columns, rows: slice) -> tuple[UInts, UInts]:
    """Add up the columns of some rows: plain, and weighted."""
    values = np.empty((len(columns.bits), columns.bits[0][rows].size), np.uint64)
    for number, (bits, key) in enumerate(zip(columns.bits, columns.keys, strict=True)):
        np.bitwise_xor(bits[rows], key, out=values[number])
    _mix(values)
    for number, nulls in columns.nulls.items():
        values[number][nulls[rows]] = columns.null_bits[number]
    return values.sum(axis=0, dtype=np.uint64), (values * columns.weights[:, None]).sum(
        axis=0, dtype=np.uint64
    )


def _mix(values: UInts) -> UInts:
    """Mix the bits of each value: the finalizer of SplitMix64. The array is overwritten and returned."""
    values ^= values >> _SHIFTS[0]
    values *= _FACTORS[0]
    values ^= values >> _SHIFTS[1]
    values *= _FACTORS[1]
    values ^= values >> _SHIFTS[2]
    return values


def _columns(table: Table, frame: pl.DataFrame) -> _Columns:
    # Arrow's buffers are the frame's own memory: nothing is copied.
    arrow = frame.to_arrow(compat_level=pl.CompatLevel.newest())
    names = [name for name in frame.columns if name not in table.fetch_columns]
    arrays = [_one_array(arrow[name]) for name in names]
    types = [_type_of(name, array) for name, array in zip(names, arrays, strict=True)]
    of_names = np.array([_of_name(name, kind) for name, kind in zip(names, types, strict=True)], np.uint64)
    return _Columns(
        bits=[_bits(kind, array) for kind, array in zip(types, arrays, strict=True)],
        nulls={
            number: _unpacked(array.buffers()[0], array) == 0
            for number, array in enumerate(arrays)
            if array.null_count
        },
        keys=of_names[:, 0],
        null_bits=of_names[:, 1],
        weights=of_names[:, 2],
    )


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


def _bits(kind: str, values: pa.Array) -> UInts:
    """Return 64 bits for each value of a column."""
    if kind == "text":
        return _bits_of_texts(values)
    if kind == "bool":
        return _unpacked(values.buffers()[1], values).astype(np.uint64)
    width = np.dtype(np.int32 if kind in ("int32", "date") else np.int64)
    plain = np.frombuffer(values.buffers()[1], width, len(values), values.offset * width.itemsize)
    if kind != "float64":
        return plain.astype(np.int64, copy=False).view(np.uint64)
    # Adding 0.0 makes 0.0 of -0.0.
    floats = plain.view(np.float64) + 0.0
    bits: UInts = floats.view(np.uint64)
    bits[np.isnan(floats)] = _NAN
    return bits


def _bits_of_texts(values: pa.Array) -> UInts:
    """Hash each text once, however often it occurs."""
    encoded = values.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    digests = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    # Where all are null there is no text at all, and nothing looks at the bits.
    bits = np.frombuffer(digests or bytes(8), "<u8").astype(np.uint64)
    codes: NDArray[np.int32] = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)
    return bits[codes]


def _unpacked(bitmap: pa.Buffer, values: pa.Array) -> NDArray[np.uint8]:
    """Return a byte of 0 or 1 for each bit of a bitmap of an array."""
    bits = np.unpackbits(np.frombuffer(bitmap, np.uint8), bitorder="little")
    start = int(values.offset)
    return bits[start : start + len(values)]
