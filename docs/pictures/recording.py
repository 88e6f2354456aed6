"""Puts pictures of a terminal one after the other into one SVG, which plays by itself and loads nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

SECONDS = 6
"""How long each picture is shown."""
SHAPE = (1460.0, 760.0)
"""Width and height in the units of the pictures; what is below is cut off."""
_ROOT = re.compile(r"<svg[^>]*>(?P<content>.*)</svg>", flags=re.DOTALL)
_STYLE = """.frame {{ opacity: 0; animation: shown {total}s step-end infinite; }}
@keyframes shown {{ 0% {{ opacity: 1; }} {share:.4f}% {{ opacity: 0; }} }}
@media (prefers-reduced-motion: reduce) {{
.frame {{ animation: none; }} .frame:last-of-type {{ opacity: 1; }}
}}"""


def recording(pictures: Sequence[str]) -> str:
    """Return an SVG that shows pictures one after the other, again and again.

    Parameters
    ----------
    pictures
        SVG files of Rich, each with ids of its own.
    """
    width, height = SHAPE
    style = _STYLE.format(total=SECONDS * len(pictures), share=100 / len(pictures))
    frames = "\n".join(_frame(picture, number) for number, picture in enumerate(pictures))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">\n'
        f"<style>{style}</style>\n{frames}\n</svg>\n"
    )


def _frame(picture: str, number: int) -> str:
    found = _ROOT.search(picture)
    if found is None:
        raise ValueError("not an SVG file")
    return f'<g class="frame" style="animation-delay: {number * SECONDS}s">{found["content"].strip()}</g>'
