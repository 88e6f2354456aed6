"""Signals that end the command: the first Ctrl-C or SIGTERM requests an end, the second ends it at once.

Python lets a signal's handler raise an exception in the middle of whatever the main thread does, where any
library may catch it: DuckDB makes another error of it, Dagster starts a fetched table again. So what arrives
is recorded apart from the exception, a thread ends the process if the work goes on all the same, and a run
works in a thread that no exception is raised in.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.witness import CLEAR_LINE_AND_SHOW_CURSOR, take_leave
from smallcap.stopping import clear_request, request_stop

ENDING = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 2.0
"""How long a command may take to end after a signal, unless it says otherwise."""
COMMAND = "smallcap"
LOOK_EVERY_SECONDS = 0.1
STDERR = 2


@dataclass
class _Manner:
    """How the work of the moment ends: the seconds that it may take, and what to say of what it leaves."""

    grace_seconds: float = GRACE_SECONDS
    remark: str = ""


_manner = _Manner()


class Stopped(KeyboardInterrupt):
    """A signal requested the end of the command.

    Attributes
    ----------
    exit_code
        128 and the signal's number: 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, number: int, remark: str = "") -> None:
        super().__init__(
            f"stopped by {'Ctrl-C' if number == signal.SIGINT else signal.Signals(number).name}{remark}"
        )
        self.exit_code = ExitCode(128 + number)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let the first signal raise `Stopped` in the work, and end the process where the work does not end.

    Raises
    ------
    Stopped
        After a signal, instead of any other way in which the work ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watch = _Watch()
    before = {number: signal.signal(number, watch.interrupt) for number in ENDING}
    arrivals, noted = socket.socketpair()
    noted.setblocking(False)
    # Written to by the interpreter itself when a signal arrives, also while the main thread is busy outside
    # Python.
    fd_before = signal.set_wakeup_fd(noted.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=watch.end_in_time, args=(arrivals,), name="signals", daemon=True).start()
    try:
        yield
    except BaseException:
        if watch.stop is None:
            raise
    finally:
        signal.set_wakeup_fd(fd_before)
        noted.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    if watch.stop is not None:
        raise watch.stop


@contextmanager
def ending_in(grace_seconds: float, remark: str = "") -> Iterator[None]:
    """Say how long the work inside may take to end after a signal, and what to say about what it leaves."""
    before = (_manner.grace_seconds, _manner.remark)
    _manner.grace_seconds, _manner.remark = grace_seconds, remark
    try:
        yield
    finally:
        _manner.grace_seconds, _manner.remark = before


def work_apart(work: Callable[[], None]) -> None:
    """Do the work in a thread of its own.

    A signal asks it to stop where that is safe, and is raised here once it has stopped.
    """
    failures: list[BaseException] = []
    # Not Thread.join: in Python 3.11 and 3.12 a join that a signal interrupts takes the thread for ended.
    is_done = threading.Event()

    def guarded() -> None:
        """Do the work, and keep its error for the caller."""
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            is_done.set()

    clear_request()
    worker = threading.Thread(target=guarded, name="work", daemon=True)
    try:
        # Started in here: a signal that arrives while the thread begins must not leave it to itself.
        worker.start()
        # Looked at again and again: Polars has the system resume a wait that Ctrl-C would interrupt.
        while not is_done.wait(LOOK_EVERY_SECONDS):
            pass
    except KeyboardInterrupt:
        request_stop()
        if worker.ident is not None:
            is_done.wait()
        raise
    if failures:
        raise failures[0]


def end_at_once_while_loading() -> None:
    """Let a signal end the command without a traceback while its libraries are being loaded."""
    if Path(sys.argv[0]).name == COMMAND:
        for number in ENDING:
            signal.signal(number, lambda number, frame: _end(Stopped(number)))


class _Watch:
    """Notes the first signal, and sees to it that the process ends after it."""

    def __init__(self) -> None:
        self.stop: Stopped | None = None

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise the first signal in the main thread; a second one is the other thread's to deal with."""
        if self.stop is None:
            self.stop = Stopped(number, _manner.remark)
            raise self.stop

    def end_in_time(self, arrivals: socket.socket) -> None:
        """Wait for a signal, then for the end of the work.

        End the process at a second signal, or when the time is up.
        """
        with arrivals:
            first = _next_signal(arrivals)
            if first is None:
                return
            stop = Stopped(first, _manner.remark)
            arrivals.settimeout(_manner.grace_seconds)
            with suppress(TimeoutError):
                if _next_signal(arrivals) is None:
                    return
            _end(stop)


def _next_signal(arrivals: socket.socket) -> int | None:
    """Return the next signal that ends the command; None once nobody waits for one any more."""
    while noted := arrivals.recv(1):
        if noted[0] in ENDING:
            return noted[0]
    return None


def _end(stop: Stopped) -> None:
    # Nothing of Python's own output is used: whoever holds its locks may be what does not end.
    with suppress(OSError):
        os.write(STDERR, (CLEAR_LINE_AND_SHOW_CURSOR if os.isatty(STDERR) else b"") + f"{stop}\n".encode())
    take_leave()
    os._exit(stop.exit_code)
