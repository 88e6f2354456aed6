"""What a person types: the name of a company, and the method of the quality score."""

from __future__ import annotations

from typing import Final

from smallcap.errors import InputError

METHODS: Final = ("published", "debt_free_aware", "trailing")
"""Methods of the quality score."""


def require_symbol_or_name(text: str) -> None:
    """Refuse a text without letters and digits, which would equal the symbol of every line that has none.

    Raises
    ------
    InputError
        When the text names nothing.
    """
    if not any(map(str.isalnum, text)):
        raise InputError(f"'{text}' is neither a symbol nor a name: it has no letter and no digit")


def require_method(text: str) -> None:
    """Refuse what is no method of the quality score.

    Raises
    ------
    InputError
        When there is no such method; the message lists the methods.
    """
    if text not in METHODS:
        raise InputError(f"there is no method '{text}'; the methods are: {', '.join(METHODS)}")
