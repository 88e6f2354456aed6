"""Ending the process of a command at once: to free every object of the libraries first takes a second."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable


def end_quickly(main: Callable[[], None]) -> None:
    """Run a command, do what was registered for the end of the process, and end it.

    Where the output cannot be written any more, or a signal interrupts, Python ends the process as usual.

    Parameters
    ----------
    main
        The command. It may end with `SystemExit`.
    """
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if code is not None and not isinstance(code, int):
        sys.exit(str(code))
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code or 0)
