"""Requests as they came and answers as they go out: what all vendors' parts share. No sockets here."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import polars as pl

JSON = "application/json"
HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"


@dataclass(frozen=True)
class Request:
    """A request: the parts of its path (unquoted), its query, the key that came with it, the target for
    messages, who says to be asking, and when it arrived by the machine's clock.
    """

    parts: tuple[str, ...]
    query: dict[str, str]
    key: str | None
    target: str
    agent: str = ""
    arrived: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(cls, target: str, key: str | None, agent: str = "") -> Request:
        split = urlsplit(target)
        parts = tuple(unquote(part) for part in split.path.strip("/").split("/"))
        return cls(parts, dict(parse_qsl(split.query, keep_blank_values=True)), key, unquote(target), agent)

    @property
    def path(self) -> str:
        return "/" + "/".join(self.parts)


@dataclass(frozen=True)
class Answer:
    """Status, content and its type; `rows` is how many rows the content holds, `headers` are further ones."""

    status: int
    content: bytes
    content_type: str = JSON
    rows: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A JSON document `{"data": rows, "meta": meta}` before it is written."""

    rows: pl.DataFrame
    meta: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> Answer:
        """Write it; floats keep every digit."""
        rows = self.rows.write_ndjson().strip().replace("\n", ",")
        content = f'{{"data":[{rows}],"meta":{json.dumps(self.meta)}}}'
        return Answer(200, content.encode(), rows=self.rows.height)


class RefusedError(Exception):
    """A request that the server refuses, with the status and the body that say why."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


def bad_request(detail: str) -> RefusedError:
    return RefusedError(400, {"error": "bad_request", "detail": detail})


def as_date(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{name} must be a date YYYY-MM-DD, not '{text}'") from None


def not_found(detail: str) -> RefusedError:
    return RefusedError(404, {"error": "not_found", "detail": detail})


def document(body: Any, status: int = 200) -> Answer:
    """Write any JSON document."""
    return Answer(status, json.dumps(body).encode())
