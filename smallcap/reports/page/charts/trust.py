"""How many members could be screened over time, and how much of it was restated."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.charts.drawing import SERIES, picture
from smallcap.reports.page.charts.lines import Series, line_chart
from smallcap.reports.page.formats import integer, percent
from smallcap.reports.page.svg import Picture

COUNTED = {"members": "members", "fresh_fundamentals": "with a fresh record", "screened": "scored"}


def coverage_history(coverage: pl.DataFrame) -> Picture | None:
    """Draw members, those with a fresh record and those scored over time, from rows of `coverage`.

    One date makes no line.
    """
    if coverage.height < 2:
        return None
    first, last = coverage.row(0, named=True), coverage.row(-1, named=True)
    changes = ", ".join(
        f"{name} {integer(first[column])} to {integer(last[column])}" for column, name in COUNTED.items()
    )
    description = f"From {first['as_of']} to {last['as_of']}: {changes}."
    dates = coverage["as_of"].to_list()
    series = [
        Series(name, coverage[column].to_list(), colour)
        for (column, name), colour in zip(COUNTED.items(), SERIES, strict=False)
    ]
    title = "How many members could be screened on each date?"
    return picture("coverage", title, description, lambda width: line_chart(width, dates, series, integer))


def restated_history(coverage: pl.DataFrame) -> Picture | None:
    """Draw the shares of members that are scored and of records that were restated later."""
    if coverage.height < 2:
        return None
    dates = coverage["as_of"].to_list()
    last = coverage.row(-1, named=True)
    description = (
        f"On {last['as_of']} {percent(last['screened_share'])} of the members are scored, and "
        f"{percent(last['restated_share'])} of the annual records hold values that were restated later under "
        f"their original dates."
    )
    series = [
        Series("scored, of the members", coverage["screened_share"].to_list(), SERIES[0]),
        Series("restated later, of the records", coverage["restated_share"].to_list(), SERIES[1]),
    ]
    title = "How much is covered, and how much was restated?"
    return picture("restated", title, description, lambda width: line_chart(width, dates, series, _whole))


def _whole(share: float | None) -> str:
    return percent(share, 0)
