"""Digests of rows are those that the algorithm's description gives, whatever computes them."""

from __future__ import annotations

import datetime as dt
import math
import struct
from hashlib import blake2b
from typing import Any

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.lake import digests
from smallcap.lake.digests import algorithm_of, digest_of_hashes, digest_rows, hash_of_rows
from smallcap.tables import Table

COLUMNS: dict[str, tuple[str, pl.DataType, st.SearchStrategy[Any]]] = {
    "is_it": ("bool", pl.Boolean(), st.booleans()),
    "year": ("int32", pl.Int32(), st.integers(-(2**31), 2**31 - 1)),
    "id": ("int64", pl.Int64(), st.integers(-(2**63), 2**63 - 1)),
    "day": ("date", pl.Date(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    "moment": (
        "timestamp[us]",
        pl.Datetime("us"),
        st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
    ),
    "value": ("float64", pl.Float64(), st.floats()),
    "word": ("text", pl.String(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)),
}
SCHEMA = {name: dtype for name, (_, dtype, _) in COLUMNS.items()}
TABLE = Table("raw.any", type("Any", (dy.Schema,), {}), "reference", fetch_columns=("fetched_at",))
WRAP = 2**64

rows = st.lists(st.fixed_dictionaries({name: st.none() | values for name, (_, _, values) in COLUMNS.items()}))


def mix(z: int) -> int:
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % WRAP
    z = (z ^ z >> 27) * 0x94D049BB133111EB % WRAP
    return z ^ z >> 31


def bits(kind: str, value: Any) -> int:
    if kind == "text":
        return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little")
    if kind == "float64":
        if math.isnan(value):
            return 0x7FF8000000000000
        return int.from_bytes(struct.pack("<d", 0.0 if value == 0 else value), "little")
    if kind == "date":
        return (value - dt.date(1970, 1, 1)).days % WRAP
    if kind == "timestamp[us]":
        return (value - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1) % WRAP
    return int(value) % WRAP


def in_plain_python(frame_rows: list[dict[str, Any]]) -> str:
    """The digest as its description says, value by value."""
    if not frame_rows:
        return "2:empty"
    totals = [0, 0]
    for row in frame_rows:
        plain = weighted = 0
        for name, value in row.items():
            kind = COLUMNS[name][0]
            seed = blake2b(f"{name}:{kind}".encode(), digest_size=24).digest()
            key, null, weight = (int.from_bytes(seed[at : at + 8], "little") for at in (0, 8, 16))
            mixed = null if value is None else mix(bits(kind, value) ^ key)
            plain = (plain + mixed) % WRAP
            weighted = (weighted + mixed * (weight | 1)) % WRAP
        totals = [(total + mix(added)) % WRAP for total, added in zip(totals, (plain, weighted), strict=True)]
    return f"2:{totals[0]:016x}{totals[1]:016x}"


def frame_of(given_rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(given_rows, schema=SCHEMA)


@given(rows)
def test_the_digest_is_the_one_that_its_description_gives(given_rows: list[dict[str, Any]]):
    assert digest_rows(TABLE, frame_of(given_rows)) == in_plain_python(given_rows)


@given(rows, st.integers(0, 3), st.integers(1, 5))
def test_a_part_of_a_frame_has_the_digest_of_its_rows(
    given_rows: list[dict[str, Any]], start: int, length: int
):
    part = frame_of(given_rows)[start : start + length]
    assert digest_rows(TABLE, part) == in_plain_python(given_rows[start : start + length])


@given(rows)
def test_neither_the_order_of_rows_nor_that_of_columns_counts(given_rows: list[dict[str, Any]]):
    turned = frame_of(given_rows[::-1]).select(list(SCHEMA)[::-1])
    assert digest_rows(TABLE, turned) == digest_rows(TABLE, frame_of(given_rows))


GOLDEN_ROWS = pl.DataFrame(
    {
        "year": [2024, 2025, 2025],
        "name": ["Acme", None, "Straße 株"],
        "value": [-0.0, float("nan"), 1.5],
        "is_it": [True, False, None],
        "day": [dt.date(1969, 12, 31), dt.date(2025, 6, 30), None],
    },
    schema_overrides={"year": pl.Int32},
)
GOLDEN = "2:ee9b725eaf0e4adcd49c35da6aee1f82"


def test_the_digest_of_a_known_frame_never_changes():
    assert digest_rows(TABLE, GOLDEN_ROWS) == GOLDEN


def test_rows_that_fill_several_blocks_have_the_digest_of_one(monkeypatch: pytest.MonkeyPatch):
    numbers = pl.DataFrame({"id": range(1000), "value": [n / 7 for n in range(1000)]})
    before = digest_rows(TABLE, numbers)
    monkeypatch.setattr(digests, "VALUES_AT_ONCE", 7)
    assert digest_rows(TABLE, numbers) == before


def test_frames_put_together_from_several_parts_have_the_digest_of_one():
    parts = pl.concat([GOLDEN_ROWS[:1], GOLDEN_ROWS[1:]], rechunk=False)
    assert digest_rows(TABLE, parts) == GOLDEN


def test_hashes_of_rows_digest_any_of_the_rows():
    hashes = hash_of_rows(TABLE, GOLDEN_ROWS, ("year",))
    assert digest_of_hashes(hashes) == GOLDEN
    assert digest_of_hashes(hashes.filter(pl.col("year") == 2025)) == digest_rows(TABLE, GOLDEN_ROWS[1:])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("id", [0, None]),
        ("value", [0.0, None]),
        ("word", ["", None]),
        ("is_it", [False, None]),
        ("value", [1.0, 1.0000000000000002]),
        ("word", ["ab", "ba"]),
    ],
)
def test_values_that_differ_have_different_digests(column: str, values: list[Any]):
    one, other = (
        digest_rows(TABLE, pl.DataFrame({column: [value]}, {column: SCHEMA[column]})) for value in values
    )
    assert one != other


def test_values_that_change_places_between_columns_or_rows_change_the_digest():
    frame = pl.DataFrame({"first": [1, 2], "second": [3, 4]})
    changed = [{"first": [3, 4], "second": [1, 2]}, {"first": [1, 2], "second": [4, 3]}]
    found = {digest_rows(TABLE, frame), *(digest_rows(TABLE, pl.DataFrame(other)) for other in changed)}
    assert len(found) == 3


def test_zero_has_one_sign_and_there_is_one_nan():
    payload = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000001))[0]
    one, other = pl.DataFrame({"value": [0.0, math.nan]}), pl.DataFrame({"value": [-0.0, payload]})
    assert digest_rows(TABLE, one) == digest_rows(TABLE, other)


def test_a_column_that_says_when_something_was_fetched_does_not_count():
    assert digest_rows(TABLE, GOLDEN_ROWS.with_columns(fetched_at=dt.date(2025, 1, 1))) == GOLDEN


def test_a_type_without_a_rule_is_refused():
    with pytest.raises(TypeError, match="column id is of type uint8, which has no digest"):
        digest_rows(TABLE, pl.DataFrame({"id": [1]}, {"id": pl.UInt8}))


@pytest.mark.parametrize(("digest", "version"), [("2:ab", "2"), ("ab", "1"), ("empty", "1")])
def test_a_digest_names_its_algorithm_and_those_of_the_first_name_none(digest: str, version: str):
    assert algorithm_of(digest) == version
