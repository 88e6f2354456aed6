"""The fiscal years of a company as bars: revenue, net income and free cash flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smallcap.reports.page.charts.drawing import LABEL_FOOT, WIDE, Scale, legend, picture, value_axis
from smallcap.reports.page.formats import MISSING, millions
from smallcap.reports.page.svg import Canvas, Picture

LINES = (
    ("net income", "net_income_usd", "s1"),
    ("operating cash flow", "operating_cash_flow_usd", "s3"),
    ("free cash flow", "free_cash_flow_usd", "s2"),
)
Row = Mapping[str, Any]


def fiscal_years(years: Sequence[Row]) -> Picture | None:
    """Draw profit and cash of the fiscal years, from rows of `sheet_years`; a single year makes no trend."""
    known = [year for year in reversed(years) if any(year[column] is not None for _, column, _ in LINES)]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    changes = ", ".join(
        f"{name} {millions(first[column])} to {millions(last[column])}" for name, column, _ in LINES
    )
    description = (
        f"USD m, from the year to {first['period_end']} to the year to {last['period_end']}: {changes}."
    )
    title = "Is profit backed by cash?"
    return picture("profit-and-cash", title, description, lambda width: _bars(known, width))


def _bars(years: Sequence[Row], width: int) -> Canvas:
    canvas = Canvas(width, 210)
    top = legend(canvas, [name for name, _, _ in LINES], [colour for _, _, colour in LINES]) + 8
    values = [year[column] for year in years for _, column, _ in LINES if year[column] is not None]
    foot, left, right = canvas.height - LABEL_FOOT - 2, 60.0, width - 4.0
    up = Scale(min(0.0, *values), max(0.0, *values) or 1.0, foot, top)
    value_axis(canvas, up, left, right, millions, 3)
    group = (right - left) / len(years)
    bar = min(group * 0.26, 30 if width == WIDE else 16)
    for place, year in enumerate(years):
        middle = left + (place + 0.5) * group
        canvas.text((middle, canvas.height - 4), f"{year['period_end']:%Y-%m}", anchor="middle")
        for number, (name, column, colour) in enumerate(LINES):
            value = year[column]
            if value is None:
                continue
            x, ends = middle + (number - 1.5) * bar, sorted((up(0), up(value)))
            canvas.rectangle((x, ends[0]), (bar - 1.5, max(ends[1] - ends[0], 0.8)), colour)
            canvas.tell(
                (x + bar / 2, up(value)), f"{year['period_end'] or MISSING}: {name} {millions(value)} m USD"
            )
    canvas.line((left, up(0)), (right, up(0)), "muted")
    return canvas
