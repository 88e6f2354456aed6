"""The waterfall of the funnel, and its survivors through time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from smallcap.reports.page.charts.drawing import FAINT, WIDE, Scale, legend, picture
from smallcap.reports.page.charts.lines import Series, line_chart
from smallcap.reports.page.formats import integer, words
from smallcap.reports.page.svg import Canvas, Picture, shortened

OUTCOMES = (("passed", "passed", "good"), ("to verify", "verify", "amber"), ("failed", "failed", "bad"))
STEP = 40


def attrition(steps: pl.DataFrame, names: Mapping[int, str]) -> Picture | None:
    """Draw what became of the companies that entered each filter.

    Parameters
    ----------
    steps
        Rows of `funnel_attrition`.
    names
        The names of the filters by their numbers.
    """
    filters = steps.filter(pl.col("filter_number") <= 6)
    if filters.is_empty():
        return None
    rows = filters.to_dicts()
    description = (
        f"{rows[-1]['left']:,} of {rows[0]['members']:,} members fail none of the six filters. "
        + " ".join(
            f"{words(row['filter_name']).capitalize()} leaves {row['left']:,} of {row['entered']:,}."
            for row in rows
        )
    )
    title = "Which filter removes how many companies?"
    return picture("attrition", title, description, lambda width: _waterfall(rows, names, width))


def _waterfall(rows: list[dict[str, int]], names: Mapping[int, str], width: int) -> Canvas:
    canvas = Canvas(width, STEP * len(rows) + 30)
    head = legend(canvas, [name for name, _, _ in OUTCOMES], [colour for _, _, colour in OUTCOMES], "bad") + 4
    left = 330.0 if width == WIDE else 4.0
    across = Scale(0, max(row["entered"] for row in rows) or 1, left, width - 78)
    for place, row in enumerate(rows):
        _step(canvas, names[row["filter_number"]], row, across, head + place * STEP)
    return canvas


def _step(canvas: Canvas, name: str, row: dict[str, int], across: Scale, top: float) -> None:
    is_wide = canvas.width == WIDE
    height = 22.0 if is_wide else 14.0
    head = top + 4 if is_wide else top + 17
    if is_wide:
        canvas.text((across.start - 10, head + 15), shortened(name, across.start - 10), "ink", "end")
    else:
        canvas.text((across.start, top + 12), shortened(name, canvas.width - 8), "ink")
    reached = 0
    for label, column, colour in OUTCOMES:
        count = row[column] or 0
        start, end = across(reached), across(reached + count)
        if count:
            canvas.rectangle(
                (start, head), (max(end - start, 0.8), height), colour, FAINT if colour == "bad" else 1
            )
            canvas.tell(((start + end) / 2, head + height / 2), f"{name}: {integer(count)} {label}")
        reached += count
    canvas.text((across(reached) + 7, head + height / 2 + 5), f"{row['left']:,} left", "ink")


def survivors_history(rows: pl.DataFrame) -> Picture | None:
    """Draw survivors and unverified survivors through time, from rows of `survivors_history`."""
    if rows.height < 2:
        return None
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    told = (
        f"{integer(first['survivors'])} survivors on {first['as_of']}, {integer(last['survivors'])} on "
        f"{last['as_of']}; on the last date {integer(last['entered'])} entered and {integer(last['left'])} "
        "left, verified or not."
    )
    series = [
        Series("survivors", rows["survivors"].to_list(), "s1"),
        Series("survivors, not all verified", rows["unverified"].to_list(), "s2"),
    ]
    dates = rows["as_of"].to_list()
    title = "How many companies survived on each date?"
    return picture("survivors-history", title, told, lambda width: line_chart(width, dates, series, integer))
