"""Rows that must not exist: all are counted, a few are shown."""

import datetime as dt

import pytest

from smallcap.warehouse.row_checks import EXAMPLES, RowCheck, offending_rows


def found(sql: str) -> tuple[int, list[dict[str, object]]]:
    return offending_rows(RowCheck("core.members", "test", "no such row", sql), lambda name: [], [2025])


@pytest.mark.parametrize("count", [1, EXAMPLES, EXAMPLES + 1, 1000])
def test_all_are_counted_and_the_first_few_are_shown(count: int):
    assert found(f"SELECT range AS place, DATE '2025-01-31' AS as_of FROM range({count}) ORDER BY place") == (
        count,
        [{"place": place, "as_of": dt.date(2025, 1, 31)} for place in range(min(count, EXAMPLES))],
    )


def test_where_there_is_none_none_is_shown():
    assert found("SELECT 1 WHERE false;") == (0, [])
