"""The data vendor's addresses: who may ask, what it costs, and which part answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.standin import xfinlink_data, xfinlink_index, xfinlink_names
from tests.standin.quota import Meter
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import Answer, Page, RefusedError, Request, document, not_found

COMPLETE_KEY: Final = re.compile(r"xfl_.{32}")
KEYLESS: Final = ("resolve", "search", "status")
FREE_OF_CHARGE: Final = ("status", "auth")
Part = Callable[[Request, Universe, Settings], Page | Answer]

PARTS: Final[dict[str, Part]] = {
    "prices": xfinlink_data.prices,
    "fundamentals": xfinlink_data.fundamentals,
    "metrics": xfinlink_data.metrics,
    "index": xfinlink_index.index,
    "resolve": xfinlink_names.resolve,
    "search": xfinlink_names.search,
}


def answer(request: Request, universe: Universe, settings: Settings, meter: Meter) -> Answer:
    """Answer a request under ``/v1``."""
    endpoint = request.parts[1] if len(request.parts) > 1 else ""
    if endpoint == "status":
        return document(_status(universe))
    _require_key(request, endpoint, settings)
    if request.parts[1:] == ("auth", "usage"):
        return document(
            {"data": {"plan": settings.plan, **meter.usage(str(request.key), settings.now, settings.allowed)}}
        )
    if endpoint not in PARTS:
        raise not_found(f"no endpoint {request.path}")
    if request.key:
        meter.spend(request.key, settings.now, settings.allowed, _cost(request, settings))
    found = PARTS[endpoint](request, universe, settings)
    written = found.answer() if isinstance(found, Page) else found
    if request.key:
        meter.add_rows(request.key, settings.now, written.rows)
    notice = (
        {"X-Xfinlink-Client-Update": "true", "X-Xfinlink-Client-Latest": str(settings.newer_client)}
        if settings.newer_client
        else {}
    )
    return replace(written, headers=notice)


def _require_key(request: Request, endpoint: str, settings: Settings) -> None:
    if request.key in settings.keys or (request.key is None and endpoint in KEYLESS):
        return
    if request.key is None:
        message = "No API key was sent"
    elif not COMPLETE_KEY.fullmatch(request.key):
        message = "The API key sent is not a complete xfinlink key"
    else:
        message = "The API key sent is not recognised"
    raise RefusedError(401, {"error": "unauthorized", "message": message})


def _cost(request: Request, settings: Settings) -> int:
    return xfinlink_data.asked_count(request) if settings.metering == "ticker" else 1


def _status(universe: Universe) -> dict[str, object]:
    return {
        "status": "ok",
        "version": "stand-in",
        "tables": {name: getattr(universe, name).height for name in ("prices", "fundamentals", "metrics")},
    }
