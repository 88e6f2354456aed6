"""Damage: to bytes of any format, to single cells, and to complete columns."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import polars as pl
from hypothesis import strategies as st

INSERTED: Final = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n", b"\r\n", b'"', b'""', b"'", b",", b";"),
    *(b"\x1a", b"\x1b[2J", b"\xe2\x80\xa8", b"=1+1", b"-", b"[", b"{", b"1e400", b"9" * 400, b"[" * 5000),
    *(b'"' * 3, b"a" * 140_000, b",\n" * 200, b"\\", b"\\ud800", b"NaN", b"-1"),
)
CELLS: Final = (
    *("1e308", "-1e308", "1e400", "1e-400", "9" * 40, "9" * 400, "-0", "-0.0", "inf", "-Infinity", "nan"),
    *(
        "0x10",
        "1_000",
        "1,000",
        "1.000,5",
        "١٢٣",
        "\uff11\uff12",
        " 7 ",
        "+5",
        "5.",
        ".5",
        "1e",
        "1d5",
        "--",
        "- 1",
    ),
    *("9999-12-31", "0001-01-01", "0000-00-00", "10000-01-01", "2024-02-30", "24-01-01", "2024-1-1", "1e9"),
    *("2024-01-31T25:00", "2024-12-31 00:00:00+99:99", "1970-01-01", "-2024-01-01", "2024-01-31x", "NaT"),
    *(
        "",
        " ",
        "\0",
        "\x1b[2J",
        "\u202e",
        "\u2028",
        "a" * 5000,
        "constructor",
        "NA",
        "=cmd",
        "😀",
        "restated",
    ),
    *("true", "[]", "{}", "None", "split_adjusted_to 9999-99-99", "as_filed", "Z" * 50, "0" * 50 + "7"),
)
"""Text that a cell may contain; none is a valid CSV by itself."""


REMOVED: Final = object()
JSON_VALUES: Final = (
    *(REMOVED, None, True, 0, -1, 10**40, 1e308, float("inf"), float("nan"), "", "x", "\0", "\ud800"),
    *("2025-05-31", "../../x", "{}", "[" * 5000, [], [1], [[]], {}, {"a": 1}, {"": None}, "9" * 5000),
)


def damaged(payload: bytes) -> st.SearchStrategy[bytes]:
    """Damage bytes in one to three ways."""

    def steps(kinds: list[Callable[[bytes], st.SearchStrategy[bytes]]]) -> st.SearchStrategy[bytes]:
        found = st.just(payload)
        for kind in kinds:
            found = found.flatmap(kind)
        return found

    return st.lists(st.sampled_from(_KINDS), min_size=1, max_size=3).flatmap(steps)


def damage(name: str, payload: bytes) -> st.SearchStrategy[bytes]:
    """Damage a file: bytes of any format, or values of a JSON document."""
    return damaged(payload) | damaged_json(payload) if name.endswith(".json") else damaged(payload)


def damaged_json(payload: bytes) -> st.SearchStrategy[bytes]:
    """Replace, remove or add one value of a JSON document; a document per line where there are several."""
    documents = [json.loads(line) for line in _documents(payload)]
    places = [(number, *place) for number, one in enumerate(documents) for place in _places(one)]

    def change(drawn: tuple[tuple[Any, ...], object]) -> bytes:
        changed = copy.deepcopy(documents)
        container: Any = changed
        for part in drawn[0][:-1]:
            container = container[part]
        if drawn[1] is REMOVED:
            container.pop(drawn[0][-1])
        else:
            container[drawn[0][-1]] = drawn[1]
        return "\n".join(json.dumps(document) for document in changed).encode()

    return st.tuples(st.sampled_from(places), st.sampled_from(JSON_VALUES)).map(change)


def _documents(payload: bytes) -> list[bytes]:
    try:
        json.loads(payload)
    except ValueError:
        return payload.splitlines()
    return [payload]


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    """List the place of a value and of every value in it."""
    yield ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from ((key, *place) for place in _places(one))


def _truncated(payload: bytes) -> st.SearchStrategy[bytes]:
    return st.integers(0, len(payload)).map(lambda end: payload[:end])


def _without_a_part(payload: bytes) -> st.SearchStrategy[bytes]:
    return _part(payload).map(lambda part: payload[: part[0]] + payload[part[1] :])


def _with_a_part_twice(payload: bytes) -> st.SearchStrategy[bytes]:
    return _part(payload).map(lambda part: payload[: part[1]] + payload[part[0] :])


def _swapped(payload: bytes) -> st.SearchStrategy[bytes]:
    def swap(part: tuple[int, int]) -> bytes:
        content = bytearray(payload)
        first, second = (min(place, len(content) - 1) for place in part)
        if content:
            content[first], content[second] = content[second], content[first]
        return bytes(content)

    return _part(payload).map(swap)


def _replaced(payload: bytes) -> st.SearchStrategy[bytes]:
    places = st.integers(0, max(len(payload) - 1, 0))
    return st.tuples(places, st.integers(0, 255)).map(
        lambda drawn: payload[: drawn[0]] + bytes([drawn[1]]) + payload[drawn[0] + 1 :]
    )


def _inserted(payload: bytes) -> st.SearchStrategy[bytes]:
    return st.tuples(st.integers(0, len(payload)), st.sampled_from(INSERTED)).map(
        lambda drawn: payload[: drawn[0]] + drawn[1] + payload[drawn[0] :]
    )


def _rewritten(payload: bytes) -> st.SearchStrategy[bytes]:
    text = payload.decode("utf-8", errors="replace")
    return st.sampled_from(
        [
            b"",
            b"\n\n",
            b"\xef\xbb\xbf" + payload,
            payload.replace(b"\n", b"\r"),
            payload.replace(b"\n", b"\r\n"),
            payload.replace(b"\n", b""),
            payload.replace(b",", b";"),
            payload.replace(b'"', b""),
            text.encode("utf-16"),
            text.encode("utf-8").replace(b"e", "é".encode("latin-1")),
            payload * 3,
        ]
    )


def _part(payload: bytes) -> st.SearchStrategy[tuple[int, int]]:
    place = st.integers(0, len(payload))
    return st.tuples(place, place).map(lambda pair: (min(pair), max(pair)))


_KINDS: Final = (
    *(_truncated, _without_a_part, _with_a_part_twice, _swapped, _replaced, _replaced),
    *(_inserted, _inserted, _rewritten),
)

_DAY = dt.datetime(2024, 1, 31)
COLUMNS: Final[dict[str, tuple[pl.DataType, object]]] = {
    "list": (pl.List(pl.Float64()), [1.0]),
    "list of lists": (pl.List(pl.List(pl.Int8())), [[1]]),
    "array": (pl.Array(pl.Int8(), 2), [1, 2]),
    "struct": (pl.Struct({"a": pl.Int8(), "b": pl.String()}), {"a": 1, "b": "x"}),
    "binary": (pl.Binary(), b"\xff\x00"),
    "categorical": (pl.Categorical(), "12"),
    "enum": (pl.Enum(["12", "x"]), "x"),
    "decimal": (pl.Decimal(38, 3), decimal.Decimal("1" * 30)),
    "small decimal": (pl.Decimal(10, 2), decimal.Decimal("12.25")),
    "bool": (pl.Boolean(), True),
    "null": (pl.Null(), None),
    "date": (pl.Date(), dt.date(2024, 1, 31)),
    "time": (pl.Time(), dt.time(1)),
    "duration": (pl.Duration("ns"), dt.timedelta(1)),
    "timestamp ms": (pl.Datetime("ms"), _DAY),
    "timestamp ns": (pl.Datetime("ns"), _DAY),
    "timestamp far": (pl.Datetime("us"), dt.datetime(9999, 12, 31, 23, 59, 59)),
    "timestamp with zone": (pl.Datetime("us", "Asia/Tokyo"), dt.datetime(2024, 1, 31, 15, tzinfo=dt.UTC)),
    "int8": (pl.Int8(), -128),
    "int64": (pl.Int64(), -(2**63)),
    "uint64": (pl.UInt64(), 2**64 - 1),
    "int128": (pl.Int128(), 2**100),
    "float32": (pl.Float32(), 1e38),
    "huge": (pl.Float64(), 1e308),
    "infinite": (pl.Float64(), float("-inf")),
    "not a number": (pl.Float64(), float("nan")),
    "negative zero": (pl.Float64(), -0.0),
    "subnormal": (pl.Float64(), 5e-324),
    "text": (pl.String(), "x"),
    "long text": (pl.String(), "x" * 100_000),
}
"""Types of a Parquet column, each with a value."""


def column(name: str, kind: str, height: int) -> pl.Series:
    """Make a column of a kind: the value in every second row, else null."""
    dtype, value = COLUMNS[kind]
    return pl.Series(name, [value if row % 2 == 0 else None for row in range(height)], dtype=dtype)
