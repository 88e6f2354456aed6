"""What is left on a terminal's screen after a command that ran under a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.paths import PROJECT_ROOT

ROWS = 400
CTRL_C = b"\x03"
# The terminal becomes the one that the program is controlled by: Ctrl-C reaches the program and whatever it
# started.
IN_FOREGROUND = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], "
    "sys.argv[1:])"
)
PIECES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07]*\x07|([\r\n])|([^\x1b\r\n]+)")


@dataclass
class Screen:
    """A terminal that understands what a progress bar needs: lines, columns, moving up, deleting a line."""

    columns: int
    lines: list[str] = field(default_factory=lambda: [""])
    row: int = 0
    column: int = 0

    def draw(self, text: str) -> None:
        """Draw what a program wrote."""
        for count, order, line_end, shown in PIECES.findall(text):
            if order == "A":
                self.row = max(0, self.row - int(count or 1))
            elif order == "K":
                self.lines[self.row] = "" if count == "2" else self.lines[self.row][: self.column]
            elif line_end == "\r":
                self.column = 0
            elif line_end == "\n":
                self._go_down()
            for letter in shown:
                self._put(letter)

    def _put(self, letter: str) -> None:
        if self.column == self.columns:
            self.column = 0
            self._go_down()
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
        self.column += 1

    def _go_down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    @property
    def left(self) -> list[str]:
        """The lines that are not empty."""
        return [line.rstrip() for line in self.lines if line.strip()]


@dataclass
class Shown:
    """How a command ended, everything that it wrote, and the lines that are left of it."""

    code: int
    written: str
    left: list[str]


def run_in_terminal(
    program: Sequence[str | Path],
    environment: Mapping[str, str],
    columns: int,
    stop_at: Callable[[str], bool] = lambda written: False,
) -> Shown:
    """Run a program in a terminal of so many columns.

    Ctrl-C is typed once what was written is what `stop_at` waits for.
    """
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    described = {
        name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")
    } | {"TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", IN_FOREGROUND, *map(str, program)],
        env=described,
        cwd=PROJECT_ROOT,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    written = _read_to_end(control, stop_at)
    os.close(control)
    screen = Screen(columns)
    screen.draw(written)
    return Shown(process.wait(), written, screen.left)


def _read_to_end(control: int, stop_at: Callable[[str], bool]) -> str:
    read, is_stopped = b"", False
    while True:
        if not is_stopped and stop_at(read.decode(errors="ignore")):
            os.write(control, CTRL_C)
            is_stopped = True
        try:
            piece = os.read(control, 65536)
        except OSError:
            # Linux says so when the last process has closed the terminal.
            return read.decode()
        if not piece:
            return read.decode()
        read += piece
