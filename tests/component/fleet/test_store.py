"""Pushing and pulling: the pointer comes last, a lost race changes nothing, and no reader sees half of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from smallcap.errors import HomeBusyError, InputError, NothingPublishedError
from smallcap.fleet.store import pulling, pushing
from smallcap.fleet.store.collecting import collect
from smallcap.fleet.store.layout import FILES, PUSHING, newest, pointers
from smallcap.fleet.store.objects import ObjectFolder, open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from tests.component.fleet.stored import publication, served


def test_what_was_pushed_is_served_by_a_copy(store: ObjectFolder, tmp_path: Path) -> None:
    pushed = push(publication(tmp_path / "home", 2024), store)
    pulled = pull(tmp_path / "copy", store)
    assert (pushed.pointer.number, pushed.is_new) == (1, True)
    assert (pulled.pointer.run_id, pulled.new_files) == ("run-2024", pushed.files)
    assert served(tmp_path / "copy") == 2024


def test_a_publication_that_is_served_already_changes_nothing(store: ObjectFolder, tmp_path: Path) -> None:
    contents = publication(tmp_path / "home", 2024)
    push(contents, store)
    before = store.list("")
    again = push(contents, store)
    assert (again.is_new, again.new_files) == (False, 0)
    assert store.list("") == before


def test_a_pull_of_an_unchanged_home_fetches_no_file(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    pull(tmp_path / "copy", store)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "copy").rglob("*.*")}
    assert pull(tmp_path / "copy", store).new_files == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "copy").rglob("*.*")} == before


def test_a_later_publication_moves_only_its_new_files(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    pull(tmp_path / "copy", store)
    pushed = push(publication(tmp_path / "home", 2025), store)
    pulled = pull(tmp_path / "copy", store)
    # Its own year, the log and the catalogue.
    assert (pushed.pointer.number, pushed.new_files) == (2, 3)
    assert (pulled.pointer.number, pulled.new_files) == (2, 3)
    assert served(tmp_path / "copy") == 2025


def test_a_race_that_is_lost_changes_nothing_and_says_who_won(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    other, own = publication(tmp_path / "other", 2024), publication(tmp_path / "own", 2025)
    sent = pushing._send

    def beaten(*arguments: object) -> tuple[int, int]:
        monkeypatch.setattr(pushing, "_send", sent)
        push(other, store)
        return sent(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing, "_send", beaten)
    with pytest.raises(HomeBusyError, match=r"run run-2024, published .* was pushed to .* first as number 2"):
        push(own, store)
    winner = newest(store)
    assert winner is not None
    assert (winner.number, winner.run_id) == (2, "run-2024")
    assert store.list(PUSHING) == {}


def test_of_several_pushers_at_once_each_number_has_one_winner(store: ObjectFolder, tmp_path: Path) -> None:
    all_contents = [publication(tmp_path / f"home{number}", 2023 + number) for number in range(4)]
    start, ends = threading.Barrier(4), []

    def push_one(number: int) -> None:
        start.wait()
        try:
            push(all_contents[number], store)
            ends.append("served")
        except HomeBusyError:
            ends.append("lost")

    threads = [threading.Thread(target=push_one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 4
    assert len(pointers(store)) == ends.count("served") >= 1
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") in range(2023, 2027)


class _Killed(BaseException):
    """Stands for the end of a process at a point."""


def killed_at(store: ObjectFolder, operation: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the process, as it seems to the store, before its operation of this number."""
    original, lock, done = getattr(store, operation), threading.Lock(), [0]

    def counted(*arguments: object) -> object:
        with lock:
            done[0] += 1
            if done[0] > count:
                raise _Killed
        return original(*arguments)

    monkeypatch.setattr(store, operation, counted)
    # A killed process does not tidy up.
    monkeypatch.setattr(store, "remove", lambda name: None)


@pytest.mark.parametrize(("operation", "count"), [("put", 0), ("put", 1), ("put", 3), ("put_new", 0)])
def test_a_push_that_is_killed_leaves_what_was_served(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, count: int
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    later = publication(tmp_path / "home", 2025)
    with monkeypatch.context() as patch:
        killed_at(store, operation, count, patch)
        with pytest.raises(_Killed):
            push(later, store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2023
    push(later, store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025


@pytest.mark.parametrize("step", ["_fetch_one", "_put_in_place", "_serve", "_remove", "write_copy"])
def test_a_pull_that_is_killed_leaves_a_copy_that_serves_one_publication(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    pull(tmp_path / "copy", store)
    push(publication(tmp_path / "home", 2025), store)
    with monkeypatch.context() as patch:
        patch.setattr(pulling, step, _kill)
        with pytest.raises(_Killed):
            pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == (2025 if step == "_remove" else 2023)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025


def _kill(*arguments: object, **named: object) -> Iterator[None]:
    raise _Killed


def test_damaged_bytes_are_refused_and_the_copy_stays(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2023), store)
    pull(tmp_path / "copy", store)
    pushed = publication(tmp_path / "home", 2025)
    push(pushed, store)
    for name, found in store.list(FILES).items():
        store.put(name, b"x" * found.size)
    with pytest.raises(InputError, match="does not hold the bytes that were pushed"):
        pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2023


def test_a_file_of_a_copy_that_is_lost_is_fetched_again(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    pull(tmp_path / "copy", store)
    next((tmp_path / "copy").rglob("*.parquet")).unlink()
    assert pull(tmp_path / "copy", store).new_files == 1


def test_a_store_serves_one_home(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    other = publication(tmp_path / "other", 2025, {"preset": "sample", "sample_seed": 2})
    with pytest.raises(InputError, match="sample_seed is 1 there, 2 here"):
        push(other, store)


def test_a_home_of_its_own_and_a_copy_of_another_store_are_never_overwritten(
    store: ObjectFolder, tmp_path: Path
) -> None:
    push(publication(tmp_path / "home", 2024), store)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "home.toml").write_text('preset = "sample"\n')
    with pytest.raises(InputError, match="is a home of its own"):
        pull(tmp_path / "own", store)
    pull(tmp_path / "copy", store)
    with pytest.raises(InputError, match="is a copy of"):
        pull(tmp_path / "copy", open_store(str(tmp_path / "second")))


def test_a_store_without_a_publication_says_so(store: ObjectFolder, tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="nothing was pushed to"):
        pull(tmp_path / "copy", store)


def test_a_clean_up_keeps_what_kept_publications_name(store: ObjectFolder, tmp_path: Path) -> None:
    for year in (2023, 2024, 2025):
        push(publication(tmp_path / "home", year), store)
    store.put(f"{FILES}/ab/{'ab' * 32}", b"of a push that was killed")
    files = store.list(FILES)
    done = collect(store, keep=1)
    assert (done.publications, done.kept) == (2, 1)
    assert done.files == len(files) - len(store.list(FILES)) > 0
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025
    assert collect(store, keep=1).files == 0


def test_a_clean_up_spares_the_files_of_a_push_that_is_under_way(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(publication(tmp_path / "home", 2023), store)
    later, sent = publication(tmp_path / "home", 2025), pushing._send

    def with_a_clean_up_after(*arguments: object) -> tuple[int, int]:
        found = sent(*arguments)  # type: ignore[arg-type]
        collect(store, keep=1)
        return found

    monkeypatch.setattr(pushing, "_send", with_a_clean_up_after)
    push(later, store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2025


def test_no_key_is_in_an_address_or_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for address in ("s3://name:secret@bucket/x", "https://acc.blob.core.windows.net/c?sig=secret"):
        with pytest.raises(InputError) as refused:
            open_store(address)
        assert "secret" not in str(refused.value)
    with pytest.raises(InputError, match="is no store"):
        open_store("ftp://host/x")


def test_a_store_that_is_gone_is_explained(tmp_path: Path) -> None:
    gone = open_store(str(tmp_path / "gone"))
    (tmp_path / "gone").rmdir()
    (tmp_path / "gone").write_text("a file in its place")
    with pytest.raises(InputError, match=r"the store .*gone cannot be written .*docs/fleet\.md"):
        gone.put("files/a", b"1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_explained(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(InputError, match="cannot be opened"):
        open_store(str(tmp_path / "shut" / "store"))


def test_a_folder_in_which_other_things_lie_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "project" / "files" / "ab").mkdir(parents=True)
    (tmp_path / "project" / "files" / "ab" / "thesis.txt").write_text("mine")
    (tmp_path / "project" / "notes.txt").write_text("mine")
    store = open_store(str(tmp_path / "project"))
    with pytest.raises(InputError, match="holds other things"):
        push(publication(tmp_path / "home", 2024), store)
    with pytest.raises(InputError, match="nothing was pushed"):
        collect(store, keep=1)
    assert sorted(path.name for path in (tmp_path / "project").rglob("*.*")) == ["notes.txt", "thesis.txt"]


def test_a_clean_up_removes_nothing_that_no_push_sent(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    others = (f"{FILES}/ab/thesis.txt", f"{FILES}/ab/{'cd' * 32}", "manifests/notes.json", "mine.txt")
    for name in others:
        store.put(name, b"mine")
    assert collect(store, keep=1).files == 0
    assert set(others) <= store.list("").keys()


def test_a_folder_in_which_other_things_lie_becomes_no_copy(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    (tmp_path / "mine" / "reports").mkdir(parents=True)
    with pytest.raises(InputError, match="is no copy"):
        pull(tmp_path / "mine", store)
    assert not (tmp_path / "mine" / "lake").exists()


@pytest.mark.parametrize("address", ["", " "])
def test_an_empty_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is empty"):
        open_store(address)


def test_a_store_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no store"):
        open_store(str(tmp_path / "gone"), must_exist=True)
    assert not (tmp_path / "gone").exists()
