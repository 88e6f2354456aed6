"""Runs of the command that begin with everything loaded: forked from a process that has loaded it.

Loading takes longer than a small run: tests that kill many runs would spend their time on it, and most of
their moments would fall into it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.command_line import environment
from tests.paths import PROJECT_ROOT

LOADED = """
import json, os, sys
import smallcap.pipelines.command.run, smallcap.pipelines.definitions
from smallcap.pipelines.command import app
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = asked["arguments"]
        nothing, messages = os.open(os.devnull, os.O_RDWR), os.open(asked["messages"], os.O_RDWR | os.O_CREAT)
        for number, opened in enumerate((nothing, nothing, messages)):
            os.dup2(opened, number)
        app.process()
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forked:
    """A run that was forked; what `subprocess.Popen` has of the same names, it does alike."""

    def __init__(self, pid: int, answers: IO[bytes], messages: Path) -> None:
        self.pid, self._answers, self._messages = pid, answers, messages
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code once the run has ended, negative for a signal."""
        if self.returncode is None and select.select([self._answers], [], [], 0)[0]:
            self.returncode = int(self._answers.readline())
        return self.returncode

    def kill(self) -> None:
        """Kill the run, which has not been waited for yet: its number is still its own."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self) -> tuple[str, str]:
        """Wait for the end; return nothing, and the messages."""
        if self.returncode is None:
            self.returncode = int(self._answers.readline())
        return "", self._messages.read_text()


class Forker:
    """Starts runs, one at a time."""

    def __init__(self, loaded: subprocess.Popen[bytes], messages: Path) -> None:
        self._loaded, self._messages = loaded, messages

    def start(self, home: Path, *arguments: object, **settings: object) -> Forked:
        """Start the command on a home."""
        self._messages.unlink(missing_ok=True)
        asked = {
            "arguments": ["smallcap", *map(str, arguments), "--home", str(home)],
            "environment": environment(**settings),
            "messages": str(self._messages),
        }
        assert self._loaded.stdin is not None
        assert self._loaded.stdout is not None
        self._loaded.stdin.write(f"{json.dumps(asked)}\n".encode())
        return Forked(int(self._loaded.stdout.readline()), self._loaded.stdout, self._messages)


@contextmanager
def forking(folder: Path) -> Iterator[Forker]:
    """Load everything in a process, which ends with the context."""
    loaded = subprocess.Popen(
        [sys.executable, "-c", LOADED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_ROOT,
        env=environment(),
        # Not buffered: what is read ahead could not be waited for.
        bufsize=0,
    )
    try:
        yield Forker(loaded, folder / "messages")
    finally:
        assert loaded.stdin is not None
        loaded.stdin.close()
        loaded.wait(timeout=60)
