"""What every reader must hold: a result, or an explained error that names what was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from smallcap.errors import SmallcapError

T = TypeVar("T")
LONGEST_MESSAGE = 20_000
"""Characters; a message repeats no whole file."""


def outcome(read: Callable[[], T], *named: str) -> T | SmallcapError:
    """Read, and return the result or the explained error; any other exception fails the test.

    Parameters
    ----------
    read
        The reader, applied to its input.
    named
        What the message must contain, such as the file's name.
    """
    try:
        return read()
    except SmallcapError as error:
        message = str(error)
        assert all(name in message for name in named), message
        assert len(message) < LONGEST_MESSAGE
        return error


def is_refused(found: object) -> bool:
    """Whether an outcome is an error."""
    return isinstance(found, SmallcapError)
