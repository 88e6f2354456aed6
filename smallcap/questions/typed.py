"""What a person types to name a company."""

from __future__ import annotations

from smallcap.errors import InputError


def require_symbol_or_name(text: str) -> None:
    """Refuse a text without letters and digits, which would equal the symbol of every line that has none.

    Raises
    ------
    InputError
        When the text names nothing.
    """
    if not any(map(str.isalnum, text)):
        raise InputError(f"'{text}' is neither a symbol nor a name: it has no letter and no digit")
