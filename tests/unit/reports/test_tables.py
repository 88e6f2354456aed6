"""Tables of the page: what is escaped, aligned, linked."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.reports.page.links import NO_LINKS, Links
from smallcap.reports.page.tables import Column, Layout, table
from tests.unit.reports.builders import HOSTILE


def set_table(frame: pl.DataFrame, *columns: Column, links: Links = NO_LINKS) -> str:
    return str(table(frame, Layout("Caption", columns), links))


@pytest.mark.parametrize("kind", ["text", "long", "verdict", "ticker", "words", "figure"])
def test_markup_in_any_cell_is_shown_and_not_obeyed(kind):
    frame = pl.DataFrame({"entity_id": [1], "name": [HOSTILE]})
    page = set_table(frame, Column("name", "Name", kind), links=Links(own={1}, others={1, 2}))
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_ticker_leads_to_the_page_of_the_company_where_there_is_one():
    frame = pl.DataFrame({"entity_id": [1, 2, 3], "ticker": ["ABC", "DEF", "XYZ"]})
    page = set_table(frame, Column("ticker", "Ticker", "ticker"), links=Links(own={1}, others={1, 2}))
    assert '<a href="company/1.html">ABC</a>' in page
    assert '<a href="company.html#2">DEF</a>' in page
    assert "<b>XYZ</b>" in page


def test_numbers_stand_right_and_what_is_missing_is_a_dash():
    page = set_table(pl.DataFrame({"value": [0.5, None]}), Column("value", "Value", "percent"))
    assert '<td class="n" data-l="Value">50.0%</td>' in page
    assert '<td class="n" data-l="Value">–</td>' in page
    assert '<th scope="col" class="n" data-k="n">Value</th>' in page


def test_a_verdict_has_a_word_beside_its_colour():
    page = set_table(
        pl.DataFrame({"status": ["fail", "not_reached", None]}), Column("status", "Status", "verdict")
    )
    assert '<span class="verdict bad">fail</span>' in page
    assert '<span class="verdict plain">not reached</span>' in page
