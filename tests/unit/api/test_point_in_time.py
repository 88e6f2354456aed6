"""`smallcap.point_in_time`: of each company the row that was visible on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import smallcap
from tests.examples import examples
from tests.unit.api.own_frames import KINDS, as_polars, is_of_kind

DAY = dt.date(2024, 1, 1)
VERSIONS = pl.DataFrame(
    {
        "entity_id": ["A", "B", "A", "A", "B"],
        "period_end": [dt.date(2023, 12, 31)] * 2
        + [dt.date(2024, 12, 31), dt.date(2023, 12, 31), dt.date(2024, 12, 31)],
        "available_date": [
            dt.date(2024, 3, 1),
            dt.date(2024, 4, 1),
            dt.date(2025, 3, 1),
            dt.date(2025, 6, 1),
            None,
        ],
        "value": [1, 2, 3, 4, 5],
    }
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-02-29", []),
        ("2024-03-01", [1]),
        ("2024-12-31", [1, 2]),
        # A restates 2023 after it has reported 2024; B's second row never became known.
        ("2025-12-31", [2, 3]),
    ],
)
def test_the_rows_are_those_that_were_visible(kind: str, as_of: str, expected: list[int]):
    found = smallcap.point_in_time(KINDS[kind](VERSIONS), as_of)
    assert is_of_kind(found, kind)
    assert as_polars(found)["value"].to_list() == expected


def test_rows_of_pandas_keep_their_index_and_types():
    frame = VERSIONS.to_pandas().set_index(pd.Index(list("vwxyz")))
    found = smallcap.point_in_time(frame, dt.date(2025, 12, 31))
    assert list(found.index) == ["w", "x"]
    assert found.dtypes.equals(frame.dtypes)


def visible_by_hand(rows: Sequence[tuple[int, int, int]], day: int) -> set[int]:
    """Of each company the known row with the latest period, then the latest day; by its number."""
    best: dict[int, tuple[int, int, int]] = {}
    for number, (company, period, known) in enumerate(rows):
        rank = (period, known, number)
        if known <= day and rank > best.get(company, (-1, -1, -1)):
            best[company] = rank
    return {number for _, _, number in best.values()}


VERSION = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 9))


@examples(20)
@given(rows=st.lists(VERSION, max_size=20, unique=True), day=st.integers(0, 9))
def test_no_other_row_is_ever_kept(rows: list[tuple[int, int, int]], day: int):
    frame = pl.DataFrame(
        {
            "entity_id": [row[0] for row in rows],
            "period_end": [DAY + dt.timedelta(days=365 * row[1]) for row in rows],
            "available_date": [DAY + dt.timedelta(days=row[2]) for row in rows],
        },
        schema={"entity_id": pl.Int64, "period_end": pl.Date, "available_date": pl.Date},
    ).with_row_index("number")
    found = smallcap.point_in_time(frame, DAY + dt.timedelta(days=day))
    assert set(found["number"].to_list()) == visible_by_hand(rows, day)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_day_with_a_time_zone_is_the_day_that_is_shown(zone: str):
    became_known = pl.col("available_date").cast(pl.Datetime).dt.replace_time_zone(zone)
    rows = VERSIONS.filter(entity_id="A").with_columns(became_known)
    assert smallcap.point_in_time(rows, "2025-02-28")["value"].to_list() == [1]
    assert smallcap.point_in_time(rows, "2025-03-01")["value"].to_list() == [3]
    of_pandas = smallcap.point_in_time(rows.to_pandas(), "2025-02-28")
    assert of_pandas["value"].tolist() == [1]


@pytest.mark.parametrize(
    "as_of",
    [
        dt.date(2025, 2, 28),
        # A time without a zone is what a user has.
        dt.datetime(2025, 2, 28, 23),
        pd.Timestamp("2025-02-28"),
        np.datetime64("2025-02-28"),
        np.datetime64("2025-02-28T23:00", "ns"),
        "2025-02-28",
    ],
    ids=repr,
)
def test_a_date_of_any_library_is_a_date(as_of: Any):
    assert smallcap.point_in_time(VERSIONS, as_of)["value"].to_list() == [1, 2]


@pytest.mark.parametrize("nothing", [pd.NaT, np.datetime64("NaT"), None, 20250228, ""], ids=repr)
def test_what_is_no_date_is_refused(nothing: Any):
    with pytest.raises(smallcap.InputError, match="is not a date: write it as 2025-12-31"):
        smallcap.point_in_time(VERSIONS, nothing)


def test_a_date_that_is_none_is_refused():
    with pytest.raises(smallcap.InputError, match=r"'31\.12\.2025' is not a date: write it as 2025-12-31"):
        smallcap.point_in_time(VERSIONS, "31.12.2025")
