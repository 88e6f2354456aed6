"""Running a query in a process of its own, which can be ended at any time.

DuckDB obeys an interruption, its time limit and its memory limit between two pieces of work, and some
functions are one piece: ``len(range(200000000))`` takes a minute and 14 GB whatever the limits say. Only a
process can be ended then, and its memory given back. So the query runs in a child; this process waits, writes
out what the child hands over, and ends it when a limit is met, when Ctrl-C is pressed, or when writing fails.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process
from pathlib import Path
from typing import IO, Any, TypeVar

from smallcap.errors import SmallcapError
from smallcap.warehouse.limits import QueryLimits

T = TypeVar("T")

GRACE_SECONDS = 1.0
"""Time that DuckDB is given to stop at its own limit, before the process is ended."""
OVERHEAD_MB = 512
"""What the code of the libraries and the rows on their way may take beside DuckDB's memory."""
LOOK_SECONDS = 0.05
BUFFER_SIZE = 1 << 16


class Relay:
    """The stream that the child writes to: hands text or bytes over in large pieces."""

    closed = False

    def __init__(self, sender: Connection) -> None:
        self._sender = sender
        self._parts: list[Any] = []
        self._size = 0

    def write(self, part: Any) -> int:
        """Take text or bytes."""
        self._parts.append(part if isinstance(part, str) else bytes(part))
        self._size += len(part)
        if self._size >= BUFFER_SIZE:
            self.flush()
        return len(part)

    def flush(self) -> None:
        """Hand over what was taken so far."""
        if self._parts:
            self._sender.send(("part", self._parts[0][:0].join(self._parts)))
        self._parts, self._size = [], 0


def run_apart(work: Callable[[Any], T], stream: IO[Any] | None, limits: QueryLimits) -> T:
    """Do `work` in a child process and return what it returns.

    Parameters
    ----------
    work
        What to do; it is given a stream in place of `stream`.
    stream
        Where this process writes what the child hands over.
    limits
        Those on time and memory are enforced here, in addition to what DuckDB does by itself.

    Raises
    ------
    SmallcapError
        What `work` raised, an InputError where a limit was met, or that the child ended by itself.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(work, sender), daemon=True)
    try:
        # A child begins with the memory of this process, which is not the query's.
        inherited_mb = _resident_mb(os.getpid())
        with _signals_held_back():
            child.start()
        sender.close()
        result: T = _take_over(receiver, child, stream, limits, inherited_mb)
        return result
    finally:
        if child.pid is not None:
            child.kill()
            child.join()
        receiver.close()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let the signals that end the command wait while a child is started.

    Ctrl-C reaches the whole group of processes: the child begins with it held back, and leaves it to this
    process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _take_over(
    receiver: Connection, child: Any, stream: IO[Any] | None, limits: QueryLimits, inherited_mb: float
) -> Any:
    """Write out what the child hands over, until its result comes or a limit is met."""
    ends = time.monotonic() + limits.timeout_seconds + GRACE_SECONDS
    while True:
        if receiver.poll(LOOK_SECONDS):
            try:
                kind, content = receiver.recv()
            except EOFError:
                child.join()
                raise SmallcapError(
                    f"the process of the query ended by itself with code {child.exitcode}; ask for "
                    f"less at a time, or report the query"
                ) from None
            if kind == "result":
                return content
            if kind == "error":
                raise content
            if stream is not None:
                stream.write(content)
        if time.monotonic() > ends:
            raise limits.out_of_time()
        if _resident_mb(child.pid) - inherited_mb > limits.memory_mb + OVERHEAD_MB:
            raise limits.out_of_memory()


def _work(work: Callable[[Any], Any], sender: Connection) -> None:
    """Do the work in the child, which ends with its parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        relay = Relay(sender)
        result = work(relay)
        relay.flush()
        sender.send(("result", result))
    except SmallcapError as error:
        sender.send(("error", error))
    except Exception:
        sender.send(("error", RuntimeError(traceback.format_exc())))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _resident_mb(pid: int) -> float:
    """Return the memory of a process.

    0 where the system has no /proc, so that DuckDB's own limit is the only one.
    """
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
