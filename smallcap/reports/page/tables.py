"""Tables of the page: a layout names the columns, great-tables renders them, its mail styles are removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import escape

import polars as pl
from markupsafe import Markup

from smallcap.reports.page.formats import FORMATS, MISSING

TEXTS = ("text", "long", "verdict", "ticker", "words")
LINK_SEPARATOR = "\x1f"
TONES = {
    "pass": "good",
    "passed": "good",
    "met": "good",
    "survivor": "good",
    "confirmed": "good",
    "eligible": "good",
    "entered": "good",
    "verify": "doubt",
    "warned": "doubt",
    "unknown": "doubt",
    "survivor_unverified": "doubt",
    "undetermined": "doubt",
    "directional": "doubt",
    "insufficient": "doubt",
    "fail": "bad",
    "failed": "bad",
    "missed": "bad",
    "contradicted": "bad",
    "not_eligible": "bad",
    "left": "bad",
}
"""Colour of a verdict; the word itself is always shown too."""

# Every cell of great-tables names its column and style, half of a large page; the style sheet needs the
# alignment alone.
_CELL = re.compile(r'<td headers="[^"]*" class="gt_row gt_(\w+)">')
_HEADING = re.compile(
    r'<th class="gt_col_heading gt_columns_bottom_border gt_(\w+)" '
    r'rowspan="1" colspan="1" scope="col" id="[^"]*">'
)
_SPACE = re.compile(r">\s+<(?=/?(?:t|$))")
_ALIGNED = {"right": ' class="n"', "left": "", "center": ""}


@dataclass(frozen=True)
class Column:
    """A column of a table on the page.

    Attributes
    ----------
    name
        The column of the frame.
    label
        The heading.
    format
        A name in `formats.FORMATS`; ``text`` unchanged; ``verdict`` a status with its colour; ``long``
        text that is wrapped; ``figure`` a figure that is text already; ``ticker`` text that leads to the
        company's tear sheet where there is one.
    """

    name: str
    label: str
    format: str = "text"


@dataclass(frozen=True)
class Layout:
    """How a frame becomes a table.

    Attributes
    ----------
    caption
        What the table shows.
    columns
        The columns, in order.
    is_searchable
        Whether rows can be searched; for tables of companies.
    is_printed
        Whether the table is worth its paper.
    note
        A sentence below the table.
    """

    caption: str
    columns: tuple[Column, ...]
    is_searchable: bool = False
    is_printed: bool = True
    note: str = ""


def table(frame: pl.DataFrame, layout: Layout, sheets: Collection[int] = ()) -> Markup:
    """Set a frame as an HTML table; every text in it is escaped.

    Parameters
    ----------
    frame
        The rows, with at least the layout's columns; ``entity_id`` too where a column is a ticker.
    layout
        What to show of them.
    sheets
        Companies that have a tear sheet on the page.
    """
    # Imported here: it takes half a second, which commands that set no page should not wait for.
    from great_tables import GT

    shown = pl.DataFrame({column.name: _cells(frame, column, sheets) for column in layout.columns})
    grid = GT(shown).cols_label({column.name: column.label for column in layout.columns})
    for column in layout.columns:
        if column.format in MARKED:
            grid = grid.fmt(MARKED[column.format], columns=column.name)
        grid = grid.cols_align("left" if column.format in TEXTS else "right", columns=column.name)
    return _slim(grid.as_raw_html(), layout.caption)


def _cells(frame: pl.DataFrame, column: Column, sheets: Collection[int]) -> list[str]:
    """Write a column as unescaped text; great-tables' own formatting takes several times as long."""
    values = frame[column.name].to_list()
    if column.format == "ticker":
        companies = [str(company) if company in sheets else "" for company in frame["entity_id"]]
        return [
            f"{company}{LINK_SEPARATOR}{ticker}" for company, ticker in zip(companies, values, strict=True)
        ]
    write = FORMATS.get(column.format, str)
    return [MISSING if value is None else write(value) for value in values]


def _link(value: str) -> str:
    company, _, ticker = value.rpartition(LINK_SEPARATOR)
    return (
        f'<a href="#sheet-{escape(company)}">{escape(ticker)}</a>' if company else f"<b>{escape(ticker)}</b>"
    )


def _verdict(value: str) -> str:
    if value == MISSING:
        return value
    return f'<span class="verdict {TONES.get(value, "plain")}">{escape(value.replace("_", " "))}</span>'


def _long(value: str) -> str:
    return f'<span class="long">{escape(value)}</span>'


MARKED: dict[str, Callable[[str], str]] = {"ticker": _link, "verdict": _verdict, "long": _long}
"""Formats whose cells are HTML, and what writes and escapes them.

Every other cell is escaped by great-tables.
"""


def _slim(page: str, caption: str) -> Markup:
    body = page[page.index("<thead>") : page.index("</table>")]
    body = _CELL.sub(lambda found: f"<td{_ALIGNED[found[1]]}>", body)
    body = _HEADING.sub(lambda found: f'<th scope="col"{_ALIGNED[found[1]]}>', body)
    body = body.replace(' class="gt_col_headings"', "").replace(' class="gt_table_body"', "")
    body = _SPACE.sub("><", body)
    # Every cell was escaped above, or by great-tables.
    return Markup(f'<table aria-label="{escape(caption)}">{body}</table>')
