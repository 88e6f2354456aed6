"""Pushes, pulls and clean-ups over the network: on Azurite, and on moto's imitation of S3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
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
from tests.integration.store_servers import azurite, moto

pytestmark = [pytest.mark.drill, pytest.mark.service]

PULLS = 300
SERVERS = {"azurite": azurite, "moto": moto}


@pytest.fixture(scope="module", params=SERVERS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectFolder]:
    with (
        SERVERS[request.param](tmp_path_factory.mktemp("server")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in server.variables.items():
            patch.setenv(name, value)
        serve_as_it_is(patch)
        yield open_store(server.address)


@pytest.fixture(autouse=True)
def _empty(store: ObjectFolder) -> None:
    for name in store.list(""):
        store.remove(name)


def test_a_create_only_put_is_refused_where_the_name_exists(store: ObjectFolder) -> None:
    assert store.put_new("served/x.json", b"1")
    assert not store.put_new("served/x.json", b"2")
    assert store.get("served/x.json") == b"1"


def test_of_two_pushers_one_wins_each_number(store: ObjectFolder, tmp_path: Path) -> None:
    lost = []
    for turn in range(10):
        both = [publication(tmp_path / f"{turn}-{number}", 2000 + 2 * turn + number) for number in range(2)]
        start = threading.Barrier(2)

        def push_one(number: int, both=both, start=start) -> None:
            start.wait()
            try:
                push(both[number], store)
            except HomeBusyError as error:
                lost.append(str(error))

        threads = [threading.Thread(target=push_one, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(pointers(store)) == 20 - len(lost)
    assert all("first as number" in message for message in lost)


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
    kept = store.list(FILES)
    for number in pointers(store):
        manifest = read_manifest(store, read_pointer(store, number).manifest)
        assert manifest is not None
        assert {file_name(entry) for entry in manifest.files.values()} <= set(kept)
