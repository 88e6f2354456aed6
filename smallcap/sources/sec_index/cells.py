"""Reads JSON of the SEC with errors that name the file, and brings its cells to common forms."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.parsing import parse_json

_DIGITS: Final = re.compile(r"\d{1,10}")
_LONGEST: Final = 300


def read_json(payload: bytes, what: str) -> Any:
    """Parse JSON.

    Raises
    ------
    InputError
        When the payload is a web page or not JSON; the message names the file.
    """
    if payload[:1000].lstrip()[:1] == b"<":
        raise InputError(
            f"{what} is a web page, not JSON: the site refused the request, or the address is wrong. "
            f"Check the contact address, and download it again"
        )
    try:
        return parse_json(payload)
    except ValueError as error:
        raise InputError(f"{what} is not readable JSON ({error}). Download it again") from None


def cik_of(value: object) -> str | None:
    """Return a registration number with ten digits; None for what is none."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text.zfill(10) if _DIGITS.fullmatch(text) and text.strip("0") else None


def text_of(value: object) -> str | None:
    """Return a text without surplus blanks; None where there is none."""
    text = " ".join(str(value).split())[:_LONGEST] if isinstance(value, (str, int)) else ""
    return text or None


def day_of(value: object) -> dt.date | None:
    """Return the day of a date or of a time in ISO form, or of eight digits; None for what is none."""
    text = value.strip()[:10] if isinstance(value, str) else ""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def columns_of(document: Any, fields: dict[str, str], what: str) -> list[dict[str, Any]]:
    """Return the rows of a document of `fields` and `data`, with our names for its fields.

    Raises
    ------
    InputError
        When it has another shape or lacks a field.
    """
    names = document.get("fields") if isinstance(document, dict) else None
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(names, list) or not isinstance(rows, list):
        raise InputError(f"{what} has not the arrays 'fields' and 'data'; download it again")
    missing = [name for name in fields.values() if name not in names]
    if missing:
        raise InputError(f"{what} has no field {', '.join(missing)}; its fields are {names!s:.200}")
    places = {ours: names.index(theirs) for ours, theirs in fields.items()}
    return [
        {ours: row[place] for ours, place in places.items()}
        for row in rows
        if isinstance(row, list) and len(row) == len(names)
    ]
