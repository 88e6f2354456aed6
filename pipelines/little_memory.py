"""Makes do with little memory: where it is limited, libraries use one thread each.

Each thread of a library reserves memory of its own. With one of each, a date of the sample universe fits into
the limit of 1 GiB that a container may have. It has to be decided before the libraries are loaded.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

LITTLE: Final = 2 * 2**30
"""Bytes; a limit up to this is little."""
LEAST: Final = 256 * 2**20
"""Bytes; below this a library may wait for ever while it is loaded, and answers no signal."""
LEAST_TO_WORK: Final = 512 * 2**20
"""Bytes; the same for the libraries of a command that makes something."""
ONE_THREAD: Final = {
    **dict.fromkeys(("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "OMP_NUM_THREADS"), "1"),
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""Variables that the libraries read when they are loaded; one that is set already stays."""
CGROUP: Final = Path("/sys/fs/cgroup")
_OWN_CGROUP: Final = Path("/proc/self/cgroup")
_M_ARENA_MAX: Final = -8
_STACK: Final = 2 * 2**20
"""Bytes of the stack of a thread, in place of 8 MiB; libraries that need more ask for it."""
_SIZE_OF_ATTRIBUTES: Final = 256
"""More bytes than the C library's type of thread attributes has on any system."""


def make_do() -> None:
    """Let libraries use one thread each, if this process may use little memory."""
    if min(_limits(), default=LITTLE + 1) > LITTLE:
        return
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    # Whoever wants it: to write a trace takes memory, and a library that is refused it waits for ever.
    os.environ["RUST_BACKTRACE"] = "0"
    # The C library reserves an arena and a stack for each thread; another one than GNU's has no such options.
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 1)
        attributes = ctypes.create_string_buffer(_SIZE_OF_ATTRIBUTES)
        library.pthread_getattr_default_np(attributes)
        library.pthread_attr_setstacksize(attributes, ctypes.c_size_t(_STACK))
        library.pthread_setattr_default_np(attributes)


def too_little(*, is_working: bool) -> str | None:
    """Explain a limit under which the libraries cannot be loaded; None where there is none.

    Parameters
    ----------
    is_working
        Whether the command makes something, which takes more libraries than to read.
    """
    needed = LEAST_TO_WORK if is_working else LEAST
    least = min(_limits(), default=needed)
    if least >= needed:
        return None
    return (
        f"there is not enough memory: this process may use {least >> 20} MiB, and the libraries take "
        f"{needed >> 20}. Raise the limit (ulimit -d, ulimit -v, or that of the container or service): one "
        "date takes about 1 GB, twenty years 2 GB"
    )


def _limits() -> Iterator[int]:
    """Give the limits on this process and on its control groups, in bytes."""
    with suppress(ImportError):
        import resource

        for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            soft = resource.getrlimit(kind)[0]
            if soft != resource.RLIM_INFINITY:
                yield soft
    for file in _files_of_groups():
        with suppress(OSError, ValueError):
            # The word "max" is no limit.
            yield int(file.read_text())


def _files_of_groups() -> Iterator[Path]:
    """Give the files with the limits of this process's control groups, of both versions."""
    yield CGROUP / "memory.max"
    yield CGROUP / "memory" / "memory.limit_in_bytes"
    with suppress(OSError):
        for line in _OWN_CGROUP.read_text().splitlines():
            folder = line.rpartition(":")[2].strip("/")
            yield CGROUP / folder / "memory.max"
