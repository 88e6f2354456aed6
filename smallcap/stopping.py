"""A run that is asked to stop: the request is kept here, and the run looks for it wherever stopping leaves nothing half done."""

from __future__ import annotations

import threading

from smallcap.errors import SmallcapError

_ASKED = threading.Event()


class StopRequestedError(SmallcapError):
    """The run was asked to stop; what it has not published is undone by the next run."""


def request_stop() -> None:
    """Ask the run of this process to stop."""
    _ASKED.set()


def clear_request() -> None:
    """Forget an earlier request; a new run begins."""
    _ASKED.clear()


def stop_if_requested() -> None:
    """Stop here if that was asked for.

    Raises
    ------
    StopRequestedError
        When the run is to stop.
    """
    if _ASKED.is_set():
        raise StopRequestedError("the run was asked to stop")


def pause(seconds: float) -> None:
    """Wait so many seconds, or until the run is asked to stop.

    Raises
    ------
    StopRequestedError
        When the run is to stop.
    """
    _ASKED.wait(seconds)
    stop_if_requested()
