"""What was asked: counts by endpoint and the list of requests, without keys."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any, Final

from tests.standin.wire import Answer, Request

KEPT: Final = 20_000


class RequestLog:
    """Every request is counted; the newest of them are kept."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._requests: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, request: Request, answer: Answer | None, fault: str | None) -> None:
        """Note a request and how it ended; None is a connection that was cut or let wait."""
        name = endpoint(request)
        entry = {
            "endpoint": name,
            "path": request.path,
            "query": request.query,
            "has_key": request.key is not None,
            "status": answer and answer.status,
            "rows": answer.rows if answer else 0,
            "fault": fault,
        }
        with self._lock:
            self._counts[name] += 1
            self._requests.append(entry)

    def shown(self) -> dict[str, Any]:
        with self._lock:
            return {"counts": dict(self._counts), "requests": list(self._requests)}


def endpoint(request: Request) -> str:
    """Name the endpoint of a request without the names that were requested."""
    parts = request.parts
    if parts[0] == "v1" and len(parts) > 1:
        tail = "/events" if parts[1] == "index" and parts[3:] == ("events",) else ""
        return "/v1/auth/usage" if parts[1] == "auth" else f"/v1/{parts[1]}{tail}"
    if parts[0] == "pages":
        return f"/french/{parts[-1]}"
    if parts[0] in ("files", "cgi-bin", "LATEST", "Archives", "submissions", "api"):
        return f"/sec/{_kind_of_record(parts)}"
    if parts[0] == "us":
        return "/ishares/new" if parts[-1] == "latest-holdings.csv" else "/ishares/classic"
    return "/" + parts[0]


def _kind_of_record(parts: tuple[str, ...]) -> str:
    if parts[0] in ("submissions", "api"):
        return "companyfacts" if parts[0] == "api" else "submissions"
    if parts[0] == "Archives":
        return parts[2] if parts[2] != "daily-index" or parts[-1].endswith(".idx") else "bulk"
    return parts[1] if len(parts) < 4 else parts[-2]
