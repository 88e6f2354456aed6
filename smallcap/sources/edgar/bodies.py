"""Whether the body of a response is the kind of file that was asked for. Nothing is parsed here."""

from __future__ import annotations

import re
from typing import Final

from smallcap.rules.types.sec import Form
from smallcap.sources.fetching import TransientError
from smallcap.sources.fetching.http import shortened

_LOOKED_AT_BYTES: Final = 4096
_PAGE: Final = re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BEGINNINGS: Final[dict[Form, tuple[bytes, ...]]] = {
    "json": (b"{", b"["),
    "xml": (b"<",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "text": (),
}


def page_title(body: bytes) -> str | None:
    """Return the title of an HTML page, empty where it has none; None where the body is no page."""
    start = _without_mark(body)[:_LOOKED_AT_BYTES]
    if not _PAGE.match(start):
        return None
    title = _TITLE.search(start)
    return shortened(title[1].decode("utf-8", errors="replace")) if title else ""


def require_form(body: bytes, form: Form, address: str) -> None:
    """Refuse a body that is not what was asked for.

    A file may have a byte order mark or blank lines before its first character.

    Raises
    ------
    TransientError
        Naming what came; a page in place of a file is a passing failure of the server.
    """
    title = page_title(body)
    if title is not None:
        named = f"an HTML page titled '{title}'" if title else "an HTML page"
        raise TransientError(f"{address} answered with {named}, not with {_named(form)}")
    start = _without_mark(body).lstrip()[:8]
    if not start or (_BEGINNINGS[form] and not start.startswith(_BEGINNINGS[form])):
        came = f"a body that begins with {start!r}" if start else "an empty body"
        raise TransientError(f"{address} answered with {came}, not with {_named(form)}")


def _without_mark(body: bytes) -> bytes:
    return body.removeprefix(_BYTE_ORDER_MARK)


def _named(form: Form) -> str:
    return {"json": "JSON", "xml": "XML", "zip": "a zip", "text": "text"}[form]
