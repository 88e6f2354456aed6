"""Where memory is limited, libraries use one thread each."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from smallcap.pipelines import little_memory
from smallcap.pipelines.little_memory import LEAST, LEAST_TO_WORK, LITTLE, ONE_THREAD, make_do, too_little

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture(autouse=True)
def _without_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be limited, and take back what is set."""
    monkeypatch.setattr(resource, "getrlimit", lambda kind: UNLIMITED)
    monkeypatch.setattr(little_memory, "CGROUP", tmp_path)
    # The C library of the tests' own process keeps its arenas.
    monkeypatch.setattr(little_memory.ctypes, "CDLL", lambda name: None)
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "before")
        monkeypatch.delenv(name)


def is_limited() -> bool:
    make_do()
    return {name: os.environ.get(name) for name in ONE_THREAD} == ONE_THREAD


def test_without_a_limit_nothing_is_set() -> None:
    make_do()
    assert not set(ONE_THREAD) & set(os.environ)


@pytest.mark.parametrize(("limit", "expected"), [(2**30, True), (LITTLE, True), (LITTLE + 1, False)])
def test_a_limit_on_the_process_counts(monkeypatch: pytest.MonkeyPatch, limit: int, expected: bool) -> None:
    limits = {resource.RLIMIT_DATA: (limit, limit)}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: limits.get(kind, UNLIMITED))
    assert is_limited() == expected


@pytest.mark.parametrize("file", ["memory.max", "memory/memory.limit_in_bytes"])
@pytest.mark.parametrize(
    ("text", "expected"), [("1073741824\n", True), ("max\n", False), (f"{2**62}\n", False)]
)
def test_so_does_a_limit_on_a_control_group(tmp_path: Path, file: str, text: str, expected: bool) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert is_limited() == expected


def test_what_a_person_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (2**30, 2**30))
    monkeypatch.setenv("POLARS_MAX_THREADS", "2")
    make_do()
    assert os.environ["POLARS_MAX_THREADS"] == "2"


@pytest.mark.parametrize(("is_working", "least"), [(True, LEAST_TO_WORK), (False, LEAST)])
@pytest.mark.parametrize("missing", [1, 0])
def test_a_limit_under_which_no_library_loads_is_refused_with_what_to_raise(
    monkeypatch: pytest.MonkeyPatch, is_working: bool, least: int, missing: int
) -> None:
    limits = {resource.RLIMIT_DATA: (least - missing, least - missing)}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: limits.get(kind, UNLIMITED))
    told = too_little(is_working=is_working)
    assert (told is not None) == bool(missing)
    assert told is None or (f"may use {(least - 1) >> 20} MiB" in told and "ulimit -d" in told)


def test_a_library_that_is_refused_memory_writes_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUST_BACKTRACE", "1")
    make_do()
    assert os.environ["RUST_BACKTRACE"] == "1"
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (2**30, 2**30))
    make_do()
    assert os.environ["RUST_BACKTRACE"] == "0"
