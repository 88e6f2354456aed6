"""Charts as SVG: colours that follow the page, ids that do not collide, a text alternative, the same bytes
again.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from xml.etree import ElementTree

import polars as pl
import pytest

from smallcap.reports.page.charts.drawing import labelled_ticks, picture, ticks, without_zeros
from smallcap.reports.page.charts.factors import TERMS, loadings
from smallcap.reports.page.charts.funnel import attrition
from smallcap.reports.page.charts.index import sectors
from smallcap.reports.page.charts.lines import Series, line_chart
from smallcap.reports.page.charts.quality import quality_scatter
from smallcap.reports.page.svg import Canvas
from tests.attacks import attacks
from tests.unit.reports.builders import HOSTILE, report_with

SVG = "{http://www.w3.org/2000/svg}"


def bars() -> Canvas:
    canvas = Canvas(100, 20)
    canvas.rectangle((0, 0), (50, 10), "accent")
    canvas.text((0, 20), HOSTILE)
    canvas.tell((50, 5), HOSTILE)
    return canvas


@pytest.fixture(scope="module")
def drawn() -> str:
    return str(bars().svg("bars", "A title", HOSTILE))


def test_a_chart_has_a_text_alternative(drawn):
    tree = ElementTree.fromstring(drawn)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "bars-t bars-d"
    assert [tree.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["A title", HOSTILE]


def test_its_colours_are_variables_of_the_style_sheet(drawn):
    assert 'fill="var(--accent)"' in drawn
    assert not re.search(r"#[0-9a-f]{6}", drawn)


def test_each_point_says_in_words_what_it_is(drawn):
    assert json.loads(ElementTree.fromstring(drawn).get("data-points")) == [[50, 5, HOSTILE]]


def test_text_of_the_data_is_escaped(drawn):
    assert "<img" not in drawn
    assert texts(drawn) == [HOSTILE]


def test_the_same_data_give_the_same_bytes(drawn):
    assert str(bars().svg("bars", "A title", HOSTILE)) == drawn


def test_many_points_of_one_colour_are_one_element():
    canvas = Canvas(100, 100)
    canvas.dots([(place, place) for place in range(1_000)], "q1", 4)
    assert str(canvas.svg("dots", "t", "d")).count("<path") == 1


@pytest.mark.parametrize(
    ("low", "high", "count", "found"),
    [(0, 10, 5, [0, 2, 4, 6, 8, 10]), (-0.6, 0.6, 6, [-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6]), (3, 3, 4, [3])],
)
def test_an_axis_is_marked_at_round_values(low, high, count, found):
    assert ticks(low, high, count) == pytest.approx(found)


@pytest.mark.parametrize(
    ("high", "labels"), [(1, ["0", "1"]), (2, ["0", "1", "2"]), (3, ["0", "1", "2", "3"])]
)
def test_an_axis_of_few_companies_has_each_label_once(high: int, labels: list[str]) -> None:
    found = labelled_ticks(0, high, lambda value: f"{value:.0f}", 4)
    assert [label for _, label in found] == labels


def test_a_line_is_broken_where_a_value_is_not_known():
    dates = [dt.date(2025, month, 28) for month in range(1, 6)]
    series = [Series("P/E", [10.0, 12.0, None, 11.0, 9.0], "s1")]
    drawn = line_chart(760, dates, series, lambda value: f"{value}").svg("lines", "t", "d")
    curves = re.findall(r'<path d="M([^"]*)" fill="none"', drawn)
    assert [curve.count("L") for curve in curves] == [1, 1]
    assert len(json.loads(ElementTree.fromstring(str(drawn)).get("data-points"))) == 4


DIRTY = {
    "NUL": "a\x00b",
    "escape": "\x1b[31ma",
    "no XML": "a\ufffe\uffff",
    "line separator": "a\u2028b\u2029",
    "bidi override": "\u202eabc",
    "constructor": "constructor",
    "toString": "toString",
    "__proto__": "__proto__",
    "quotes": "'\"\\\\`${x}",
    "markup": HOSTILE,
    "long": "x" * 100_000,
    "beyond U+FFFF": "\U0001f600" * 50,
    "blank": "",
}
"""Names that are no text, or that a drawing engine might take for something else."""


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


@pytest.mark.some_cases(4)
@attacks("pages and charts", "name", {f"sector: {kind}": name for kind, name in DIRTY.items()})
def test_a_sector_of_any_name_is_drawn(name):
    drawn = sectors(pl.DataFrame({"sector": [name, "Energy"], "weight": [0.6, 0.4]}))
    assert "could not be drawn" not in drawn.wide
    assert {"Energy", "60.0%", "40.0%"} <= set(texts(drawn.wide))


@pytest.mark.some_cases(4)
@attacks("pages and charts", "name", {f"book: {kind}": name for kind, name in DIRTY.items()})
def test_a_book_of_any_name_is_drawn(name):
    row = {
        "model": "FF5",
        "covariance": "OLS",
        "status": "estimated",
        "estimate": 0.1,
        "ci_low": -0.1,
        "ci_high": 0.3,
    }
    drawn = loadings(
        pl.DataFrame([{**row, "book": book, "term": term} for book in (name, "my_book") for term in TERMS])
    )
    assert "could not be drawn" not in drawn.wide
    assert {"my book", *TERMS} <= set(texts(drawn.wide))


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(
    "name", ["constructor", "toString", "Health Care", "\u00c9nergie", "'\"\\\\`${x}", "2024", "true"]
)
def test_a_name_is_shown_as_it_is(name):
    assert name in texts(sectors(pl.DataFrame({"sector": [name], "weight": [1.0]})).wide)


def test_two_sectors_of_one_name_are_two_bars():
    drawn = sectors(pl.DataFrame({"sector": ["Energy", "Energy"], "weight": [0.6, 0.4]}))
    assert texts(drawn.wide).count("Energy") == 2


def test_a_picture_that_fails_is_a_sentence():
    def fail(width: int) -> Canvas:
        raise ValueError(width)

    drawn = picture("name", "Title?", "Description.", fail)
    assert drawn.wide == drawn.narrow
    assert "could not be drawn (ValueError)" in drawn.wide
    assert drawn.description == "Description."


def test_a_chart_without_rows_is_not_drawn():
    report = report_with()
    assert quality_scatter(report.data.quality_scores, report.data.quality_quintiles) is None
    assert attrition(report.data.funnel_attrition, {}) is None


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["0.0", "50.0", "100"], ["0", "50", "100"]),
        (["0.0%", "20.0%"], ["0%", "20%"]),
        (["0.0", "2.5"], ["0.0", "2.5"]),
        (["1,000", "2,000"], ["1,000", "2,000"]),
    ],
)
def test_labels_of_an_axis_have_one_form(labels: list[str], shown: list[str]):
    assert without_zeros(labels) == shown
