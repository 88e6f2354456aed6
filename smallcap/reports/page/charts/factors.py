"""The loadings of the books, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from smallcap.reports.page.charts.drawing import SERIES, WIDE, code_labels, dressed, picture
from smallcap.reports.page.formats import number, words
from smallcap.reports.page.svg import COLOURS, Picture

if TYPE_CHECKING:
    import altair as alt

TERMS = ["Mkt-RF", "SMB", "HML", "RMW", "CMA", "MOM"]


def loadings(rows: pl.DataFrame) -> Picture | None:
    """Draw each book's loadings with 95% intervals, from `book_loadings` of one model and covariance."""
    estimated = rows.filter((pl.col("status") == "estimated") & pl.col("term").is_in(TERMS))
    if estimated.is_empty():
        return None
    books = estimated["book"].unique(maintain_order=True).to_list()
    drawn = estimated.filter(pl.col("book").is_in(books[: len(SERIES)]))
    told = " ".join(
        (
            f"Book {words(book)}: "
            f"{', '.join(_loading_in_words(row) for row in drawn.filter(book=book).to_dicts())}."
        )
        for book in books[: len(SERIES)]
    )
    description = (
        f"A point is a loading, its line the 95% interval; a line that crosses zero is no tilt one can "
        f"be sure of. {told}"
    )
    codes = pl.col("book").replace_strict(books, list(range(len(books))))
    coded = drawn.select(codes.alias("code"), "term", "estimate", "ci_low", "ci_high")
    names = [book.replace("_", " ") for book in books[: len(SERIES)]]
    return picture(
        "loadings", "Factor loadings of the books", description, lambda width: _loadings(coded, names, width)
    )


def _loading_in_words(row: dict[str, Any]) -> str:
    return f"{row['term']} {number(row['estimate'])} ({number(row['ci_low'])} to {number(row['ci_high'])})"


def _loadings(rows: pl.DataFrame, names: Sequence[str], width: int) -> alt.TopLevelMixin:
    import altair as alt

    terms = [term for term in TERMS if term in rows["term"].to_list()]
    up = alt.Y("term:N", sort=terms, title=None, axis=alt.Axis(ticks=False, domain=False, grid=False))
    offset = alt.YOffset("code:N", sort=list(range(len(names))))
    colour = _colour_of_book(names, columns=3 if width == WIDE else 1)
    zero = (
        alt.Chart(pl.DataFrame({"zero": [0.0]}))
        .mark_rule(color=COLOURS["muted"], strokeDash=[3, 3])
        .encode(x="zero:Q")
    )
    base = alt.Chart(rows)
    low = alt.X("ci_low:Q", title="loading, 95% interval", axis=alt.Axis(tickCount=6))
    intervals = base.mark_rule(strokeWidth=2).encode(low, alt.X2("ci_high:Q"), up, colour, offset)
    points = base.mark_circle(size=70, opacity=1).encode(alt.X("estimate:Q"), up, colour, offset)
    return dressed((zero + intervals + points).properties(width=width, height=48 * len(terms)))


def _colour_of_book(names: Sequence[str], columns: int) -> alt.Color:
    import altair as alt

    books = list(range(len(names)))
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=columns,
        labelExpr=code_labels(names),
        labelLimit=260,
        symbolType="circle",
    )
    return alt.Color("code:N", scale=alt.Scale(domain=books, range=SERIES[: len(books)]), legend=legend)
