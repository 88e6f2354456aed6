"""Series over time as lines, and as a line without axes beside a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from smallcap.reports.page.charts.drawing import LABEL_FOOT, Scale, date_axis, legend, value_axis
from smallcap.reports.page.svg import Canvas

Values = Sequence[float | None]
SPARK_WIDTH, SPARK_HEIGHT = 160, 36


@dataclass(frozen=True)
class Series:
    """A line: its name, its value on each date, its colour, and whether it is only there to compare with."""

    name: str
    values: Values
    colour: str
    is_reference: bool = False


def line_chart(
    width: int,
    dates: Sequence[dt.date],
    series: Sequence[Series],
    write: Callable[[float | None], str],
    *,
    height: int = 230,
    from_zero: bool = True,
) -> Canvas:
    """Draw series over time, with a legend above and a text for each point."""
    canvas = Canvas(width, height)
    top = legend(canvas, [line.name for line in series], [line.colour for line in series]) + 6
    foot, left, right = height - LABEL_FOOT - 4, 52.0, width - 10.0
    up = _scale_of(series, top, foot, from_zero=from_zero)
    across = Scale(dates[0].toordinal(), dates[-1].toordinal(), left, right)
    value_axis(canvas, up, left, right, write)
    date_axis(canvas, across, foot, dates[0], dates[-1])
    for line in series:
        for run in _runs(dates, line.values):
            points = [(across(day.toordinal()), up(value)) for day, value in run]
            if len(points) > 1:
                canvas.curve(points, line.colour, 1.2 if line.is_reference else 2)
            canvas.dots(
                points if len(dates) <= 60 else points[-1:], line.colour, 3 if line.is_reference else 5
            )
            for place, (day, value) in zip(points, run, strict=True):
                canvas.tell(place, f"{day}: {line.name} {write(value)}")
    return canvas


def sparkline(
    name: str, dates: Sequence[dt.date], values: Values, write: Callable[[float | None], str]
) -> Markup:
    """Draw the trend of a figure without axes; nothing where fewer than two dates have a value."""
    known = [(day, value) for day, value in zip(dates, values, strict=True) if value is not None]
    if len(known) < 2:
        return Markup("")
    canvas = Canvas(SPARK_WIDTH, SPARK_HEIGHT)
    least, most = min(value for _, value in known), max(value for _, value in known)
    across = Scale(known[0][0].toordinal(), known[-1][0].toordinal(), 4, SPARK_WIDTH - 6)
    up = (
        Scale(least, most, SPARK_HEIGHT - 5, 5)
        if most > least
        else Scale(least - 1, least + 1, SPARK_HEIGHT, 0)
    )
    for run in _runs(dates, values):
        points = [(across(day.toordinal()), up(value)) for day, value in run]
        canvas.area([(points[0][0], SPARK_HEIGHT), *points, (points[-1][0], SPARK_HEIGHT)], "accent", 0.1)
        canvas.curve(points, "accent", 1.6)
        for place, (day, value) in zip(points, run, strict=True):
            canvas.tell(place, f"{day}: {write(value)}")
    canvas.dots([(across(known[-1][0].toordinal()), up(known[-1][1]))], "accent", 6)
    title = f"{name} from {known[0][0]} to {known[-1][0]}"
    told = (
        f"{write(known[0][1])} at first, {write(known[-1][1])} now, {write(least)} to {write(most)} between."
    )
    return canvas.svg(f"spark-{''.join(filter(str.isalnum, name.lower()))}", title, told)


def _scale_of(series: Sequence[Series], top: float, foot: float, *, from_zero: bool) -> Scale:
    known = [value for line in series for value in line.values if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    low = min(low, 0.0) if from_zero else low
    space = (high - low) * 0.06 or 1.0
    return Scale(low if from_zero and low == 0 else low - space, high + space, foot, top)


def _runs(dates: Sequence[dt.date], values: Values) -> list[list[tuple[dt.date, float]]]:
    """Part a series where values are missing: a line does not bridge what is not known."""
    runs: list[list[tuple[dt.date, float]]] = [[]]
    for day, value in zip(dates, values, strict=True):
        if value is not None:
            runs[-1].append((day, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
