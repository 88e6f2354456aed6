"""Text that a spreadsheet would take for a formula, and the apostrophe that makes it text.

A spreadsheet may split at semicolons, tabs or line ends a file that was written with commas, and quotes do
not prevent that. So every place in a text where a field could begin is looked at, not only its beginning.
"""

from __future__ import annotations

import re
from typing import Final

from smallcap.characters import FORBIDDEN, SURROGATES, python_class, rust_class

_SIGNS: Final = "[=+@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}" + (
    "\N{FULLWIDTH HYPHEN-MINUS}\\-]"
)
"""What begins a formula, also as East Asian keyboards write it."""
_BEGINNING: Final = r"(?:^|[;\t\r\n])"
RUST_PATTERN: Final = rf'({_BEGINNING}(?:[\s"]|{rust_class(FORBIDDEN)})*)({_SIGNS})'
"""A possible beginning of a field, what a spreadsheet may skip there, and the sign."""
RUST_REPLACEMENT: Final = "${1}'${2}"
_PATTERN: Final = re.compile(rf'({_BEGINNING}(?:[\s"]|{python_class((*FORBIDDEN, *SURROGATES))})*)({_SIGNS})')


def as_text(text: str) -> str:
    """Put an apostrophe before every sign that a spreadsheet may take for the start of a formula."""
    return _PATTERN.sub(r"\1'\2", text)
