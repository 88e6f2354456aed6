"""Charts as SVG: colours that follow the page, ids that do not collide, a text alternative, the same bytes
again.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import polars as pl
import pytest

from smallcap.reports.page.charts import drawing as charts
from smallcap.reports.page.charts.factors import TERMS, loadings
from smallcap.reports.page.charts.funnel import attrition
from smallcap.reports.page.charts.index import sectors
from smallcap.reports.page.charts.quality import quality_scatter
from smallcap.reports.page.svg import COLOURS, draw
from tests.attacks import attacks
from tests.unit.reports.builders import HOSTILE, report_with

BARS = {
    "data": {"values": [{"name": HOSTILE, "value": 1.0}]},
    "mark": {"type": "bar", "color": COLOURS["accent"], "clip": True},
    "encoding": {"x": {"field": "value", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> str:
    return str(draw(BARS, "bars", "A title", HOSTILE))


def test_a_chart_has_a_text_alternative(drawn):
    tree = ElementTree.fromstring(drawn)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "bars-t bars-d"
    assert [tree.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["A title", HOSTILE]


def test_its_colours_are_variables_of_the_style_sheet(drawn):
    assert 'fill="var(--accent)"' in drawn
    assert not re.search("|".join(COLOURS.values()), drawn)


def test_its_ids_carry_its_name(drawn):
    ids = re.findall(r'id="([^"]*)"', drawn)
    assert ids
    assert all(name.startswith("bars-") for name in ids)
    assert "url(#bars-" in drawn


def test_text_of_the_data_is_escaped(drawn):
    assert "<img" not in drawn


def test_the_same_data_give_the_same_bytes(drawn):
    assert str(draw(BARS, "bars", "A title", HOSTILE)) == drawn


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
"""Names that end the drawing engine, that it refuses, or that it might take for something else."""


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


def test_the_engine_is_given_nothing_that_ends_it(monkeypatch):
    given = []
    monkeypatch.setattr(
        "vl_convert.vegalite_to_svg",
        lambda specification: given.append(str(specification)) or '<svg viewBox="0 0 1 1">',
    )
    draw({**BARS, "title": "a\x00", "\x1b": [{"name": "\uffff"}, 1, None]}, "bars", "A title", "")
    assert not re.search(r"\\x00|\\x1b|\\uffff", given[0])


def test_two_sectors_of_one_name_are_two_bars():
    drawn = sectors(pl.DataFrame({"sector": ["Energy", "Energy"], "weight": [0.6, 0.4]}))
    assert texts(drawn.wide).count("Energy") == 2


def test_a_picture_that_fails_is_a_sentence(monkeypatch):
    def fail(*_):
        raise ValueError("Operator not defined")

    monkeypatch.setattr(charts, "draw", fail)
    picture = sectors(pl.DataFrame({"sector": ["Energy"], "weight": [1.0]}))
    assert picture.wide == picture.narrow
    assert "could not be drawn (ValueError)" in picture.wide
    assert picture.description == "The heaviest of 1 sectors: Energy 100.0%."


def test_a_chart_without_rows_is_not_drawn():
    report = report_with()
    assert quality_scatter(report.data.quality_scores, report.data.quality_quintiles) is None
    assert attrition(report.data.funnel_attrition) is None
