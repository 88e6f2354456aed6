"""What separates the letters of a share class from a ticker: BRK.B, BRK-B, BRK B, BRK/B and BRKB are one."""

from __future__ import annotations

from typing import Final

# White space is listed by its characters, because Python, Polars and DuckDB do not agree on what \s matches.
_WHITE_SPACE: Final = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

SEPARATORS: Final = rf"[{_WHITE_SPACE}.\-/]"
"""A regular expression that means the same in Python, Polars and DuckDB."""
