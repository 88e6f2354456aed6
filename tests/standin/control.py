"""The control addresses: faults, settings, the list of requests, and the way back to the start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.standin.wire import Answer, Request, bad_request, document, not_found

if TYPE_CHECKING:
    from tests.standin.service import Service


def answer(method: str, request: Request, body: bytes, service: Service) -> Answer:
    """Answer a request under ``/__control``."""
    asked = (method, *request.parts[1:])
    if asked == ("GET", "requests"):
        return document(service.log.shown())
    if asked == ("GET", "settings"):
        return document(service.settings.shown())
    if asked == ("GET", "faults"):
        return document(service.faults.listed())
    if asked == ("POST", "faults"):
        for description in _objects(body):
            service.set_fault(description)
        return document(service.faults.listed())
    if asked == ("DELETE", "faults"):
        service.faults.lift()
        return document([])
    if asked == ("POST", "settings"):
        for changes in _objects(body):
            service.configure(changes)
        return document(service.settings.shown())
    if asked == ("POST", "reset"):
        service.reset()
        return document(service.settings.shown())
    raise not_found(f"no control address {method} {request.path}")


def _objects(body: bytes) -> list[dict[str, Any]]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("the body is not JSON") from None
    objects = given if isinstance(given, list) else [given]
    if not all(isinstance(item, dict) for item in objects):
        raise bad_request("the body must be an object or a list of objects")
    return objects
