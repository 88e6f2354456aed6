"""Line numbers of fields in TOML files, because tomllib does not keep positions."""

from __future__ import annotations

import bisect
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

Place = tuple[str | int, ...]
"""Names of tables and fields, and indices into arrays, from the outermost to the innermost."""


def line_of(text: str, place: Place) -> int:
    """Find the line on which a place of a valid TOML file is defined.

    The file's prefixes are parsed: the first that contains the place ends with the statement that defines it.

    Parameters
    ----------
    text, place
        The file's text, and the path to the table or field.

    Returns
    -------
    int
        The line, counted from 1; for a missing place the line of the table that should contain it, or 1.
    """
    lines = text.split("\n")
    whole = tomllib.loads(text)
    while place and not _holds(whole, place):
        place = place[:-1]
    if not place:
        return 1
    end = bisect.bisect_left(
        range(len(lines)), True, key=lambda count: _holds(_beginning(lines, count)[1], place)
    )
    return _beginning(lines, end - 1)[0] + 1


def _beginning(lines: Sequence[str], count: int) -> tuple[int, Mapping[str, Any]]:
    """Parse the longest prefix of at most `count` lines that ends with a statement; return its length too."""
    while True:
        try:
            return count, tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            count -= 1


def _holds(values: Any, place: Place) -> bool:
    for name in place:
        is_there = (
            name < len(values)
            if isinstance(name, int) and isinstance(values, list)
            else isinstance(values, dict) and name in values
        )
        if not is_there:
            return False
        values = values[name]
    return True
