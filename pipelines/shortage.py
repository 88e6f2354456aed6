"""Errors that mean that the machine lacks memory or space, whichever library raised them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Final

from smallcap.errors import InputError

_NAMES_OF_MEMORY: Final = ("MemoryError", "OutOfMemoryException", "ArrowMemoryError")
_WORDS_OF_MEMORY: Final = (
    "Cannot allocate memory",
    "can't spawn worker thread",
    "can't start new thread",
    "Out of Memory Error",
    "memory allocation of",
    "failed to map segment from shared object",
)
_WORDS_OF_SPACE: Final = ("No space left on device", "(os error 28)")
_WHAT_STAYS: Final = "What was published is still served, and the next run undoes what this one left"


def explained_shortage(error: BaseException) -> InputError | None:
    """Explain an error whose cause is a lack of memory or space; None where it is another, or explained.

    Parameters
    ----------
    error
        What was raised; its causes are looked at too.
    """
    links = list(links_of(error))
    if any(isinstance(link, InputError) for link in links):
        return None
    for link in links:
        told = str(link)
        if type(link).__name__ in _NAMES_OF_MEMORY or any(words in told for words in _WORDS_OF_MEMORY):
            return InputError(
                f"there is not enough memory ({_first_line(link)}). End other programs, or run on a machine "
                f"with more: one date takes about 1 GB, twenty years 2 GB. {_WHAT_STAYS}"
            )
        is_full = isinstance(link, OSError) and link.errno == errno.ENOSPC
        if is_full or any(words in told for words in _WORDS_OF_SPACE):
            return InputError(
                f"the disk is full ({_first_line(link)}). Free some space, and run again. {_WHAT_STAYS}"
            )
    return None


def links_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes.

    An error that is raised again while its own cause is handled is part of its own chain, which has no end.
    """
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
