"""Commands that begin with everything loaded: forked from a process that has loaded it.

Loading takes longer than most commands, and than a small run.
"""

from __future__ import annotations

import multiprocessing
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

LONGEST_SECONDS = 600
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.loaded"])


def _become(
    arguments: list[str], environment: dict[str, str], out: str, messages: str, tables: list[str]
) -> None:
    # Not at the top: in the process that asks, nothing of this is loaded.
    from tests import loaded

    loaded.command(arguments, environment, out, messages, tables)


class Forked:
    """A command that was forked; what `subprocess.Popen` has of the same names, it does alike.

    Where `tables` are named, a run makes these alone: each step of Dagster's takes its time, also where
    nothing is made.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        tables: Sequence[str] = (),
    ) -> None:
        self._out, self._messages = folder / "out", folder / "messages"
        for file in (self._out, self._messages):
            file.write_text("")
        given = (list(arguments), dict(environment), str(self._out), str(self._messages), list(tables))
        self._process = _context.Process(target=_become, args=given)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code once the command has ended, negative for a signal."""
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, timeout: float = LONGEST_SECONDS) -> tuple[str, str]:
        """Wait for the end; return what was printed, and the messages."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self.kill()
            raise subprocess.TimeoutExpired("smallcap", timeout)
        return self._out.read_text(), self._messages.read_text()


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` does."""
    with tempfile.TemporaryDirectory() as folder:
        forked = Forked(arguments, environment, Path(folder))
        out, messages = forked.communicate()
        assert forked.returncode is not None
        return subprocess.CompletedProcess(arguments, forked.returncode, out, messages)
