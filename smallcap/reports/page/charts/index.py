"""The weights of the sectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from smallcap.reports.page.charts.drawing import WIDE, code_labels, dressed, picture
from smallcap.reports.page.formats import percent
from smallcap.reports.page.svg import COLOURS, Picture

if TYPE_CHECKING:
    import altair as alt


def sectors(rows: pl.DataFrame) -> Picture | None:
    """Draw the weight of each sector, from rows of `index_sectors`."""
    weighed = rows.filter(pl.col("weight").is_not_null())
    if weighed.is_empty():
        return None
    heaviest = ", ".join(f"{row['sector']} {percent(row['weight'])}" for row in weighed.head(3).to_dicts())
    description = f"The heaviest of {weighed.height} sectors: {heaviest}."
    names = weighed["sector"].to_list()
    told = pl.col("weight").map_elements(percent, return_dtype=pl.String)
    bars = weighed.select(pl.int_range(pl.len()).alias("code"), "weight", told=told)
    return picture("sectors", "Weight of the sectors", description, lambda width: _bars(bars, names, width))


def _bars(rows: pl.DataFrame, names: Sequence[str | None], width: int) -> alt.TopLevelMixin:
    import altair as alt

    axis = alt.Axis(labelExpr=code_labels(names), labelLimit=160, ticks=False, domain=False)
    up = alt.Y("code:N", sort=rows["code"].to_list(), title=None, axis=axis)
    top = max(rows["weight"].to_list())
    scale = alt.Scale(domain=[0, top * 1.12], nice=False)
    across = alt.X(
        "weight:Q", title="share of the index", scale=scale, axis=alt.Axis(format="%", tickCount=5)
    )
    base = alt.Chart(rows)
    bars = base.mark_bar(height={"band": 0.68}, color=COLOURS["accent"]).encode(across, up)
    numbers = base.mark_text(align="left", dx=6, color=COLOURS["ink"], fontSize=12).encode(
        across, up, alt.Text("told:N")
    )
    return dressed(
        (bars + numbers).properties(width=width if width == WIDE else width - 60, height=26 * rows.height)
    )
