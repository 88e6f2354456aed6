"""Faults on demand: which requests they meet and what they do to the answer. How bytes are cut or delayed is
in `server`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from tests.standin.spoiling import SPOILED
from tests.standin.wire import HTML, Answer, Request, bad_request, document

REFUSALS: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "rate_limited": (
        429,
        {"error": "rate_limit_exceeded", "detail": "Too many requests", "retry_after_seconds": 1},
    ),
    "server_error": (500, {"error": "internal_error", "detail": "Unexpected error"}),
    "unavailable": (503, {"error": "unavailable", "detail": "Try again"}),
    "wrong_key": (401, {"error": "unauthorized", "message": "The API key sent is not recognised"}),
    "unknown_index": (
        400,
        {"error": "bad_request", "detail": "Unknown index. Available: sp500, ndx100, djia"},
    ),
    "not_found": (404, {"error": "not_found", "detail": "Nothing of that name"}),
}
"""Kinds that answer with a status and a body; parameters replace or add entries of the body."""

CONNECTION: Final = ("timeout", "reset")
TRUNCATED: Final = "truncated"
SLOW: Final = "slow"
"""Kinds that the connection itself shows; the one that it shows after half of the true answer; and the one
that sends the true answer in pieces, over the parameter `seconds`.
"""

PAGE: Final = (
    b"<!DOCTYPE html>\n<html><head><title>One moment</title></head><body><p>Please wait &amp; try "
    b"again.</p></body></html>\n"
)
INSTEAD: Final = ("html", "replaced_body", "redirect")
KINDS: Final = (*REFUSALS, *CONNECTION, TRUNCATED, SLOW, *SPOILED, *INSTEAD)


@dataclass
class Fault:
    """A fault and the requests that it meets.

    Attributes
    ----------
    path
        Pattern of the path, as in a shell: ``/v1/metrics*``.
    kind
        One of `KINDS`.
    count
        How many requests it meets before it is over; None is every one until it is lifted.
    skip
        How many matching requests it lets pass first.
    contains
        Text that the request must hold in its path or query, such as one of the tickers of a batch.
    parameters
        What the kind needs.
    """

    path: str
    kind: str
    count: int | None = 1
    skip: int = 0
    contains: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise bad_request(f"unknown kind of fault: {self.kind}; known are {', '.join(KINDS)}")

    def meets(self, request: Request) -> bool:
        return fnmatchcase(request.path, self.path) and self.contains in request.target

    def answer_instead(self) -> Answer | None:
        """Return the answer that stands in the place of the true one, where the kind has one."""
        if self.kind in REFUSALS:
            status, body = REFUSALS[self.kind]
            return document({**body, **self.parameters}, status)
        if self.kind == "html":
            return Answer(200, PAGE, HTML)
        if self.kind == "replaced_body":
            content = str(self.parameters.get("text", "")).encode()
            return Answer(
                int(self.parameters.get("status", 200)),
                content,
                str(self.parameters.get("content_type", "text/plain")),
            )
        if self.kind == "redirect":
            return Answer(302, b"", HTML, headers={"Location": str(self.parameters.get("to", "/login"))})
        return None

    def spoil(self, answer: Answer) -> Answer:
        """Change a true answer where the kind does so; an answer that is no page of rows stays as it is."""
        if self.kind not in SPOILED or answer.status != 200:
            return answer
        return SPOILED[self.kind](answer, self.parameters)


def answer_instead(faults: Sequence[Fault]) -> Answer | None:
    """Return the answer of the first of some faults that has one."""
    return next((found for fault in faults if (found := fault.answer_instead()) is not None), None)


def of_kind(faults: Sequence[Fault], *kinds: str) -> Fault | None:
    """Return the first of some faults that is of one of these kinds."""
    return next((fault for fault in faults if fault.kind in kinds), None)


class FaultBook:
    """The faults that are set, in the order in which they were set.

    A request meets all that are for it; one that takes the place of the true answer hides those that change
    it.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, description: dict[str, Any]) -> Fault:
        fault = _described(description)
        with self._lock:
            self._faults.append(fault)
        return fault

    def lift(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._faults.clear()

    def take(self, request: Request, header: str | None) -> list[Fault]:
        """Return the faults of a request: that of its own header, else those that meet it."""
        if header:
            return [_described({"path": "*", **_object(header)})]
        with self._lock:
            met = [
                fault
                for fault in self._faults
                if fault.meets(request) and fault.count != 0 and not _is_skipped(fault)
            ]
            for fault in met:
                if fault.count is not None:
                    fault.count -= 1
            return met

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [vars(fault) for fault in self._faults]


def _described(description: dict[str, Any]) -> Fault:
    try:
        return Fault(**description)
    except TypeError as error:
        raise bad_request(f"not a fault: {error}") from None


def _object(header: str) -> dict[str, Any]:
    try:
        return dict(json.loads(header))
    except (TypeError, ValueError):
        raise bad_request("the header of a fault must be a JSON object") from None


def _is_skipped(fault: Fault) -> bool:
    if fault.skip == 0:
        return False
    fault.skip -= 1
    return True
