"""A source is asked once for the list of each date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.engine.lists import Lists
from smallcap.sources.base import Delivery

JUNE, JULY, AUGUST = dt.date(2025, 6, 30), dt.date(2025, 7, 31), dt.date(2025, 8, 31)


class CountingSource:
    """Delivers one line per date, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.requests: list[list[dt.date]] = []

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        self.requests.append(list(as_ofs))
        rows = pl.DataFrame(
            {"as_of": list(as_ofs), "source_id": index}, {"as_of": pl.Date, "source_id": pl.String}
        )
        return Delivery(rows, notices=("a notice", *(f"list of {date}" for date in as_ofs)))


def test_dates_that_were_delivered_are_not_requested_again():
    source = CountingSource()
    lists = Lists(source, "russell2000")
    first = lists.at([JULY, JUNE])
    assert lists.at([JUNE]).rows["as_of"].to_list() == [JUNE]
    assert lists.at([JUNE, AUGUST]).rows["as_of"].to_list() == [JUNE, AUGUST]
    assert first.rows["as_of"].to_list() == [JUNE, JULY]
    assert source.requests == [[JUNE, JULY], [AUGUST]]


def test_a_notice_is_delivered_once():
    lists = Lists(CountingSource(), "russell2000")
    lists.at([JUNE])
    assert lists.at([JULY]).notices == ("a notice", f"list of {JUNE}", f"list of {JULY}")


def test_no_date_at_all_has_the_columns_of_a_list():
    assert Lists(CountingSource(), "russell2000").at([]).rows.columns == ["as_of", "source_id"]
