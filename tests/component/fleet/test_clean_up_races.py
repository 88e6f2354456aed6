"""A clean-up of a store beside a push, a pull or another clean-up: whatever is served is there whole."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.store import collecting, pushing
from smallcap.fleet.store.collecting import KILLED_AFTER, MARK, collect
from smallcap.fleet.store.layout import CONDEMNED, FILES, file_name, newest, read_manifest
from smallcap.fleet.store.objects import ObjectFolder, open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from tests.component.fleet.stored import publication, serve_as_it_is, served
from tests.tiers import others_in_drill

OPERATIONS = ("get", "put", "put_new", "list", "remove")
MOST_OPERATIONS = 40
"""More than a clean-up or a push of the small publication needs."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    serve_as_it_is(monkeypatch)
    monkeypatch.setattr(pushing, "LOOK_SECONDS", 0.01)


class Interrupted(ObjectFolder):
    """A store of which something else happens before the operation of a number, once."""

    def __init__(self, address: str, number: int, happens: Callable[[], None]) -> None:
        store = open_store(address)
        super().__init__(store._store, store.address)
        self.left, self.lock = number, threading.Lock()
        self.happens = happens
        self.has_happened = False
        for name in OPERATIONS:
            setattr(self, name, self._before(getattr(self, name)))

    def _before(self, operation: Callable[..., object]) -> Callable[..., object]:
        def interrupted(*arguments: object) -> object:
            with self.lock:
                self.left -= 1
                is_now = self.left == 0
            if is_now:
                self.has_happened = True
                self.happens()
            return operation(*arguments)

        return interrupted


def assert_what_is_served_is_there(address: str, tmp_path: Path) -> int:
    store = open_store(address)
    pointer = newest(store)
    assert pointer is not None
    manifest = read_manifest(store, pointer.manifest)
    assert manifest is not None, "the pointer names a manifest that is gone"
    assert {file_name(entry) for entry in manifest.files.values()} <= store.list(FILES).keys()
    pull(tmp_path / "copy", store)
    return served(tmp_path / "copy")


def test_a_push_at_any_moment_of_a_clean_up_loses_nothing(tmp_path: Path) -> None:
    moments = 0
    for number in range(1, MOST_OPERATIONS):
        folder = tmp_path / str(number)
        address = str(folder / "store")
        for year in (2023, 2024):
            push(publication(folder / "home", year), open_store(address))
        later = publication(folder / "home", 2025)
        pushed = threading.Thread(target=push, args=(later, open_store(address)))

        def begin(pushed: threading.Thread = pushed) -> None:
            pushed.start()
            # It ends here, or waits for the clean-up.
            pushed.join(0.15)

        store = Interrupted(address, number, begin)
        collect(store, keep=1)
        if not store.has_happened:
            break
        moments += 1
        pushed.join(30)
        assert not pushed.is_alive()
        assert assert_what_is_served_is_there(address, folder) == 2025, number
    assert moments > 5


def test_a_clean_up_at_any_moment_of_a_push_loses_nothing(tmp_path: Path) -> None:
    moments = 0
    for number in range(1, MOST_OPERATIONS):
        folder = tmp_path / str(number)
        address = str(folder / "store")
        for year in (2023, 2024):
            push(publication(folder / "home", year), open_store(address))
        store = Interrupted(address, number, lambda address=address: collect(open_store(address), keep=1))
        push(publication(folder / "home", 2025), store)
        if not store.has_happened:
            break
        moments += 1
        assert assert_what_is_served_is_there(address, folder) == 2025, number
        collect(open_store(address), keep=1)
        assert assert_what_is_served_is_there(address, folder) == 2025, number
    assert moments > 5


@pytest.mark.parametrize("number", others_in_drill(range(1, 10), kept=[2, 6, 9]))
def test_a_push_that_ends_at_any_moment_of_a_clean_up_that_it_began_before_loses_nothing(
    tmp_path: Path, number: int
) -> None:
    moments = 0
    for moment in range(1, MOST_OPERATIONS):
        folder = tmp_path / str(moment)
        address = str(folder / "store")
        for year in (2023, 2024):
            push(publication(folder / "home", year), open_store(address))
        paused, goes_on = threading.Event(), threading.Event()

        def wait(paused: threading.Event = paused, goes_on: threading.Event = goes_on) -> None:
            paused.set()
            goes_on.wait(30)

        under_way = Interrupted(address, number, wait)
        pushed = threading.Thread(target=push, args=(publication(folder / "home", 2025), under_way))
        pushed.start()
        assert paused.wait(30)

        def end(pushed: threading.Thread = pushed, goes_on: threading.Event = goes_on) -> None:
            goes_on.set()
            # One that had not announced itself yet waits for the clean-up.
            pushed.join(0.15)

        store = Interrupted(address, moment, end)
        collect(store, keep=1)
        goes_on.set()
        pushed.join(30)
        assert assert_what_is_served_is_there(address, folder) == 2025, moment
        if not store.has_happened:
            break
        moments += 1
    assert moments > 5


def test_a_clean_up_and_a_push_between_two_operations_of_a_pull_make_it_bring_the_newer(
    tmp_path: Path,
) -> None:
    moments = 0
    for number in range(1, MOST_OPERATIONS):
        folder = tmp_path / str(number)
        address = str(folder / "store")
        push(publication(folder / "home", 2024), open_store(address))
        later = publication(folder / "later", 2025)

        def publish_later(address: str = address, later: object = later) -> None:
            push(later, open_store(address))  # type: ignore[arg-type]
            collect(open_store(address), keep=1)

        store = Interrupted(address, number, publish_later)
        store.stream = store._before(store.stream)  # type: ignore[method-assign, assignment]
        pull(folder / "copy", store)
        if not store.has_happened:
            break
        moments += 1
        assert served(folder / "copy") in (2024, 2025)
        assert assert_what_is_served_is_there(address, folder) == 2025, number
    assert moments > 3


def test_a_second_clean_up_is_told_of_the_first_and_removes_nothing(tmp_path: Path) -> None:
    address = str(tmp_path / "store")
    for year in (2023, 2024):
        push(publication(tmp_path / "home", year), open_store(address))
    told: list[str] = []

    def clean_up_too() -> None:
        before = open_store(address).list("")
        with pytest.raises(HomeBusyError) as refused:
            collect(open_store(address), keep=1)
        told.append(str(refused.value))
        assert open_store(address).list("") == before

    store = Interrupted(address, 5, clean_up_too)
    collect(store, keep=1)
    assert store.has_happened
    assert "another clean-up" in told[0]
    assert open_store(address).list(CONDEMNED) == {}


def test_a_clean_up_that_cannot_read_a_manifest_removes_nothing_and_stops_no_push(tmp_path: Path) -> None:
    address = str(tmp_path / "store")
    for year in (2023, 2024):
        push(publication(tmp_path / "home", year), open_store(address))
    store = open_store(address)
    pointer = newest(store)
    assert pointer is not None
    store.remove(f"manifests/{pointer.manifest}.json")
    before = store.list("")
    with pytest.raises(InputError, match="manifest"):
        collect(store, keep=1)
    assert store.list("") == before


def test_a_clean_up_that_was_killed_is_taken_over_and_completed(tmp_path: Path) -> None:
    address = str(tmp_path / "store")
    for year in (2023, 2024):
        push(publication(tmp_path / "home", year), open_store(address))
    store = open_store(address)
    store.put(MARK, b"of a process that is gone")
    with pytest.raises(HomeBusyError):
        collect(store, keep=1)
    long_ago = time.time() - KILLED_AFTER.total_seconds() - 1
    os.utime(tmp_path / "store" / MARK, (long_ago, long_ago))
    assert collect(store, keep=1).publications == 1
    assert store.list(CONDEMNED) == {}
    assert assert_what_is_served_is_there(address, tmp_path) == 2024


def test_a_clean_up_from_which_another_took_over_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "store")
    for year in (2023, 2024):
        push(publication(tmp_path / "home", year), open_store(address))
    monkeypatch.setattr(collecting, "MARKED_EVERY_SECONDS", 0.0)
    before = open_store(address).list(FILES)
    store = Interrupted(address, 6, lambda: open_store(address).put(MARK, b"of another process"))
    with pytest.raises(HomeBusyError, match="took over"):
        collect(store, keep=1)
    assert open_store(address).list(FILES) == before
    assert open_store(address).get(MARK) == b"of another process"


@pytest.mark.parametrize(
    "path", ["dagster/dagster.yaml", "pulled.json", ".lock", "logs/runs.jsonl", "lakes/a"]
)
def test_a_file_that_no_push_sends_is_not_pulled(tmp_path: Path, path: str) -> None:
    store = open_store(str(tmp_path / "store"))
    contents = publication(tmp_path / "home", 2024)
    entry = next(iter(contents.manifest.files.values()))
    strange = replace(contents.manifest, files={**contents.manifest.files, path: entry})
    push(replace(contents, manifest=strange, small={**contents.small, path: b""}), store)
    with pytest.raises(InputError, match="which no push sends"):
        pull(tmp_path / "copy", store)
    assert not (tmp_path / "copy" / "lake").exists()
