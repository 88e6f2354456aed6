"""Published figures on the page: each in the unit of its measure; no part of the section is silent."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.reports.page.charts.study import study_scatter
from smallcap.reports.page.sections.published import described, in_unit, published_section, told_beside
from tests.unit.reports.builders import empty_report


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (3.6e9, "market_cap_usd", "3,600 m"),
        (176.0, "complete_records", "176"),
        (7.17, "score", "7.17"),
        (0.295, "roe", "29.5%"),
        (None, "roe", "–"),
    ],
)
def test_a_figure_is_written_in_the_unit_of_its_measure(
    value: float | None, measure: str, words: str
) -> None:
    assert in_unit(value, measure) == words


def test_words_stand_where_a_figure_is_a_text() -> None:
    rows = pl.DataFrame(
        {
            "figure": ["exchange", "roe"],
            "published": [None, 0.35],
            "ours": [None, 0.31],
            "difference": [None, -0.04],
            "published_text": ["NASDAQ", None],
            "our_text": [None, None],
        }
    )
    told = told_beside(rows, "figure")
    assert told["published_told"].to_list() == ["NASDAQ", "35.0%"]
    assert told["ours_told"].to_list() == ["–", "31.0%"]
    assert told["difference_told"].to_list() == ["–", "\N{MINUS SIGN}4.0%"]


def test_the_inputs_are_described_in_their_units() -> None:
    rows = pl.DataFrame({"input": ["roe", "market_cap_usd"], "mean": [0.1, 1e9], "greatest": [1.0, None]})
    told = described(rows)
    assert told["mean_told"].to_list() == ["10.0%", "1,000 m"]
    assert told["greatest_told"].to_list() == ["100.0%", "–"]


def test_a_date_with_nothing_says_so_in_each_part() -> None:
    section = published_section(empty_report(), set())
    assert [block.kind for block in section.blocks] == ["sentence"] * 4


@pytest.mark.parametrize(
    ("medians", "is_drawn"), [((None, None), False), ((0.3, None), False), ((0.3, 0.1), True)]
)
def test_the_study_is_drawn_beside_the_quintiles_that_have_medians(
    medians: tuple[float | None, float | None], is_drawn: bool
) -> None:
    study = pl.DataFrame(
        {
            "topic": ["names", "names"],
            "basis": ["point_in_time"] * 2,
            "item": ["POWL"] * 2,
            "measure": ["debt_to_assets", "fcf_margin"],
            "published": [0.01, 0.16],
            "ours": [None, None],
        },
        schema_overrides={"ours": pl.Float64},
    )
    columns = {"quintile": pl.String, "debt_to_assets_median": pl.Float64, "fcf_margin_median": pl.Float64}
    quintiles = pl.DataFrame([("1", None, None), ("5", *medians)], schema=columns, orient="row")
    picture = study_scatter(study, quintiles)
    assert (picture is not None) == is_drawn
    assert picture is None or "Q5" in picture.wide
