"""Running homes side by side on this machine, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.fleet.outcomes import Outcome, size_of
from smallcap.fleet.tasks import Task
from smallcap.private_files import open_private

MEMORY_OF_A_HOME: Final = 2 << 30
"""Bytes reserved for each home that runs at once."""
LEAVING_SECONDS: Final = 25.0
"""How long the processes may take to end after a signal; then they are killed, and undone by the next run."""
BUSY_LOOK_SECONDS: Final = 2.0
BUSY_SECONDS: Final = 3600.0
"""How long a home is waited for that another process makes."""

Tell = Callable[[Outcome], None]


def most_workers() -> int:
    """Return how many homes may run at once here: one per processor, and as many as the memory holds."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, memory // MEMORY_OF_A_HOME))


class LocalPool:
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

    def run(self, tasks: Sequence[Task], tell: Tell, what: str = "run") -> list[Outcome]:
        """Make every home; one that fails does not stop the others.

        Parameters
        ----------
        tasks
            The homes.
        tell
            Called after each, in the order in which they end.
        what
            The command: `run`, or `fetch`.
        """
        threads = max(1, (os.cpu_count() or 1) // self.workers)
        outcomes: list[Outcome] = []
        with self._ending_all(), ThreadPoolExecutor(self.workers) as pool:
            waiting = {pool.submit(self._make, task, what, threads) for task in tasks}
            try:
                for outcome in _as_they_end(waiting):
                    outcomes.append(outcome)
                    tell(outcome)
            except BaseException:
                for future in waiting:
                    future.cancel()
                self._stop()
                raise
        return outcomes

    def _make(self, task: Task, what: str, threads: int) -> Outcome:
        """Run the command for one home; where another process has the home, wait for it."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            outcome = self._started(task, what, threads)
            if outcome.exit_code != ExitCode.BUSY or time.monotonic() > until:
                return outcome
            if self._is_stopping.wait(BUSY_LOOK_SECONDS):
                return outcome

    def _started(self, task: Task, what: str, threads: int) -> Outcome:
        begun = time.monotonic()
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
                    env=task.environment(threads),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise InputError(f"no process can be started for {task.name} ({error.strerror})") from None
            self._running[process.pid] = process
            return process

    def _stop(self) -> None:
        """Ask every process to end, and kill those that have not after a while."""
        self._is_stopping.set()
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

    @contextmanager
    def _ending_all(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._is_stopping.set()


def _as_they_end(waiting: set[Future[Outcome]]) -> Iterator[Outcome]:
    left = set(waiting)
    while left:
        # With a limit, so that a signal is handled in between.
        done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
