"""The bars of what each filter leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from smallcap.reports.page.charts.drawing import dressed, picture
from smallcap.reports.page.formats import words
from smallcap.reports.page.svg import COLOURS, Picture

if TYPE_CHECKING:
    import altair as alt

STATUS_COLOURS = {"passed": COLOURS["good"], "to verify": COLOURS["amber"], "failed": COLOURS["bad"]}


def attrition(steps: pl.DataFrame) -> Picture | None:
    """Draw what became of the companies that entered each filter, from rows of `funnel_attrition`."""
    filters = steps.filter(pl.col("filter_number") <= 6)
    if filters.is_empty():
        return None
    rows = filters.select(
        "filter_number", "entered", "left", pl.col("filter_name").alias("name"), "passed", "verify", "failed"
    )
    last = rows.row(-1, named=True)
    members = filters["members"][0]
    description = (
        f"Of {members:,} members {last['left']:,} are failed by none of the six filters. "
        + " ".join(
            f"{words(row['name']).capitalize()} leaves {row['left']:,} of {row['entered']:,}."
            for row in rows.iter_rows(named=True)
        )
    )
    return picture("attrition", "What each filter leaves", description, lambda width: _attrition(rows, width))


def _attrition(rows: pl.DataFrame, width: int) -> alt.TopLevelMixin:
    import altair as alt

    named = rows.with_columns(
        label=pl.format("{} {}", "filter_number", pl.col("name").str.replace("_", " ")),
        told=pl.col("left").map_elements(lambda left: f"{left:,} left", return_dtype=pl.String),
    )
    labels = named["label"].to_list()
    up = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=110, ticks=False, domain=False))
    top = max(named["entered"].to_list())
    across = alt.X(
        "companies:Q",
        title="companies that entered the filter",
        scale=alt.Scale(domain=[0, top * 1.18], nice=False),
        axis=alt.Axis(tickCount=4),
    )
    bars = alt.Chart(_by_outcome(named)).mark_bar(height={"band": 0.68})
    numbers = alt.Chart(named).mark_text(align="left", dx=6, color=COLOURS["ink"], fontSize=12)
    layers = bars.encode(across, up, _colour(), order=alt.Order("position:Q"))
    layers += numbers.encode(alt.X("entered:Q"), up, alt.Text("told:N"))
    return dressed(layers.properties(width=width, height=230))


def _by_outcome(named: pl.DataFrame) -> pl.DataFrame:
    """Return one row per filter and outcome, with the position of the outcome in its bar."""
    long = named.rename({"verify": "to verify"}).unpivot(
        on=list(STATUS_COLOURS),
        index=["label", "filter_number"],
        variable_name="outcome",
        value_name="companies",
    )
    order = {name: position for position, name in enumerate(STATUS_COLOURS)}
    return long.with_columns(position=pl.col("outcome").replace_strict(order, return_dtype=pl.Int64))


def _colour() -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(STATUS_COLOURS), range=list(STATUS_COLOURS.values()))
    legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square")
    return alt.Color("outcome:N", scale=scale, legend=legend)
