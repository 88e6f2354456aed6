"""One stand-in's state, and the way of a request through it: fault, vendor, log. No sockets here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from tests.standin import french, ishares, sec, xfinlink, yahoo
from tests.standin.faults import Fault, FaultBook, answer_instead
from tests.standin.quota import Meter
from tests.standin.record import RequestLog
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import Answer, RefusedError, Request, document, not_found


class Service:
    """All vendors over one universe."""

    def __init__(self, universe: Universe, settings: Settings) -> None:
        self._original = universe
        self._initial = settings
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Go back to the start: no fault, nothing counted, the settings as they were given."""
        self.universe, self.settings = self._original, self._initial
        self.faults, self.log, self.meter = FaultBook(), RequestLog(), Meter()
        self.gate = sec.Gate()

    def configure(self, changes: dict[str, Any]) -> None:
        """Change settings; `Settings` says which there are."""
        with self._lock:
            settings = self.settings.changed(changes)
            moved = (settings.entity_id_offset, settings.entity_ids_moved)
            if moved != (self.settings.entity_id_offset, self.settings.entity_ids_moved):
                self.universe = self._original.renumbered(*moved)
            self.settings = settings

    def set_fault(self, description: dict[str, Any]) -> None:
        """Set a fault.

        A renumbering of ids concerns every address alike, so it is a setting in the clothes of a fault.
        """
        if description.get("kind") == "renumbered_ids":
            given = description.get("parameters", {})
            moved = {"entity_id_offset": given.get("offset", 5_000_000), "entity_ids_moved": given.get("ids")}
            self.configure(moved)
        else:
            self.faults.add(description)

    def answer(self, request: Request, faults: Sequence[Fault]) -> Answer:
        """Answer a request, with what its faults do to the answer."""
        instead = answer_instead(faults)
        if instead is not None:
            return instead
        try:
            with self._lock:
                found = self._vendor(request)
        except RefusedError as refused:
            return document(refused.body, refused.status)
        for fault in faults:
            found = fault.spoil(found)
        return found

    def _vendor(self, request: Request) -> Answer:
        if request.parts[0] == "v1":
            return xfinlink.answer(request, self.universe, self.settings, self.meter)
        if request.parts[:3] == french.PLACE:
            return french.answer(request, self.universe, self.settings)
        if request.parts[:2] == ishares.PLACE:
            return ishares.answer(request, self.universe, self.settings)
        if request.parts[0] in sec.PLACES:
            return sec.answer(request, self.universe, self.settings, self.gate)
        if request.parts[:3] == yahoo.PLACE and len(request.parts) == 4:
            return yahoo.answer(request, self.universe, self.settings.today)
        raise not_found(f"nobody answers {request.path}")
