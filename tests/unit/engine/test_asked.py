"""Which companies and lines should answer a request."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.engine.asked import expected_lines

YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
TODAY = dt.date(2026, 3, 10)


def securities(*spells: tuple[str, dt.date, dt.date | None]) -> pl.DataFrame:
    """Lines that are known to the source, with the days from and to which they are listed."""
    return pl.DataFrame(
        {
            "source_id": [line for line, _, _ in spells],
            "valid_from": [first for _, first, _ in spells],
            "valid_to": [last for _, _, last in spells],
            "is_resolved": [True for _ in spells],
        },
        schema_overrides={"valid_from": pl.Date, "valid_to": pl.Date},
    )


@pytest.mark.parametrize("today", [dt.date(2026, 1, 1), dt.date(2026, 1, 31)])
def test_no_line_is_expected_to_have_a_price_of_a_year_before_its_first_month_has_ended(
    today: dt.date,
) -> None:
    listed = securities(("A", dt.date(2020, 1, 1), None))
    assert expected_lines(listed, *YEAR, today) == []


def test_a_line_is_expected_once_it_was_listed_in_a_month_that_has_ended() -> None:
    listed = securities(
        ("A", dt.date(2020, 1, 1), None),
        ("entered in the month before", dt.date(2026, 2, 28), None),
        ("entered in this month", dt.date(2026, 3, 1), None),
        ("left in the year", dt.date(2020, 1, 1), dt.date(2026, 1, 1)),
        ("left before", dt.date(2020, 1, 1), dt.date(2025, 12, 31)),
    )
    assert expected_lines(listed, *YEAR, TODAY) == ["A", "entered in the month before", "left in the year"]


def test_all_lines_of_a_year_that_has_ended_are_expected() -> None:
    listed = securities(("A", dt.date(2025, 12, 31), None))
    assert expected_lines(listed, dt.date(2025, 1, 1), dt.date(2025, 12, 31), TODAY) == ["A"]
