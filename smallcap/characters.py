"""Characters that are no part of a text, and what the terminal shows in their place.

For the patterns of Python and of Polars.
"""

from __future__ import annotations

import re
from typing import Final

Ranges = tuple[tuple[int, int], ...]

SEPARATORS: Final[Ranges] = ((0x09, 0x0D), (0x85, 0x85), (0x2028, 0x2029))
"""Tabs, line ends and separators of lines and paragraphs: they part words."""
_CONTROLS: Final[Ranges] = ((0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F))
_DIRECTIONS: Final[Ranges] = ((0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x206F))
_INVISIBLE: Final[Ranges] = (
    (0xAD, 0xAD),
    (0x200B, 0x200B),
    (0x2060, 0x2060),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
)
_NO_CHARACTERS: Final[Ranges] = (
    (0xFDD0, 0xFDEF),
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)
FORBIDDEN: Final[Ranges] = (*_CONTROLS, *_DIRECTIONS, *_INVISIBLE, *_NO_CHARACTERS)
"""Control, direction-changing and zero-width characters, and code points that Unicode or XML 1.0 excludes."""
SURROGATES: Final[Ranges] = ((0xD800, 0xDFFF),)
"""Halves of characters: Python can hold them, UTF-8 and Polars cannot."""
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def rust_class(ranges: Ranges) -> str:
    """Write ranges as a character class of Polars' patterns."""
    spans = (rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges)
    return f"[{''.join(spans)}]"


def python_class(ranges: Ranges) -> str:
    """Write ranges as a character class of Python's patterns."""
    spans = (f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
    return f"[{''.join(spans)}]"


def without_forbidden(text: str) -> str:
    """Take out of a text what is no part of it; separators become spaces."""
    return _PARTING.sub(" ", _FORBIDDEN.sub("", text))


def visible(text: str) -> str:
    """Replace what a terminal would obey or hide; line ends and tabs stay."""
    return _UNSAFE.sub(REPLACEMENT, text)


_FORBIDDEN: Final = re.compile(python_class((*FORBIDDEN, *SURROGATES)))
_PARTING: Final = re.compile(python_class(SEPARATORS))
_UNSAFE: Final = re.compile(python_class((*FORBIDDEN, *SURROGATES, (0x0B, 0x0D), *SEPARATORS[1:])))
