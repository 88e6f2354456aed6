"""What all charts share: their sizes, series colours, labels and style, and how a picture is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from smallcap.characters import REPLACEMENT, without_forbidden
from smallcap.reports.page.formats import MISSING
from smallcap.reports.page.svg import COLOURS, Picture, draw

if TYPE_CHECKING:
    import altair as alt

SERIES = [COLOURS[f"s{position}"] for position in range(1, 5)]
WIDE, NARROW = 680, 300
"""Widths of the plotting area; with axes a chart fits a column of text, or a phone."""
LONGEST_LABEL = 80
"""Characters of a name from outside; an axis or a legend has room for half of them."""
NOT_DRAWN = Markup(
    '<p class="sentence">This picture could not be drawn ({}). Its figures are in the tables and '
    "in the CSV files.</p>"
)

_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def picture(name: str, title: str, description: str, chart: Callable[[int], alt.TopLevelMixin]) -> Picture:
    """Draw a chart at both widths; one that cannot be drawn is a sentence."""
    description = without_forbidden(description)
    try:
        wide, narrow = (
            draw(chart(width).to_dict(), f"{name}-{size}", title, description)
            for width, size in ((WIDE, "wide"), (NARROW, "narrow"))
        )
    # Errors of the engine, Altair or Polars, each with its own: a report without a picture is still a report
    except Exception as error:
        wide = narrow = NOT_DRAWN.format(type(error).__name__)
    return Picture(name, title, description, wide, narrow)


def code_labels(names: Sequence[str | None]) -> str:
    """Write the expression that shows a code, the place of a name in a list, as the name.

    The engine refuses a text such as ``constructor`` wherever it compiles one into a program; behind a mark
    it is a text like any other. It shortens labels between the two halves of characters beyond U+FFFF, and
    fails: those are replaced.
    """
    plain = [_BEYOND.sub(REPLACEMENT, without_forbidden(name or MISSING)) for name in names]
    marked = [f"={name[:LONGEST_LABEL]}" for name in plain]
    return f"slice({json.dumps(marked)}[datum.value], 1)"


def dressed(chart: alt.LayerChart | alt.Chart) -> alt.TopLevelMixin:
    """Give a chart the page's type and colours."""
    sizes: dict[str, Any] = {"labelFontSize": 12, "titleFontSize": 12}
    heading: dict[str, Any] = {"titleColor": COLOURS["ink"], "titleFontWeight": "normal"}
    lines: dict[str, Any] = dict.fromkeys(("gridColor", "domainColor", "tickColor"), COLOURS["grid"])
    plain = chart.configure(background="transparent", aria=False, font="sans-serif", padding=4)
    styled: alt.TopLevelMixin = (
        plain.configure_view(stroke=None)
        .configure_axis(labelColor=COLOURS["muted"], **heading, **sizes, **lines)
        .configure_legend(labelColor=COLOURS["ink"], **heading, **sizes)
    )
    return styled
