"""Rows that follow each other with the same key: the same values as `over` gives, null keys included."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from smallcap.finance.runs import carried_in_runs, place_in_run, row_before

VALUES = st.none() | st.sampled_from([1.0, 2.0, float("nan")])
ROWS = st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.integers(0, 2), VALUES), max_size=20)
KEY = ["company", "period"]


@given(ROWS)
def test_values_are_carried_forward_within_a_run_and_never_into_the_next(
    rows: list[tuple[str | None, int, float | None]],
) -> None:
    frame = _in_order(rows)
    carried = carried_in_runs(frame.select("place", "value"), "place")
    expected = frame.select("place", pl.col("value").forward_fill().over(KEY))
    assert_frame_equal(carried, expected)


@given(ROWS)
def test_the_row_before_is_of_the_same_run(rows: list[tuple[str | None, int, float | None]]) -> None:
    frame = _in_order(rows)
    before = frame.select(row_before(pl.col("value"), "place"))["value"]
    assert_series_equal(before, frame.select(pl.col("value").shift(1).over(KEY))["value"])


def test_a_place_counts_from_the_first_row_of_each_run() -> None:
    frame = pl.DataFrame({"company": ["a", "a", "b", None, None, "a"]})
    assert frame.select(place_in_run(["company"])).to_series().to_list() == [0, 1, 0, 0, 1, 0]


def _in_order(rows: list[tuple[str | None, int, float | None]]) -> pl.DataFrame:
    schema = {"company": pl.String, "period": pl.Int64, "value": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort(KEY, maintain_order=True)
    return frame.with_columns(place_in_run(KEY).alias("place"))
