"""What the command says of an error that nobody explained: a fault of smallcap, and how to report it."""

from __future__ import annotations

import os
import tempfile
import traceback


def describe(error: BaseException) -> str:
    """Write the traceback of an error to a new file, and return a message that names it.

    Only this user may read the file. It has no values of variables, but the error's own words.
    """
    first = next(iter(str(error).splitlines()), "")
    handle, path = tempfile.mkstemp(prefix="smallcap-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write("".join(traceback.format_exception(error)))
    return (
        f"unexpected {type(error).__name__}: {first}. This is a fault of smallcap; what was published before "
        f"is still served. Report it with the command, the output of 'smallcap version' and the traceback in "
        f"{path}"
    )
