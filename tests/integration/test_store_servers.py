"""Pushes, pulls and clean-ups over the network: on Azurite, and on moto's imitation of S3."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from smallcap.errors import HomeBusyError
from smallcap.fleet.store.collecting import collect
from smallcap.fleet.store.layout import FILES, file_name, pointers, read_manifest, read_pointer
from smallcap.fleet.store.objects import ObjectFolder, open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from tests.component.fleet.stored import publication, serve_as_it_is, served
from tests.integration.homes import Answer
from tests.integration.homes import served as served_tables
from tests.integration.store_servers import StoreServer, azurite, moto
from tests.paths import PROJECT_ROOT

pytestmark = [pytest.mark.drill, pytest.mark.service]

PULLS = 300
SERVERS = {"azurite": azurite, "moto": moto}


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from smallcap.fleet.store.objects import open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from tests.component.fleet.stored import publication
what, folder, address, operation, left = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5])
store, lock = open_store(address), threading.Lock()
original = getattr(store, operation)
def counted(*arguments):
    global left
    with lock:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments)
setattr(store, operation, counted)
push(publication(folder, 2025), store) if what == "push" else pull(folder, store)
"""
"""Pushes or pulls, and is killed before the store's operation of a number."""


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    with SERVERS[request.param]() as started, pytest.MonkeyPatch.context() as patch:
        for name, value in started.variables.items():
            patch.setenv(name, value)
        yield started


@pytest.fixture
def store(server: StoreServer, monkeypatch: pytest.MonkeyPatch) -> ObjectFolder:
    """The server's store, empty; its catalogues are texts."""
    serve_as_it_is(monkeypatch)
    return emptied(server)


def emptied(server: StoreServer) -> ObjectFolder:
    store = open_store(server.address)
    for name in store.list(""):
        store.remove(name)
    return store


def assert_every_pointer_names_what_is_there(store: ObjectFolder) -> None:
    kept = store.list(FILES)
    for number in pointers(store):
        manifest = read_manifest(store, read_pointer(store, number).manifest)
        assert manifest is not None
        for entry in manifest.files.values():
            assert kept[file_name(entry)].size == entry.size


def test_a_create_only_put_is_refused_where_the_name_exists(store: ObjectFolder) -> None:
    assert store.put_new("served/x.json", b"1")
    assert not store.put_new("served/x.json", b"2")
    assert store.get("served/x.json") == b"1"


def test_of_two_pushers_one_wins_each_number(store: ObjectFolder, tmp_path: Path) -> None:
    lost: list[tuple[int, str]] = []
    for turn in range(10):
        years = [2000 + 2 * turn + number for number in range(2)]
        both = [publication(tmp_path / str(year), year) for year in years]
        start = threading.Barrier(2)

        def push_one(number: int, both=both, years=years, start=start) -> None:
            start.wait()
            try:
                push(both[number], store)
            except HomeBusyError as error:
                lost.append((years[1 - number], str(error)))

        threads = [threading.Thread(target=push_one, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(pointers(store)) == 20 - len(lost)
    assert lost
    for winner, message in lost:
        assert message.startswith(f"run run-{winner}, published ")
    assert_every_pointer_names_what_is_there(store)


def test_no_pull_during_pushes_and_clean_ups_sees_half_a_publication(
    store: ObjectFolder, tmp_path: Path
) -> None:
    push(publication(tmp_path / "home", 2000), store)
    is_over = threading.Event()

    def push_on() -> None:
        year = 2001
        while not is_over.is_set():
            with suppress(HomeBusyError):
                push(publication(tmp_path / "home", year), store)
            if year % 5 == 0:
                collect(store, keep=3)
            year += 1

    pusher = threading.Thread(target=push_on)
    pusher.start()
    years = []
    try:
        for _ in range(PULLS):
            pull(tmp_path / "copy", store)
            years.append(served(tmp_path / "copy"))
    finally:
        is_over.set()
        pusher.join()
    assert years == sorted(years)
    assert len(set(years)) > 10
    assert_every_pointer_names_what_is_there(store)


def killed(what: str, folder: Path, store: ObjectFolder, operation: str, count: int) -> None:
    arguments = [what, str(folder), store.address, operation, str(count)]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=PROJECT_ROOT, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("operation", "count", "expected"),
    [
        pytest.param("put", 1, 2023, id="before any file"),
        pytest.param("put", 2, 2023, id="between files"),
        pytest.param("put", 4, 2023, id="before the manifest"),
        pytest.param("put_new", 0, 2023, id="before the pointer"),
        pytest.param("remove", 0, 2025, id="after the pointer"),
    ],
)
def test_a_push_that_is_killed_leaves_one_publication_served_whole(
    store: ObjectFolder, tmp_path: Path, operation: str, count: int, expected: int
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    killed("push", tmp_path / "home", store, operation, count)
    assert_every_pointer_names_what_is_there(store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == expected
    collect(store, keep=1)
    push(publication(tmp_path / "home", 2025), store)
    assert_every_pointer_names_what_is_there(store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_pull_that_is_killed_between_files_leaves_what_the_copy_served(
    store: ObjectFolder, tmp_path: Path, count: int
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    pull(tmp_path / "copy", store)
    push(publication(tmp_path / "home", 2025), store)
    killed("pull", tmp_path / "copy", store, "stream", count)
    assert served(tmp_path / "copy") == 2023
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025


def test_a_home_is_pushed_and_pulled_by_the_commands_and_no_key_is_written(
    server: StoreServer, small_home: Path, tmp_path: Path, smallcap: Callable[..., Answer]
) -> None:
    store, copy = emptied(server), tmp_path / "copy"
    answers = [
        smallcap("push", server.address, "--home", str(small_home)),
        smallcap("pull", server.address, "--home", str(copy)),
        smallcap("push", server.address, "--home", str(small_home)),
        smallcap("pull", server.address, "--home", str(copy)),
        smallcap("gc", server.address, "--keep", "1"),
    ]
    assert [answer.code for answer in answers] == [0] * 5, answers
    assert "it did already, and nothing was changed" in answers[2].out
    assert "0 fetched" in answers[3].out
    assert served_tables(copy) == served_tables(small_home)
    texts = [(answer.out + answer.err).encode() for answer in answers]
    texts += [path.read_bytes() for path in copy.rglob("*") if path.is_file()]
    texts += [store.get(name) or b"" for name in store.list("")]
    secrets = [value.encode() for name, value in server.variables.items() if "KEY" in name]
    assert secrets
    assert not any(secret in text for secret in secrets for text in texts)
