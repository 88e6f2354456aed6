"""Tables of the page: what is escaped, aligned, linked."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.reports.page.tables import Column, Layout, table
from tests.unit.reports.builders import HOSTILE


def set_table(frame: pl.DataFrame, *columns: Column, sheets: set[int] = frozenset()) -> str:
    return str(table(frame, Layout("Caption", columns), sheets))


@pytest.mark.parametrize("kind", ["text", "long", "verdict", "ticker", "words", "figure"])
def test_markup_in_any_cell_is_shown_and_not_obeyed(kind):
    frame = pl.DataFrame({"entity_id": [1], "name": [HOSTILE]})
    page = set_table(frame, Column("name", "Name", kind), sheets={1})
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_ticker_leads_to_the_tear_sheet_where_there_is_one():
    frame = pl.DataFrame({"entity_id": [1, 2], "ticker": ["ABC", "XYZ"]})
    page = set_table(frame, Column("ticker", "Ticker", "ticker"), sheets={1})
    assert '<a href="#sheet-1">ABC</a>' in page
    assert "<b>XYZ</b>" in page


def test_numbers_stand_right_and_what_is_missing_is_a_dash():
    page = set_table(pl.DataFrame({"value": [0.5, None]}), Column("value", "Value", "percent"))
    assert '<td class="n">50.0%</td>' in page
    assert '<td class="n">–</td>' in page
    assert '<th scope="col" class="n">Value</th>' in page


def test_a_verdict_has_a_word_beside_its_colour():
    page = set_table(
        pl.DataFrame({"status": ["fail", "not_reached", None]}), Column("status", "Status", "verdict")
    )
    assert '<span class="verdict bad">fail</span>' in page
    assert '<span class="verdict plain">not reached</span>' in page


def test_nothing_of_the_setting_engines_own_style_is_left():
    page = set_table(pl.DataFrame({"value": [1.0]}), Column("value", "Value", "number"))
    assert "gt_" not in page
    assert "style" not in page
