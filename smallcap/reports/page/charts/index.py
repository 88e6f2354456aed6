"""The weights of the sectors at a date and over time, and what the index cost against its own history."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.reports.page.charts.drawing import LABEL_FOOT, WIDE, Scale, picture
from smallcap.reports.page.charts.lines import Series, line_chart
from smallcap.reports.page.formats import MISSING, number, percent
from smallcap.reports.page.svg import Canvas, Picture, shortened

BAR = 26
PANEL_HEIGHT = 74
MULTIPLES = {"pe_excluding_losses": "losses left out", "pe_including_losses": "losses included"}


def sectors(rows: pl.DataFrame) -> Picture | None:
    """Draw the weight of each sector, from rows of `index_sectors`."""
    weighed = rows.filter(pl.col("weight").is_not_null())
    if weighed.is_empty():
        return None
    heaviest = ", ".join(f"{row['sector']} {percent(row['weight'])}" for row in weighed.head(3).to_dicts())
    description = f"The heaviest of {weighed.height} sectors: {heaviest}."
    bars = [(row["sector"] or MISSING, row["weight"]) for row in weighed.to_dicts()]
    return picture(
        "sectors", "Which sectors does the index hold?", description, lambda width: _bars(bars, width)
    )


def _bars(bars: list[tuple[str, float]], width: int) -> Canvas:
    canvas = Canvas(width, BAR * len(bars) + 4)
    left = 200 if width == WIDE else 144
    across = Scale(0, max(weight for _, weight in bars), left, width - 56)
    for place, (name, weight) in enumerate(bars):
        top = place * BAR + 4
        canvas.text((left - 8, top + 14), shortened(name, left - 24), "ink", "end")
        canvas.rectangle((left, top), (across(weight) - left, BAR - 8), "accent")
        canvas.text((across(weight) + 6, top + 14), percent(weight), "ink")
        canvas.tell((across(weight), top + 9), f"{name}: {percent(weight)} of the index")
    return canvas


def sector_drift(rows: pl.DataFrame) -> Picture | None:
    """Draw the weight of each sector over time, each in a panel of its own on one scale."""
    weighed = rows.filter(pl.col("weight").is_not_null())
    dates = weighed["as_of"].unique().sort().to_list()
    if len(dates) < 2:
        return None
    last = weighed.filter(as_of=dates[-1]).sort("weight", "sector", descending=[True, False])
    first = dict(weighed.filter(as_of=dates[0]).select("sector", "weight").iter_rows())
    drifts = [(row["sector"], row["weight"] - first.get(row["sector"], 0.0)) for row in last.to_dicts()]
    widest = sorted(drifts, key=lambda drift: -abs(drift[1]))[:3]
    told = ", ".join(f"{name} {_points(change)}" for name, change in widest)
    description = f"Since {dates[0]} the weights that moved most: {told}. All panels have one scale."
    panels = {name: weighed.filter(sector=name).select("as_of", "weight").rows() for name in last["sector"]}
    top = max(weighed["weight"].to_list())
    title = "How did the weights of the sectors drift?"
    return picture("drift", title, description, lambda width: _panels(panels, dates, top, width))


def _points(change: float) -> str:
    return f"{'up' if change >= 0 else 'down'} {number(abs(change) * 100, 1)} points"


def _panels(
    panels: dict[str, list[tuple[dt.date, float]]], dates: list[dt.date], top: float, width: int
) -> Canvas:
    columns = 4 if width == WIDE else 2
    each = width / columns
    rows = -(-len(panels) // columns)
    canvas = Canvas(width, rows * (PANEL_HEIGHT + 24) + LABEL_FOOT)
    for place, (name, points) in enumerate(panels.items()):
        left, head = place % columns * each, place // columns * (PANEL_HEIGHT + 24)
        _panel(canvas, name, points, dates, top, (left + 2, head, left + each - 18))
    canvas.text((2, canvas.height - 4), f"{dates[0]} to {dates[-1]}; the highest line is {percent(top)}")
    return canvas


def _panel(
    canvas: Canvas,
    name: str,
    points: list[tuple[dt.date, float]],
    dates: list[dt.date],
    top: float,
    place: tuple[float, float, float],
) -> None:
    left, head, right = place
    foot = head + PANEL_HEIGHT
    across = Scale(dates[0].toordinal(), dates[-1].toordinal(), left, right)
    up = Scale(0, top, foot, head + 22)
    canvas.text((left, head + 13), shortened(name, right - left - 46), "ink")
    canvas.text((right, head + 13), percent(points[-1][1]), "muted", "end")
    canvas.line((left, foot), (right, foot))
    drawn = [(across(day.toordinal()), up(weight)) for day, weight in points]
    canvas.area([(drawn[0][0], foot), *drawn, (drawn[-1][0], foot)], "accent", 0.12)
    if len(drawn) > 1:
        canvas.curve(drawn, "accent", 1.6)
    for spot, (day, weight) in zip(drawn, points, strict=True):
        canvas.tell(spot, f"{day}: {name} {percent(weight)}")


def valuation(rows: pl.DataFrame) -> list[Picture]:
    """Draw the P/E of the index over time, without and with losses, each with the median of its history."""
    if rows.height < 2:
        return []
    return [_against_history(rows, column, words) for column, words in MULTIPLES.items()]


def _against_history(rows: pl.DataFrame, column: str, words: str) -> Picture:
    last, dates = rows.row(-1, named=True), rows["as_of"].to_list()
    now, median = last[column], last[f"{column}_median"]
    description = (
        f"On {last['as_of']} the index costs {number(now, 1)} times earnings, {words}; the median of its own "
        f"history is {number(median, 1)}."
        if now is not None
        else f"On {last['as_of']} there is no P/E with {words}: the sum is no profit, or not known. "
        f"The line is broken there."
    )
    series = [
        Series("P/E", rows[column].to_list(), "s1"),
        Series("median of its history so far", rows[f"{column}_median"].to_list(), "s2", is_reference=True),
    ]
    title = f"Is the index cheap against its own history, {words}?"
    name = column.replace("_", "-")
    return picture(
        name, title, description, lambda width: line_chart(width, dates, series, _multiple, height=200)
    )


def _multiple(value: float | None) -> str:
    return number(value, 0 if value is not None and abs(value) >= 100 else 1)
