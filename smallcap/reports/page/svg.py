"""Altair charts as SVG in the page's colours: drawn by vl-convert, equal bytes for equal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from smallcap.characters import without_forbidden

COLOURS = {
    "ink": "#000001",
    "muted": "#000002",
    "grid": "#000003",
    "paper": "#000004",
    "accent": "#000005",
    "good": "#000006",
    "doubt": "#000007",
    "bad": "#000008",
    "amber": "#000009",
    "q1": "#000011",
    "q2": "#000012",
    "q3": "#000013",
    "q4": "#000014",
    "q5": "#000015",
    "s1": "#000021",
    "s2": "#000022",
    "s3": "#000023",
    "s4": "#000024",
}
"""Colours that charts are drawn with; in the SVG each becomes the style sheet's variable of its name."""

_NAMES = {colour: name for name, colour in COLOURS.items()}
# Vega labels every group and mark for assistive technology; here the picture has one text alternative.
_NOISE = re.compile(
    r' (?:role|aria-roledescription|aria-hidden|aria-label|class|pointer-events)="[^"]*"| opacity="1"'
)
_EMPTY = re.compile(r'<path(?: d="(?:M0,0h0v0h0Z)?"| display="none"| fill="none")+/>')
_ID = re.compile(r'(id="|url\(#)(\w+)')


@dataclass(frozen=True)
class Picture:
    """A chart as the page shows it.

    Attributes
    ----------
    name
        Identifies the chart on the page.
    title, description
        What it shows, in a few words and in a sentence or two: its text alternative.
    wide, narrow
        The SVG for a screen and for a phone.
    """

    name: str
    title: str
    description: str
    wide: Markup
    narrow: Markup


def draw(specification: dict[str, Any], name: str, title: str, description: str) -> Markup:
    """Draw a Vega-Lite specification.

    Parameters
    ----------
    specification
        The chart, its colours taken from `COLOURS`. Characters that are no text are left out: the engine ends
        the process at them.
    name
        Distinguishes what the drawing refers to by id from that of other drawings on the page.
    title, description
        The text alternative.
    """
    # Imported here: the drawing engine is large, and only a report that has something to draw needs it.
    import vl_convert

    svg = vl_convert.vegalite_to_svg(_drawable(specification))
    head = re.match(r'<svg[^>]*viewBox="([^"]*)"[^>]*>', svg)
    if head is None:
        raise ValueError("the drawing engine returned no SVG with a viewBox")
    body = _own_ids(_EMPTY.sub("", _NOISE.sub("", svg[head.end() :])), name)
    # The engine escapes the texts that it sets.
    drawing = Markup(re.sub(r'"(#0000\d\d)"', _variable, body))
    return Markup("").join([*_opening(head[1], name, title, description), drawing])


def _opening(view_box: str, name: str, title: str, description: str) -> tuple[Markup, Markup]:
    """Write the opening tag, and the text alternative that it refers to."""
    tag = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img" aria-labelledby="{}-t {}-d">'
    )
    alternative = Markup('<title id="{}-t">{}</title><desc id="{}-d">{}</desc>')
    return tag.format(view_box, name, name), alternative.format(name, title, name, description)


def _drawable(part: Any) -> Any:
    if isinstance(part, str):
        return without_forbidden(part)
    if isinstance(part, dict):
        return {_drawable(name): _drawable(value) for name, value in part.items()}
    return [_drawable(value) for value in part] if isinstance(part, list) else part


def _own_ids(body: str, name: str) -> str:
    """Give the ids of a drawing numbers from one; the engine continues the count of the drawing before."""
    numbers: dict[str, int] = {}
    return _ID.sub(lambda found: f"{found[1]}{name}-{numbers.setdefault(found[2], len(numbers) + 1)}", body)


def _variable(found: re.Match[str]) -> str:
    name = _NAMES.get(found[1])
    return f'"var(--{escape(name)})"' if name else found[0]
