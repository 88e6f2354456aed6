"""On which line of a TOML file a field is: tomllib does not keep positions."""

from __future__ import annotations

import bisect
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

Place = tuple[str | int, ...]
"""Names of tables and fields, and numbers of elements of arrays, from the outermost to the innermost."""


def line_of(text: str, place: Place) -> int:
    """Find the line on which a place of a valid TOML file is defined.

    It is found by parsing beginnings of the file: the statement that defines the place is the one with which
    it appears.

    Returns
    -------
    int
        The line, counted from 1; of a place that is not there, the line of the table that should hold it, or
        else 1.
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
    """Parse the longest beginning of at most so many lines that does not end within a statement.

    Return its length too.
    """
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
