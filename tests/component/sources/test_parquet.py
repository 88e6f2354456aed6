"""A Parquet file from outside is read in bounded memory, and what it cannot deliver is explained."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.files.canonical_tables import PRICES
from smallcap.sources.files.table_reader import count_removed, read_table
from smallcap.sources.parquet import ParquetReader

MEGABYTE = 1_000_000
DICTIONARY: dict[str, Any] = {"use_dictionary": True}
DELTA: dict[str, Any] = {"use_dictionary": False, "column_encoding": {"name": "DELTA_BYTE_ARRAY"}}
TEXTS = [pa.string(), pa.large_string(), pa.string_view()]


def packed(columns: dict[str, pa.Array], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, compression="zstd", **options)
    return target.getvalue()


def read(payload: bytes, most_bytes: int = MEGABYTE) -> pl.DataFrame:
    reader = ParquetReader(payload, "p.parquet", most_bytes)
    return reader.read(reader.names)


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("encoding", [DICTIONARY, DELTA], ids=["dictionary", "delta"])
@pytest.mark.parametrize("kind", TEXTS, ids=str)
@pytest.mark.parametrize("store_schema", [False, True])
def test_a_text_that_is_repeated_is_refused_before_it_is_unpacked(
    encoding: dict[str, Any], kind: pa.DataType, store_schema: bool
) -> None:
    payload = packed({"name": pa.array(["x" * 100_000] * 1_500, kind)}, store_schema=store_schema, **encoding)
    assert len(payload) < 1_000
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    try:
        with pytest.raises(
            InputError, match=r"p.parquet unpacks to .* or more; the limit is 1\. .*max_input_mb"
        ):
            read(payload)
        assert pool.max_memory() < 10 * MEGABYTE
    finally:
        pa.set_memory_pool(usual)


@pytest.mark.parametrize("encoding", [DICTIONARY, DELTA], ids=["dictionary", "delta"])
@pytest.mark.parametrize("kind", TEXTS, ids=str)
def test_text_is_read_alike_in_every_encoding(encoding: dict[str, Any], kind: pa.DataType) -> None:
    texts = ["A", None, "\u00e9", "A", ""] * 500
    payload = packed({"name": pa.array(texts, kind)}, row_group_size=700, **encoding)
    assert read(payload).to_dict(as_series=False) == {"name": texts}


def test_categories_are_read_as_text() -> None:
    assert read(packed({"name": pa.array(["A", None, "A"]).dictionary_encode()}))["name"].to_list() == [
        "A",
        None,
        "A",
    ]


def test_characters_are_counted_within_the_limit_and_in_known_columns_only() -> None:
    prices = {"date": pa.array(["2025-01-31"] * 1_500), "adj_close": pa.array([1.0] * 1_500)}
    ticker = pa.array(["A\u200b"] * 1_500)
    large = pa.array(["\u200b" * 30_000] * 1_500)
    known = packed({**prices, "ticker": ticker, "note": large})
    assert count_removed(known, "p.parquet", PRICES, InputLimits(file_mb=1)) == 1_500
    with pytest.raises(InputError, match="unpacks to"):
        count_removed(packed({**prices, "ticker": large}), "p.parquet", PRICES, InputLimits(file_mb=1))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["A" * 100_000]] * 1_500),
        pa.array([b"A" * 100_000] * 1_500),
        pa.array([b"A" * 100_000] * 1_500, pa.binary(100_000)),
        pa.array([1], pa.duration("s")),
    ],
    ids=["lists", "bytes", "bytes of one length", "durations"],
)
def test_what_is_no_single_value_is_refused_unread(column: pa.Array) -> None:
    payload = packed({"ticker": column, "date": column, "adj_close": column})
    with pytest.raises(InputError, match=r"column 'ticker': every cell contains .*one value is expected"):
        read_table(payload, "p.parquet", PRICES)


@pytest.mark.parametrize(
    "kind", [pa.decimal32(9, 2), pa.decimal64(18, 2), pa.decimal256(20, 2), pa.decimal256(60, 2)], ids=str
)
def test_decimals_of_every_width_are_read(kind: pa.DataType) -> None:
    values = [Decimal("1.50"), None, Decimal("-2.25")]
    assert read(packed({"revenue": pa.array(values, kind)}))["revenue"].to_list() == values


def test_a_decimal_that_is_too_large_is_refused_with_its_column() -> None:
    payload = packed({"revenue": pa.array([Decimal("1" * 50)], pa.decimal256(60, 2))})
    with pytest.raises(
        InputError, match=r"p.parquet .*column 'revenue' has a number of more than 38 digits.*as double"
    ):
        read(payload)
