"""Tables of the page: a layout names the columns; long tables are set in part, with all rows as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup, escape

from smallcap.reports.page.formats import FORMATS, MISSING
from smallcap.reports.page.links import NO_LINKS, Links

TEXTS = ("text", "long", "verdict", "ticker", "words")
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

UNBROKEN = "USD\N{NO-BREAK SPACE}m"
"""The unit of a heading, which is broken over lines elsewhere."""
SHOWN_ROWS = 25
"""Rows of a long table that are on the page as it opens; the script shows the others page by page."""
Cell = str | tuple[str, str]
"""A text, or a text with what goes with it: the address of a company, the tone of a verdict."""


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
        company's page where there is one.
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
    note
        A sentence below the table.
    """

    caption: str
    columns: tuple[Column, ...]
    is_searchable: bool = False
    note: str = ""


def table(frame: pl.DataFrame, layout: Layout, links: Links = NO_LINKS) -> Markup:
    """Set a frame as an HTML table; every text in it is escaped.

    Of a long table the first rows are set, and all rows follow as data for the page's script, which shows
    them page by page and prints them all.

    Parameters
    ----------
    frame
        The rows, with at least the layout's columns; ``entity_id`` too where a column is a ticker.
    layout
        What to show of them.
    links
        Where the page of a company is.
    """
    columns = [_cells(frame, column, links) for column in layout.columns]
    rows = list(zip(*columns, strict=True))
    head = Markup("").join(_heading(column) for column in layout.columns)
    body = Markup("").join(_row(row, layout.columns) for row in rows[:SHOWN_ROWS])
    form = Markup('<table aria-label="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}')
    return form.format(layout.caption, head, body, _data(rows) if len(rows) > SHOWN_ROWS else "")


def kind_of(column: Column) -> str:
    """Say in a letter how cells are set: numbers, tickers, verdicts, long or plain text."""
    if column.format in MARKED:
        return column.format[0]
    return "" if column.format in TEXTS else "n"


def _heading(column: Column) -> Markup:
    kind = kind_of(column)
    right = Markup(' class="n"') if kind == "n" else ""
    return Markup('<th scope="col"{} data-k="{}">{}</th>').format(
        right, kind, column.label.replace("USD m", UNBROKEN)
    )


def _row(cells: Sequence[Cell], columns: Sequence[Column]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(map(_cell, cells, columns)))


def _cell(cell: Cell, column: Column) -> Markup:
    kind = kind_of(column)
    right = Markup(' class="n"') if kind == "n" else ""
    content = MARKED[column.format](cell) if column.format in MARKED else cell
    return Markup('<td{} data-l="{}">{}</td>').format(right, column.label, content)


def _data(rows: Sequence[Sequence[Cell]]) -> Markup:
    """Write rows as data that no browser runs or reads as markup."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    inert = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup('<script type="application/json" class="rows">{}</script>').format(Markup(inert))


def _cells(frame: pl.DataFrame, column: Column, links: Links) -> list[Cell]:
    values = frame[column.name].to_list()
    if column.format == "ticker":
        companies = frame["entity_id"].to_list() if "entity_id" in frame.columns else [None] * len(values)
        return [
            (links.address(company), str(ticker)) for company, ticker in zip(companies, values, strict=True)
        ]
    if column.format == "verdict":
        return [verdict_of(value) for value in values]
    write = FORMATS.get(column.format, str)
    return [MISSING if value is None else write(value) for value in values]


def verdict_of(value: str | None) -> tuple[str, str]:
    """Return the tone and the words of a verdict."""
    return ("", MISSING) if value is None else (TONES.get(value, "plain"), value.replace("_", " "))


def _pair(cell: Cell) -> tuple[str, str]:
    return ("", cell) if isinstance(cell, str) else cell


def _link(cell: Cell) -> Markup:
    address, ticker = _pair(cell)
    form = Markup('<a href="{}">{}</a>') if address else Markup("{}<b>{}</b>")
    return form.format(address, ticker)


def _verdict(cell: Cell) -> Markup:
    tone, words = _pair(cell)
    return Markup('<span class="verdict {}">{}</span>').format(tone, words) if tone else escape(words)


def _long(cell: Cell) -> Markup:
    return Markup('<span class="long">{}</span>').format(cell)


MARKED: dict[str, Callable[[Cell], Markup]] = {"ticker": _link, "verdict": _verdict, "long": _long}
"""Formats whose cells are HTML, and what writes and escapes them."""
