"""Running homes on a Ray cluster: one task per home, which starts the same command as a process.

Every node has smallcap installed and sees the root under the same path. Ray spreads the tasks over the nodes
and starts those of a lost node again; the home's own lock and undo make that safe.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.fleet.local import LEAVING_SECONDS, MEMORY_OF_A_HOME
from smallcap.fleet.outcomes import Outcome, size_of
from smallcap.fleet.pool import BUSY_LOOK_SECONDS, BUSY_SECONDS, LOOK_SECONDS, Pool
from smallcap.fleet.tasks import Task
from smallcap.private_files import open_private

RETRIES: Final = 3
"""How often a home is begun again because its node was lost."""
_PR_SET_PDEATHSIG: Final = 1
_OWN_VARIABLES: Final = "SMALLCAP_"


class RayPool(Pool):
    """Tasks of a Ray cluster: that of RAY_ADDRESS, else one that runs on this machine, else a new local one.

    Parameters
    ----------
    workers
        How many homes are made at once; None for as many as the cluster has processors.
    """

    def __init__(self, workers: int | None) -> None:
        try:
            import ray
        except ImportError:
            raise InputError(
                "--on ray needs the extra 'fleet', which is not installed: pip install 'smallcap[fleet]'"
            ) from None
        self._ray, self.workers = ray, workers
        self._tasks: dict[Any, Task] = {}
        address = os.environ.get("RAY_ADDRESS")
        try:
            ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(
                f"no Ray cluster can be reached at {address or 'this machine'} ({error}); start one by 'ray "
                f"start --head', or set RAY_ADDRESS"
            ) from None
        options = {"num_cpus": 1, "memory": MEMORY_OF_A_HOME, "max_retries": RETRIES}
        self._make = ray.remote(**options, scheduling_strategy="SPREAD")(make_home)

    def _places(self) -> int:
        return self.workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def _begin(self, task: Task, what: str) -> Any:
        reference = self._make.remote(task.command(what)[1:], _variables(task, what), str(task.log))
        self._tasks[reference] = task
        return reference

    def _ended(self, running: Collection[Any]) -> Iterator[tuple[Any, Outcome]]:
        if not running:
            time.sleep(LOOK_SECONDS)
            return
        done, _ = self._ray.wait(list(running), timeout=LOOK_SECONDS)
        for reference in done:
            yield reference, self._outcome(reference, self._tasks.pop(reference))

    def _stop(self, running: Collection[Any]) -> None:
        begun = [reference for reference in running if reference in self._tasks]
        for reference in begun:
            self._ray.cancel(reference)
        if begun:
            self._ray.wait(begun, num_returns=len(begun), timeout=LEAVING_SECONDS)

    def _outcome(self, reference: Any, task: Task) -> Outcome:
        try:
            code, seconds, peak_mb = self._ray.get(reference)
        except self._ray.exceptions.RayError:
            return Outcome(task.name, ExitCode.FAULT, size=size_of(task))
        return Outcome(task.name, code, seconds, peak_mb, size_of(task))


def make_home(command: Sequence[str], variables: Mapping[str, str], log: str) -> tuple[int, float, float]:
    """Run the command of one home on a node; return exit code, seconds and the memory of its process in MB.

    A home that another process has is waited for: after a node was lost, that is the end of what ran there.
    """
    begun = time.monotonic()
    while True:
        code, peak_mb = _run_once(command, variables, log)
        seconds = time.monotonic() - begun
        if code != ExitCode.BUSY or seconds > BUSY_SECONDS:
            return code, round(seconds, 3), peak_mb
        time.sleep(BUSY_LOOK_SECONDS)


def _run_once(command: Sequence[str], variables: Mapping[str, str], log: str) -> tuple[int, float]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    with open(log, "wb", opener=open_private) as stream:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            preexec_fn=_end_with_parent,
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait(LEAVING_SECONDS)
            raise
    process.returncode = code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code, round(used.ru_maxrss / 1024, 1)


def _end_with_parent() -> None:
    """Ask the system to end a process with the worker that started it, where the system can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _variables(task: Task, what: str) -> dict[str, str]:
    """Return the variables of a home: this process's own settings, then those of the home; one thread."""
    own = {name: value for name, value in os.environ.items() if name.startswith(_OWN_VARIABLES)}
    return {**own, **task.own_variables(what), "POLARS_MAX_THREADS": "1"}
