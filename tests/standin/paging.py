"""Pages by cursor and pages by offset, and the parameters that ask for them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from typing import Any

import polars as pl

from tests.standin.wire import Page, Request, as_date, bad_request


def whole_number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdigit():
        raise bad_request(f"{name} must be a whole number, not '{text}'")
    return int(text)


def day(request: Request, name: str) -> dt.date | None:
    text = request.query.get(name)
    return as_date(name, text) if text else None


def page_by_cursor(
    request: Request, rows: pl.DataFrame, largest: int, pages: int, meta: dict[str, Any]
) -> Page:
    """Cut out the page that the cursor names; a limit over the largest page counts as the largest."""
    limit = max(1, min(whole_number(request, "limit", largest), largest))
    number, offset = _position(request)
    if number > pages:
        raise bad_request(f"Maximum {pages} pages per call")
    end = offset + limit
    has_more = end < rows.height
    following = _cursor(request, number + 1, end) if has_more else None
    cut = rows.slice(offset, limit)
    return Page(cut, {**meta, "count": cut.height, "has_more": has_more, "next_cursor": following})


def page_by_offset(
    request: Request, rows: pl.DataFrame, default: int, largest: int, meta: dict[str, Any]
) -> Page:
    """Cut out a page; a limit over the largest page counts as the largest."""
    limit = max(1, min(whole_number(request, "limit", default), largest))
    offset = whole_number(request, "offset", 0)
    shown = {
        "total": rows.height,
        "limit": limit,
        "offset": offset,
        "has_more": offset + limit < rows.height,
        **meta,
    }
    return Page(rows.slice(offset, limit), shown)


def _position(request: Request) -> tuple[int, int]:
    """Return (number of the page, offset of its first row) of a cursor made for the same question."""
    cursor = request.query.get("cursor")
    if not cursor:
        return 1, 0
    try:
        digest, number, offset = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise bad_request("cursor is not valid") from None
    if digest != _question(request):
        raise bad_request("cursor belongs to another request")
    return int(number), int(offset)


def _cursor(request: Request, number: int, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_question(request), number, offset]).encode()).decode()


def _question(request: Request) -> str:
    asked = {name: value for name, value in request.query.items() if name != "cursor"}
    return hashlib.sha256(json.dumps([request.parts, asked], sort_keys=True).encode()).hexdigest()[:12]
