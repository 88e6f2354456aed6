"""Drawing of charts as SVG in the page's colours: equal bytes for equal data, and a text for every point."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from smallcap.characters import without_forbidden

LETTER = 6.4
"""Mean width of a letter at the size of labels."""
SMALL = 12
NOTHING = Markup("")


@dataclass(frozen=True)
class Picture:
    """A chart as the page shows it.

    Attributes
    ----------
    name
        Identifies the chart on the page.
    title, description
        The question that it answers, and the answer in a sentence or two: its text alternative.
    wide, narrow
        The SVG for a screen and for a phone.
    """

    name: str
    title: str
    description: str
    wide: Markup
    narrow: Markup


@dataclass
class Canvas:
    """A drawing that is being made; places count from the upper left corner.

    Attributes
    ----------
    width, height
        Its size, in the units of all places.
    """

    width: float
    height: float
    _parts: list[Markup] = field(default_factory=list)
    _points: list[tuple[float, float, str]] = field(default_factory=list)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str = "grid",
        *,
        dashed: bool = False,
    ) -> None:
        """Draw a straight line."""
        (x1, y1), (x2, y2) = start, end
        dash = Markup(' stroke-dasharray="3 3"') if dashed else NOTHING
        self._add(
            '<path d="M{} {}L{} {}" stroke="var(--{})"{}/>', _at(x1), _at(y1), _at(x2), _at(y2), colour, dash
        )

    def rectangle(
        self, place: tuple[float, float], size: tuple[float, float], colour: str, opacity: float = 1
    ) -> None:
        """Fill a rectangle whose upper left corner is at a place."""
        faint = NOTHING if opacity == 1 else Markup(' opacity="{}"').format(f"{opacity:.2f}")
        self._add(
            '<rect x="{}" y="{}" width="{}" height="{}" fill="var(--{})"{}/>',
            *map(_at, (*place, *size)),
            colour,
            faint,
        )

    def curve(self, points: Sequence[tuple[float, float]], colour: str, width: float = 2) -> None:
        """Join points by straight lines."""
        path = "L".join(f"{_at(x)} {_at(y)}" for x, y in points)
        self._add(
            '<path d="M{}" fill="none" stroke="var(--{})" stroke-width="{}" stroke-linejoin="round"/>',
            path,
            colour,
            _at(width),
        )

    def area(self, points: Sequence[tuple[float, float]], colour: str, opacity: float = 0.15) -> None:
        """Fill what lies between points."""
        path = "L".join(f"{_at(x)} {_at(y)}" for x, y in points)
        self._add('<path d="M{}Z" fill="var(--{})" opacity="{}"/>', path, colour, f"{opacity:.2f}")

    def dots(
        self, points: Sequence[tuple[float, float]], colour: str, size: float, opacity: float = 1
    ) -> None:
        """Draw dots of one colour, as one element however many they are."""
        path = "".join(f"M{_at(x)} {_at(y)}h0" for x, y in points)
        self._add(
            '<path d="{}" stroke="var(--{})" stroke-width="{}" stroke-linecap="round" opacity="{}"/>',
            path,
            colour,
            _at(size),
            f"{opacity:.2f}",
        )

    def text(
        self,
        place: tuple[float, float],
        words: str,
        colour: str = "muted",
        anchor: str = "start",
        *,
        bold: bool = False,
    ) -> None:
        """Set a text; its foot is at the place."""
        x, y = place
        side = NOTHING if anchor == "start" else Markup(' text-anchor="{}"').format(anchor)
        weight = Markup(' font-weight="600"') if bold else NOTHING
        self._add(
            '<text x="{}" y="{}" fill="var(--{})"{}{}>{}</text>',
            _at(x),
            _at(y),
            colour,
            side,
            weight,
            plain(words),
        )

    def tell(self, place: tuple[float, float], words: str) -> None:
        """Say what is at a place; the page shows it where a reader points or taps."""
        x, y = place
        self._points.append((round(x, 1), round(y, 1), plain(words)))

    def svg(self, name: str, title: str, description: str) -> Markup:
        """Write the drawing with its text alternative.

        Parameters
        ----------
        name
            Distinguishes its ids from those of other drawings on the page.
        title, description
            The text alternative.
        """
        told = json.dumps(self._points, ensure_ascii=False, separators=(",", ":"))
        points = Markup(' data-points="{}"').format(told) if self._points else NOTHING
        tag = Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" '
            'aria-labelledby="{}-t {}-d" font-size="{}"{}>'
        ).format(_at(self.width), _at(self.height), name, name, SMALL, points)
        words = Markup('<title id="{}-t">{}</title><desc id="{}-d">{}</desc>')
        alternative = words.format(name, plain(title), name, plain(description))
        return Markup("").join([tag, alternative, *self._parts, Markup("</svg>")])

    def _add(self, form: str, *values: object) -> None:
        self._parts.append(Markup(form).format(*values))


def plain(words: str) -> str:
    """Leave out the characters that are no text."""
    return without_forbidden(words)


def shortened(words: str, width: float) -> str:
    """Cut a label to what fits a width, with a mark where something is cut."""
    most = max(int(width / LETTER), 1)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _at(value: float) -> str:
    """Write a place with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
