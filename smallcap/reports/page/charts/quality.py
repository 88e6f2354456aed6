"""The scatter of the scored companies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from smallcap.reports.page.charts.drawing import WIDE, dressed, picture
from smallcap.reports.page.formats import percent
from smallcap.reports.page.svg import COLOURS, Picture

if TYPE_CHECKING:
    import altair as alt

QUINTILES = [COLOURS[f"q{quintile}"] for quintile in range(1, 6)]
MARGIN_LIMITS, DEBT_LIMITS = (-0.6, 0.6), (0.0, 1.0)
"""What the scatter shows of either axis; companies beyond are drawn at its edge."""


def quality_scatter(scores: pl.DataFrame, quintiles: pl.DataFrame) -> Picture | None:
    """Draw debt/assets against free cash flow margin: one point per company, and the medians of quintiles.

    Parameters
    ----------
    scores
        Rows of `quality_scores`.
    quintiles
        Rows of `quality_quintiles`, of the same basis.
    """
    if scores.is_empty():
        return None
    points = scores.select("debt_to_assets", "fcf_margin", "quintile")
    medians = quintiles.select(
        "quintile",
        debt_to_assets="debt_to_assets_median",
        fcf_margin="fcf_margin_median",
        label=pl.format("Q{}", "quintile"),
    )
    description = _description(scores, medians)
    title = "Debt and cash flow by quintile of the quality score"
    return picture("quality-scatter", title, description, lambda width: _scatter(points, medians, width))


def _description(scores: pl.DataFrame, medians: pl.DataFrame) -> str:
    best, worst = (medians.filter(pl.col("quintile") == quintile).row(0, named=True) for quintile in (5, 1))
    description = (
        f"{scores.height:,} scored companies, debt over assets across, free cash flow margin up. "
        f"The median of the best quintile owes {percent(best['debt_to_assets'])} of its assets and keeps "
        f"{percent(best['fcf_margin'])} of revenue as free cash flow, "
        f"that of the worst {percent(worst['debt_to_assets'])} and {percent(worst['fcf_margin'])}."
    )
    margin, debt = pl.col("fcf_margin"), pl.col("debt_to_assets")
    inside = margin.is_between(*MARGIN_LIMITS) & debt.is_between(*DEBT_LIMITS)
    beyond = scores.filter(~inside).height
    if beyond:
        description += f" {beyond:,} companies lie beyond the axes and are drawn at the edge."
    return description


def _scatter(points: pl.DataFrame, medians: pl.DataFrame, width: int) -> alt.TopLevelMixin:
    import altair as alt

    percents = alt.Axis(format="%", tickCount=6)
    debts, margins = (alt.Scale(domain=limits, clamp=True) for limits in (DEBT_LIMITS, MARGIN_LIMITS))
    across = alt.X("debt_to_assets:Q", title="debt / assets", scale=debts, axis=percents)
    up = alt.Y("fcf_margin:Q", title="free cash flow margin", scale=margins, axis=percents)
    legend = alt.Legend(
        title="quintile, 5 is best",
        orient="top",
        direction="horizontal",
        symbolType="circle",
        symbolOpacity=1,
    )
    colour = alt.Color("quintile:O", scale=alt.Scale(domain=[1, 2, 3, 4, 5], range=QUINTILES), legend=legend)
    zero_line = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=COLOURS["muted"], strokeDash=[3, 3])
    cloud = alt.Chart(points).mark_circle(size=26 if width == WIDE else 16, opacity=0.55)
    marks = alt.Chart(medians).mark_point(
        shape="diamond", size=190, filled=True, stroke=COLOURS["paper"], strokeWidth=1.5, opacity=1
    )
    labels = alt.Chart(medians).mark_text(
        dx=12, align="left", fontWeight="bold", fontSize=12, color=COLOURS["ink"]
    )
    layers = zero_line.encode(y="zero:Q") + cloud.encode(across, up, colour)
    layers += marks.encode(across, up, colour) + labels.encode(across, up, alt.Text("label:N"))
    return dressed(layers.properties(width=width, height=400 if width == WIDE else 320))
