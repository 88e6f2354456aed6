"""Text broken over lines so that no number is cut: where it may break, and how narrow it may become."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

LEAST_TEXT = 12
"""Texts up to this width, such as tickers and dates, are not broken."""
LONGEST_WORD = 24
"""A word up to this width is not broken, unless at one of its separators."""
LONGEST_NUMBER = 40
"""More digits and separators than any number of the warehouse has: what is longer is broken as words are."""
ELLIPSIS = "…"

_SEPARATORS = r"_./,;:|)}\]&?=-"
_NUMBER = re.compile(r"[-+\u2212]?\d+(?:[.,:/\-]\d+)*(?:[eE][-+]?\d+)?%?")
_CHUNK = re.compile(rf"[^\s{_SEPARATORS}]+[{_SEPARATORS}]?")
_SPACE = re.compile(r"\s+")
_SEPARATOR = re.compile(rf"(?<=[{_SEPARATORS}])")
# A terminal would obey them; a line break alone is kept.
_CONTROLS = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160)) if chr(code) != "\n"}


def visible(text: str | Text) -> Text:
    """Return a text with its control characters written out, except line breaks."""
    if isinstance(text, Text):
        return text
    return Text(text.translate(_CONTROLS))


def widest(text: str) -> int:
    """Count the columns that a text takes where none of its lines is broken."""
    return max(map(cell_len, text.split("\n")))


def narrowest(text: str, *, keeps_words: bool = False, text_kept: int = LEAST_TEXT) -> int:
    """Count the columns below which a text would be broken where it should not be.

    Parameters
    ----------
    text
        The text; its numbers are not broken.
    keeps_words
        Whether a word up to 24 columns is not broken at its separators either, as an identifier.
    text_kept
        A text up to this width is not broken at all.
    """
    number = max((cell_len(found) for found in _numbers(text)), default=0)
    words = text.split() if keeps_words else _CHUNK.findall(text)
    return min(widest(text), max(text_kept, number, min(max(map(cell_len, words), default=0), LONGEST_WORD)))


def up_to_last_number(text: str) -> int:
    """Count the columns up to the end of the last number: cut after them, a text has all its numbers."""
    ends = [found.end() for found in _NUMBER.finditer(text) if len(found[0]) <= LONGEST_NUMBER]
    return cell_len(text[: ends[-1]]) if ends else 0


def shortened(text: Text, most: int) -> Text:
    """Return a text whose lines end with an ellipsis where they were longer than so many columns.

    The same object where none was.
    """
    if widest(text.plain) <= most:
        return text
    lines = text.split("\n", allow_blank=True)
    return Text("\n").join(_cut(line, most) for line in lines)


def lines_of(text: Text, width: int) -> list[Text]:
    """Break a text into lines.

    Parameters
    ----------
    text
        The text; its own line breaks are kept.
    width
        Columns of a line.

    Returns
    -------
    list of Text
        At least one line, none wider than `width`; no number is broken unless it is wider than that.
    """
    return [line for part in text.split("\n", allow_blank=True) for line in _broken(part, width)]


def _cut(line: Text, most: int) -> Text:
    if cell_len(line.plain) <= most:
        return line
    plain, fitting = line.plain, _fitting(line.plain, most - 1)
    kept = line[: max(set(range(fitting + 1)) - _inside_numbers(plain, fitting))]
    kept.rstrip()
    return kept.append(ELLIPSIS)


def _broken(text: Text, width: int) -> Iterator[Text]:
    plain, start = text.plain, 0
    if cell_len(plain) <= width:
        yield text
        return
    while start < len(plain):
        end = start + _length(plain[start:], width)
        line = text[start:end]
        line.rstrip()
        yield line
        start = len(plain) - len(plain[end:].lstrip())


def _length(text: str, width: int) -> int:
    """Count the characters of the next line; a number that is wider than the line is broken all the same."""
    return _place(text, width) or max(_fitting(text, width), 1)


def _place(text: str, width: int) -> int:
    """Find where to break: at a space, after a separator, or anywhere but in a number; 0 where nowhere."""
    fitting = _fitting(text, width)
    if fitting == len(text):
        return fitting
    inside = _inside_numbers(text, fitting)
    spaces = (found.start() for found in _SPACE.finditer(text[: fitting + 1]))
    separators = (found.start() for found in _SEPARATOR.finditer(text[: fitting + 1]))
    for places in (spaces, separators, range(fitting + 1)):
        found = max((place for place in places if place <= fitting and place not in inside), default=0)
        if found:
            return found
    return 0


def _inside_numbers(text: str, end: int) -> set[int]:
    """Find the places up to `end` at which a break would cut a number."""
    return {
        place
        for found in _NUMBER.finditer(text[: end + LONGEST_NUMBER])
        for place in range(found.start() + 1, found.end())
    }


def _fitting(text: str, width: int) -> int:
    """Count the characters that fit into a width; East Asian ones take two columns."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return place
    return len(text)


def _numbers(text: str) -> Iterator[str]:
    return (found[0] for found in _NUMBER.finditer(text) if len(found[0]) <= LONGEST_NUMBER)
