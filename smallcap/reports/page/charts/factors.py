"""The loadings of the books, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from smallcap.reports.page.charts.drawing import LABEL_FOOT, SERIES, WIDE, Scale, legend, picture, ticks
from smallcap.reports.page.formats import number, words
from smallcap.reports.page.svg import Canvas, Picture, shortened

TERMS = ["Mkt-RF", "SMB", "HML", "RMW", "CMA", "MOM"]
LINE = 13
Row = dict[str, Any]


def loadings(rows: pl.DataFrame) -> Picture | None:
    """Draw each book's loadings with 95% intervals, from `book_loadings` of one model and covariance."""
    estimated = rows.filter((pl.col("status") == "estimated") & pl.col("term").is_in(TERMS))
    if estimated.is_empty():
        return None
    books = estimated["book"].unique(maintain_order=True).to_list()[: len(SERIES)]
    drawn = {book: estimated.filter(pl.col("book") == book).to_dicts() for book in books}
    description = (
        f"Loadings of {_books(len(books))} on {len(_terms(drawn))} factors. A point is a loading, its line "
        "the 95% "
        f"interval; a line that crosses zero is no tilt one can be sure of."
    )
    title = "Do the books lean on size, value and profitability?"
    return picture("loadings", title, description, lambda width: _intervals(drawn, width))


def _books(count: int) -> str:
    return "one book" if count == 1 else f"{count} books"


def _in_words(row: Row) -> str:
    return f"{row['term']} {number(row['estimate'])} ({number(row['ci_low'])} to {number(row['ci_high'])})"


def _terms(drawn: dict[str, list[Row]]) -> list[str]:
    return [term for term in TERMS if any(row["term"] == term for rows in drawn.values() for row in rows)]


def _intervals(drawn: dict[str, list[Row]], width: int) -> Canvas:
    every = [row for rows in drawn.values() for row in rows]
    terms = _terms(drawn)
    group = LINE * len(drawn) + 16
    names = [shortened(book.replace("_", " "), width - 40) for book in drawn]
    # The legend needs as many lines as its names take; the widest case is one line for each.
    canvas = Canvas(width, group * len(terms) + LABEL_FOOT + 20 * len(names) + 12)
    top = legend(canvas, names, SERIES[: len(names)]) + 4
    foot = top + group * len(terms)
    canvas.height = foot + LABEL_FOOT + 4
    low, high = min(0.0, *(row["ci_low"] for row in every)), max(0.0, *(row["ci_high"] for row in every))
    across = Scale(low, high, 70.0 if width == WIDE else 56.0, width - 14.0)
    for value in ticks(low, high, 6 if width == WIDE else 4):
        canvas.line((across(value), top), (across(value), foot))
        canvas.text((across(value), foot + LABEL_FOOT - 3), number(value), anchor="middle")
    canvas.line((across(0), top), (across(0), foot), "muted", dashed=True)
    for place, term in enumerate(terms):
        _term(canvas, term, drawn, across, top + place * group)
    return canvas


def _term(canvas: Canvas, term: str, drawn: dict[str, list[Row]], across: Scale, top: float) -> None:
    canvas.text((2, top + (LINE * len(drawn) + 16) / 2 + 4), term, "ink", bold=True)
    lines: Sequence[tuple[int, Row]] = [
        (place, row) for place, rows in enumerate(drawn.values()) for row in rows if row["term"] == term
    ]
    for place, row in lines:
        height = top + 12 + place * LINE
        canvas.curve([(across(row["ci_low"]), height), (across(row["ci_high"]), height)], SERIES[place])
        canvas.dots([(across(row["estimate"]), height)], SERIES[place], 8)
        canvas.tell((across(row["estimate"]), height), f"{words(row['book'])}: {_in_words(row)}")
