"""The request to stop a run, and the points at which a run looks for it and leaves nothing half done."""

from __future__ import annotations

import threading

from smallcap.errors import SmallcapError

_ASKED = threading.Event()


class StopRequestedError(SmallcapError):
    """A stop of the run was requested; what it has not published is undone by the next run."""


def request_stop() -> None:
    """Ask the run of this process to stop."""
    _ASKED.set()


def clear_request() -> None:
    """Forget an earlier request; a new run begins."""
    _ASKED.clear()


def stop_if_requested() -> None:
    """Stop here if that was requested.

    Raises
    ------
    StopRequestedError
        When the run is to stop.
    """
    if _ASKED.is_set():
        raise StopRequestedError("a stop of the run was requested")


def pause(seconds: float) -> None:
    """Wait for some seconds, or until a stop of the run is requested.

    Raises
    ------
    StopRequestedError
        When the run is to stop.
    """
    _ASKED.wait(seconds)
    stop_if_requested()
