"""How many members could be screened, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from smallcap.reports.page.charts.drawing import SERIES, WIDE, dressed, picture
from smallcap.reports.page.formats import integer
from smallcap.reports.page.svg import Picture

if TYPE_CHECKING:
    import altair as alt


def coverage_history(coverage: pl.DataFrame) -> Picture | None:
    """Draw members, those with a fresh record and those scored over time, from rows of `coverage`.

    One date makes no line.
    """
    if coverage.height < 2:
        return None
    series = {"members": "members", "fresh_fundamentals": "with a fresh record", "screened": "scored"}
    rows = coverage.select("as_of", *(pl.col(column).alias(name) for column, name in series.items()))
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    description = (
        f"From {first['as_of']} to {last['as_of']}: members {integer(first['members'])} to "
        f"{integer(last['members'])}, with a fresh record "
        f"{integer(first['with a fresh record'])} to {integer(last['with a fresh record'])}, "
        f"scored {integer(first['scored'])} to "
        f"{integer(last['scored'])}."
    )
    long = rows.unpivot(index="as_of", variable_name="what", value_name="companies")
    title = "Members that could be screened, date by date"
    return picture("coverage", title, description, lambda width: _lines(long, list(series.values()), width))


def _lines(rows: pl.DataFrame, names: list[str], width: int) -> alt.TopLevelMixin:
    import altair as alt

    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=3 if width == WIDE else 2,
        symbolType="stroke",
    )
    colour = alt.Color("what:N", scale=alt.Scale(domain=names, range=SERIES[: len(names)]), legend=legend)
    across = alt.X("as_of:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap=True))
    up = alt.Y("companies:Q", title="companies", scale=alt.Scale(zero=True))
    chart = (
        alt.Chart(rows).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14)).encode(across, up, colour)
    )
    return dressed(chart.properties(width=width, height=220))
