"""Long results on a terminal, shown by the user's pager."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys

from rich.console import Console, RenderableType

DEFAULT_PAGER = "less"
LESS_OPTIONS = "FRX"
"""Where the user has set none: end when all fits, keep colours, and leave the text on the screen."""


def print_paged(renderable: RenderableType, out: Console, *, is_paged: bool = True) -> None:
    """Print to a console; by a pager where it is a terminal, and not all lines fit on its screen.

    Parameters
    ----------
    renderable
        What to print.
    out
        The console.
    is_paged
        Whether a pager may be used.
    """
    command = _pager() if is_paged and out.is_terminal and sys.stdin.isatty() else []
    if not command:
        out.print(renderable)
        return
    with out.capture() as captured:
        out.print(renderable)
    text = captured.get()
    if text.count("\n") < out.height or not _is_shown(command, text):
        sys.stdout.write(text)
        sys.stdout.flush()


def _pager() -> list[str]:
    """Return the command of $PAGER, or ``less``; none where there is no such program or none is wanted."""
    command = shlex.split(os.environ.get("PAGER", DEFAULT_PAGER))
    return command if command and command[0] != "cat" and shutil.which(command[0]) else []


def _is_shown(command: list[str], text: str) -> bool:
    """Hand the text to the pager; false where it cannot be started."""
    charset = {"LESSCHARSET": "utf-8"} if sys.stdout.encoding.lower() == "utf-8" else {}
    try:
        pager = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            text=True,
            encoding=sys.stdout.encoding,
            errors=sys.stdout.errors,
            env={"LESS": LESS_OPTIONS, **charset, **os.environ},
        )
    except OSError:
        return False
    # A pager that is left before the end closes the pipe.
    try:
        pager.communicate(text)
    except BrokenPipeError:
        pager.wait()
    except KeyboardInterrupt:
        pager.wait()
        raise
    return True
