"""The split basis that a user declares for the share counts of a table: its written form and meaning."""

from __future__ import annotations

import datetime as dt
import re

INFERRED = "infer"
"""Nothing is declared: the basis is found by a vote over companies with a clear later split."""
AS_FILED = "as_filed"
"""Each count is that of its own date: later splits are not in it."""
ADJUSTED_TO = "split_adjusted_to"
"""The counts are restated for every split up to a date, which follows: ``split_adjusted_to 2026-04-30``."""
ALLOWED = f"{AS_FILED}, or {ADJUSTED_TO} and a date like 2026-04-30"

_ADJUSTED = re.compile(rf"{ADJUSTED_TO}[ :=_]+(\d{{4}}-\d{{2}}-\d{{2}})")


def parse_split_basis(text: str) -> str:
    """Write a declared split basis in its one form.

    Parameters
    ----------
    text
        ``as_filed`` or ``split_adjusted_to 2026-04-30``; a colon, equals sign or underscore may come before
        the date.

    Raises
    ------
    ValueError
        When the text is neither, or the date does not exist.
    """
    given = text.strip().lower()
    if given == AS_FILED:
        return AS_FILED
    found = _ADJUSTED.fullmatch(given)
    if found is None:
        raise ValueError(f"must be {ALLOWED}")
    try:
        return f"{ADJUSTED_TO} {dt.date.fromisoformat(found[1])}"
    except ValueError:
        raise ValueError(f"must be {ALLOWED}; there is no day {found[1]}") from None


def parse_setting(text: str) -> str:
    """Write the setting in its one form: a declared split basis, or ``infer``.

    Raises
    ------
    ValueError
        When the text is none of them.
    """
    if text.strip().lower() == INFERRED:
        return INFERRED
    try:
        return parse_split_basis(text)
    except ValueError as error:
        raise ValueError(f"{error}; or {INFERRED}") from None
