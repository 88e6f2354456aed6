"""Running homes side by side on this machine, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.fleet.outcomes import Outcome, size_of
from smallcap.fleet.pool import BUSY_LOOK_SECONDS, BUSY_SECONDS, LOOK_SECONDS, Pool, Say
from smallcap.fleet.tasks import Task, last_lines
from smallcap.private_files import open_private

MEMORY_OF_A_HOME: Final = 2 << 30
"""Bytes reserved for each home that runs at once."""
LEAVING_SECONDS: Final = 25.0
"""How long the processes may take to end after a signal; then they are killed, and undone by the next run."""


def most_workers() -> int:
    """Return how many homes may run at once here: one per processor, and as many as the memory holds."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, memory // MEMORY_OF_A_HOME))


class LocalPool(Pool):
    """Processes that make homes; a signal to this one ends each of them by its own id.

    Parameters
    ----------
    workers
        How many homes are made at once.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._is_stopping = threading.Event()

    @contextmanager
    def _session(self, say: Say) -> Iterator[None]:
        self._say = say
        self._is_stopping.clear()
        with ThreadPoolExecutor(self.workers) as self._pool:
            try:
                yield
            finally:
                self._is_stopping.set()

    def _places(self) -> int:
        return self.workers

    def _begin(self, task: Task, what: str) -> Future[Outcome]:
        return self._pool.submit(self._make, task, what, max(1, (os.cpu_count() or 1) // self.workers))

    def _ended(self, running: Collection[Future[Outcome]]) -> Iterator[tuple[Future[Outcome], Outcome]]:
        if not running:
            time.sleep(LOOK_SECONDS)
        done, _ = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            yield future, future.result()

    def _make(self, task: Task, what: str, threads: int) -> Outcome:
        """Run the command for one home; where another process has the home, wait for it."""
        until, is_told = time.monotonic() + BUSY_SECONDS, False
        while True:
            outcome = self._started(task, what, threads)
            if outcome.exit_code != ExitCode.BUSY or time.monotonic() > until:
                return outcome
            if not is_told:
                self._say(f"{task.name}: {' '.join(last_lines(task.log, 1))}")
                is_told = True
            if self._is_stopping.wait(BUSY_LOOK_SECONDS):
                return outcome

    def _started(self, task: Task, what: str, threads: int) -> Outcome:
        begun = time.monotonic()
        # A process of a fleet that was killed may write to the earlier log still.
        task.log.unlink(missing_ok=True)
        with open(task.log, "wb", opener=open_private) as log:
            process = self._start(task, what, threads, log.fileno())
            if process is None:
                return Outcome(task.name, ExitCode.TERMINATED)
            # Not Popen.wait: only this says how much memory the process took.
            _, status, used = os.wait4(process.pid, 0)
        with self._lock:
            process.returncode = os.waitstatus_to_exitcode(status)
            del self._running[process.pid]
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        seconds = round(time.monotonic() - begun, 3)
        return Outcome(task.name, code, seconds, round(used.ru_maxrss / 1024, 1), size_of(task))

    def _start(self, task: Task, what: str, threads: int, log: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._is_stopping.is_set():
                return None
            try:
                # A session of its own: Ctrl-C reaches this process alone, which asks each to end once.
                process = subprocess.Popen(
                    task.command(what),
                    env=task.environment(threads, what),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise InputError(f"no process can be started for {task.name} ({error.strerror})") from None
            self._running[process.pid] = process
            return process

    def _stop(self, running: Collection[Future[Outcome]]) -> None:
        """Ask every process to end, and kill those that have not after a while."""
        self._is_stopping.set()
        for future in running:
            future.cancel()
        self._signal(signal.SIGTERM)
        until = time.monotonic() + LEAVING_SECONDS
        while self._running and time.monotonic() < until:
            time.sleep(0.05)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            for process in self._running.values():
                # Not reaped yet, so the id is still that of this process.
                os.kill(process.pid, number)
