"""Reads and writes ``home.toml``, in which a home records the settings it was made with, and its copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.parsing import parse_toml

RECORD: Final = "home.toml"
COPIED: Final = "pulled.json"
"""The record of a copy of a home that was pulled from an object store; such a folder is only read."""
COPY: Final = Path("lake", RECORD)
"""The copy, beside the tables: a home whose record is lost must not take another universe for its own."""
_TYPES: Final[dict[str, type]] = {
    "preset": str,
    "limit": int,
    "index_name": str,
    "sample_companies": int,
    "sample_seed": int,
    "stale_months": int,
    "shariah_standard": str,
    "files_blank_debt_is_zero": bool,
    "shares_split_basis": str,
    "statement_footing": str,
    "input": str,
    "rules": str,
    "rules_digest": str,
}
"""The types in which settings are recorded; of another type, the file is damaged."""
_IN_WORDS: Final = {str: "text", int: "a whole number", bool: "true or false"}


def read_record(home: Path) -> dict[str, Any] | None:
    """Read what a home records; None where it records nothing yet.

    A record that is gone, or empty as after a machine that stopped, is read from its copy. One that is
    damaged is not: a person may have edited it.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML, or has a value of a wrong type.
    """
    path = home / RECORD
    try:
        path = path if path.is_file() and path.read_bytes().strip() else home / COPY
        return _parsed(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise InputError(
            f"{path} cannot be read ({error}). Correct it, restore it by 'smallcap doctor --repair --home "
            f"{home}', or use another --home"
        ) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); have its owner permit it, or use another --home"
        ) from None


def _parsed(text: str) -> dict[str, Any]:
    """Parse a record; raises `ValueError` for a text of another form."""
    recorded = parse_toml(text)
    if recorded and "preset" not in recorded:
        raise ValueError("it names no preset")
    for name, expected in _TYPES.items():
        # By the exact type: a truth value is a number in Python.
        if name in recorded and type(recorded[name]) is not expected:
            raise ValueError(f"its '{name}' is not {_IN_WORDS[expected]}")
    return recorded


def check_record(text: str) -> None:
    """Raise `ValueError` for a text that is no record."""
    _parsed(text)


def write_record(home: Path, text: str) -> None:
    """Write what a home records, and its copy; each is replaced in one step."""
    (home / COPY).parent.mkdir(exist_ok=True)
    for path in (home / COPY, home / RECORD):
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
