"""What the command says of an unexpected error: it is a fault of smallcap, and how to report it."""

from __future__ import annotations

import os
import tempfile
import traceback

from smallcap.redaction import Redactor, secrets_of_the_environment

REPORT = "Report it with the command, the output of 'smallcap version' and the traceback"


def describe(error: BaseException) -> str:
    """Write the traceback of an error to a new file, and return a message that names it.

    Only this user may read the file. It has no values of variables, but the error's own words; keys are
    removed from both.
    """
    redactor = Redactor(secrets_of_the_environment())
    first = next(iter(redactor.text(str(error)).splitlines()), "")
    message = (
        f"unexpected {type(error).__name__}: {first}. This is a fault of smallcap; what was published before "
        f"is still served. {REPORT}"
    )
    trace = redactor.text("".join(traceback.format_exception(error)))
    try:
        return f"{message} in {_kept(trace)}"
    except OSError as problem:
        return f"{message}, which cannot be written to {tempfile.gettempdir()} ({problem.strerror}):\n{trace}"


def _kept(trace: str) -> str:
    """Write a traceback to a new file, and return its path."""
    handle, path = tempfile.mkstemp(prefix="smallcap-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(trace)
    return path
