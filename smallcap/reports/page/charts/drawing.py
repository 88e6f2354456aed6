"""What all charts share: their widths, colours of series, axes, legends, and how a picture is drawn."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from smallcap.reports.page.svg import Canvas, Picture, plain

SERIES = ("s1", "s2", "s3", "s4")
FAINT = 0.4
WIDE, NARROW = 760, 340
"""Widths of a drawing for a column of text, and for a phone."""
LABEL_FOOT = 18
"""Space below the plotting area for the labels of its axis."""
LEGEND_LINE = 18
LEGEND_LETTER = 6.8
"""Width that a letter of a legend is given: names of a few letters are wider than the mean."""
NOT_DRAWN = Markup(
    '<p class="sentence">This picture could not be drawn ({}). Its figures are in the tables and '
    "in the CSV files.</p>"
)


_ZEROS = re.compile(r"\.0+(?=\D*$)")


@dataclass(frozen=True)
class Scale:
    """Where values of a range lie on an axis; values beyond are put at its end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Find the place of a value."""
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)
        return self.start + share * (self.end - self.start)


def picture(name: str, title: str, description: str, draw: Callable[[int], Canvas]) -> Picture:
    """Draw a chart at both widths; one that cannot be drawn is a sentence."""
    description = plain(description)
    try:
        wide, narrow = (
            draw(width).svg(f"{name}-{size}", title, description)
            for width, size in ((WIDE, "wide"), (NARROW, "narrow"))
        )
    # Whatever the data hold: a report without a picture is still a report
    except Exception as error:
        wide = narrow = NOT_DRAWN.format(type(error).__name__)
    return Picture(name, title, description, wide, narrow)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Choose round values from a range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / count or 1
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * base for base in (1, 2, 2.5, 5, 10) if power * base >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]


def years(first: dt.date, last: dt.date, most: int) -> list[dt.date]:
    """Choose beginnings of years between two days, so many at most."""
    begun = [dt.date(year, 1, 1) for year in range(first.year, last.year + 1) if dt.date(year, 1, 1) >= first]
    return begun[:: max(math.ceil(len(begun) / most), 1)]


def value_axis(
    canvas: Canvas, scale: Scale, left: float, right: float, write: Callable[[float], str], count: int = 4
) -> None:
    """Draw lines across at round values, with their labels on the left, no two of which are alike."""
    for value, label in labelled_ticks(scale.low, scale.high, write, count):
        height = scale(value)
        canvas.line((left, height), (right, height))
        canvas.text((left - 6, height + 4), label, anchor="end")


def labelled_ticks(
    low: float, high: float, write: Callable[[float], str], count: int
) -> list[tuple[float, str]]:
    """Choose round values with their labels; fewer where whole numbers would be written twice."""
    values = ticks(low, high, count)
    labels = without_zeros([write(value) for value in values])
    if len(set(labels)) < len(labels) and count > 1:
        return labelled_ticks(low, high, write, count - 1)
    return list(zip(values, labels, strict=True))


def without_zeros(labels: Sequence[str]) -> list[str]:
    """Leave the decimals of an axis out where all are zero: 150 and 50.0 are 150 and 50."""
    whole = [_ZEROS.sub("", label) for label in labels]
    return list(labels) if any("." in label for label in whole) else whole


def date_axis(canvas: Canvas, scale: Scale, foot: float, first: dt.date, last: dt.date) -> None:
    """Write the years below the plotting area; within a single year its ends."""
    begun = years(first, last, max(int((scale.end - scale.start) / 55), 1))
    if len(begun) < 2:
        canvas.text((scale.start, foot + LABEL_FOOT - 4), f"{first}")
        canvas.text((scale.end, foot + LABEL_FOOT - 4), f"{last}", anchor="end")
        return
    for day in begun:
        place = scale(day.toordinal())
        canvas.line((place, foot), (place, foot + 4), "muted")
        canvas.text((place, foot + LABEL_FOOT - 2), str(day.year), anchor="middle")


def legend_lines(names: Sequence[str], width: float) -> list[list[str]]:
    """Put the names of a legend into lines that fit a width."""
    lines: list[list[str]] = [[]]
    used = 0.0
    for name in names:
        needed = len(name) * LEGEND_LETTER + 34
        if lines[-1] and used + needed > width:
            lines.append([])
            used = 0.0
        lines[-1].append(name)
        used += needed
    return lines


def legend(canvas: Canvas, names: Sequence[str], colours: Sequence[str], faint: str = "") -> float:
    """Draw a legend at the top, and return its height; one colour may be drawn faintly."""
    colour_of = iter(colours)
    lines = legend_lines(names, canvas.width)
    for number, line in enumerate(lines):
        x, y = 2.0, 12.0 + number * LEGEND_LINE
        for name in line:
            colour = next(colour_of)
            canvas.dots([(x + 5, y - 4)], colour, 10, FAINT if colour == faint else 1)
            canvas.text((x + 15, y), name, "ink")
            x += len(name) * LEGEND_LETTER + 34
    return len(lines) * LEGEND_LINE + 6
