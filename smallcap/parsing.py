"""Parses JSON and TOML that others may have written; every fault of the text raises `ValueError`."""

from __future__ import annotations

import json
import tomllib
from typing import Any, Final

DEEPEST: Final = 100
"""Levels of nesting; no file here has more than ten."""


def parse_json(text: str | bytes) -> Any:
    """Parse JSON.

    Raises
    ------
    ValueError
        When the text is not JSON in UTF-8, has unpaired surrogates, or is nested more than `DEEPEST` levels.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    _require_sound(document)
    return document


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    ValueError
        When the text is not TOML, or is nested more than `DEEPEST` levels.
    """
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise _too_deep() from None
    _require_sound(document)
    return document


def _require_sound(document: Any) -> None:
    """Refuse what parsers accept but other code cannot handle."""
    level = [document]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += (*value.keys(), *value.values())
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, str):
                value.encode()  # An unpaired surrogate raises UnicodeEncodeError, which is a ValueError.
        if not inner:
            return
        level = inner
    raise _too_deep()


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} levels deep")
