"""The tables of the index funds and of the two indices on the page: figures in the unit of their row, and
what is not known in words.
"""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.reports.page.sections.benchmarks import compared
from tests.unit.reports.builders import report_with, whole
from tests.unit.reports.test_page import Elements

ROW = {"published_index": None, "published_index_to": None, "published_rival": None, "own_index": None,
       "own_rival": None}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "unit", "column", "told"),
    [
        ({"published_index": 0.078}, "fraction", "published_index", "7.8%"),
        (
            {"published_index": 0.30, "published_index_to": 0.40},
            "fraction",
            "published_index",
            "30.0% to 40.0%",
        ),
        ({}, "fraction", "published_rival", "not known"),
        ({"published_rival": 600.0}, "companies", "published_rival", "600"),
        ({"published_index": 0.0}, "1 is yes", "published_index", "no"),
        ({"published_rival": 1.0}, "1 is yes", "published_rival", "yes"),
        ({"own_index": 1.0842}, "loading", "own_index", "1.08"),
    ],
)
def test_figures_are_written_in_the_unit_of_their_row(
    given: dict[str, float], unit: str, column: str, told: str
) -> None:
    schema = dict.fromkeys(ROW, pl.Float64) | {"unit": pl.String}
    frame = pl.DataFrame([{**ROW, **given, "unit": unit}], schema=schema)
    assert compared(frame)[f"{column}_told"].to_list() == [told]


def test_the_page_shows_the_funds_and_the_two_indices() -> None:
    fund = {
        "ticker": "IWM",
        "tracks": "Russell 2000",
        "years": 10,
        "annual_return": 0.078,
        "status": "estimated",
    }
    row = {"measure": "annual_return", "unit": "fraction", "published_index": 0.078, "published_rival": 0.095}
    page = Elements(whole(report_with(benchmarks=[fund], index_comparison=[row])))
    assert "Index funds up to this date" in page.text["index"]
    assert "S&P SmallCap 600" in page.text["index"]
    assert "9.5%" in page.text["index"]
    assert "not known" in page.text["index"]


def test_a_fund_without_prices_is_named_with_the_reason() -> None:
    fund = {
        "ticker": "IWM",
        "years": 10,
        "status": "insufficient",
        "reason": "the source has no prices of this fund",
    }
    page = Elements(whole(report_with(benchmarks=[fund])))
    assert "the source has no prices of this fund" in page.text["index"]
