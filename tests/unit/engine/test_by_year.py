"""What a table's years are made from is read as they proceed: each year once, and none longer than needed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.engine.by_year import READ_TOGETHER, ReadByYear

BACK = 3
YEARS = range(2006, 2026)
WITHOUT_ROWS = 2011
ROWS = pl.DataFrame({"year": [year for year in YEARS for _ in range(3)], "row": range(60)}).filter(
    pl.col("year") != WITHOUT_ROWS
)
WINDOWS = [[near for near in range(year - BACK, year + 1) if near in YEARS] for year in YEARS]


class Read:
    """Reads years of `ROWS`, and notes which."""

    def __init__(self) -> None:
        self.years: list[int] = []

    def __call__(self, years: Sequence[int]) -> pl.DataFrame:
        """Read some years."""
        self.years += years
        return _of(years)


def test_each_window_has_the_rows_of_its_years():
    by_year = ReadByYear(_of, YEARS)
    for window in WINDOWS:
        assert by_year.rows(window).equals(_of(window))


def test_years_of_a_window_without_any_row_have_the_columns():
    assert ReadByYear(_of, [WITHOUT_ROWS]).rows([WITHOUT_ROWS]).equals(ROWS.clear())


def test_each_year_is_read_once_and_not_long_before_it_is_needed():
    read = Read()
    by_year = ReadByYear(read, YEARS)
    for window in WINDOWS:
        by_year.rows(window)
        assert max(read.years) < max(window) + READ_TOGETHER
    assert read.years == list(YEARS)


def test_years_before_the_window_are_released():
    by_year = ReadByYear(_of, YEARS)
    for window in WINDOWS:
        by_year.rows(window)
        assert min(by_year._held) == min(window)


def test_years_that_are_not_made_from_one_after_the_other_are_not_read():
    read = Read()
    by_year = ReadByYear(read, [2006, 2020])
    assert by_year.rows([2006]).equals(_of([2006]))
    assert by_year.rows([2020]).equals(_of([2020]))
    assert read.years == [2006, 2020]


def _of(years: Sequence[int]) -> pl.DataFrame:
    return ROWS.filter(pl.col("year").is_in(list(years)))
