"""A lack of memory or space is explained, whichever library met it; other errors stay what they are."""

from __future__ import annotations

import errno

import duckdb
import polars as pl
import pytest

from smallcap.errors import InputError, SmallcapError
from smallcap.pipelines.shortage import explained_shortage


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """Raise an error, and return it as it is caught."""
    try:
        raise error from cause
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"),
        pl.exceptions.PanicException("OS can't spawn worker thread: Resource temporarily unavailable"),
        RuntimeError("can't start new thread"),
        ImportError("lib.so: failed to map segment from shared object"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_too_little_memory_is_named_also_where_another_error_followed(error: BaseException) -> None:
    followed = raised(SmallcapError("the catalogue could not be built"), error)
    for found in (raised(error), followed):
        explained = explained_shortage(found)
        assert explained is not None
        assert "there is not enough memory" in str(explained)
        assert explained.exit_code == 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        SmallcapError("the catalogue could not be built: IO Error: No space left on device"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_full_disk_is_named(error: BaseException) -> None:
    assert "the disk is full" in str(explained_shortage(raised(error)))


@pytest.mark.parametrize("error", [ValueError("no number"), OSError(errno.EACCES, "Permission denied")])
def test_other_errors_are_not(error: BaseException) -> None:
    assert explained_shortage(raised(error)) is None


def test_what_is_explained_already_keeps_its_words() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert (
        explained_shortage(raised(InputError("table t cannot be written (No space left on device)"), full))
        is None
    )
