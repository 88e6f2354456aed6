"""Charts as SVG: colours that follow the page, ids that do not collide, a text alternative, the same bytes again."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from smallcap.reports.page.charts import attrition, quality_scatter
from smallcap.reports.page.svg import COLOURS, draw
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


def test_a_chart_without_rows_is_not_drawn():
    report = report_with()
    assert quality_scatter(report.data.quality_scores, report.data.quality_quintiles) is None
    assert attrition(report.data.funnel_attrition) is None
