"""What a damaged store, a mistyped address and a push that was overtaken say, and that the remedy helps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("obstore")

from smallcap.errors import HomeBusyError, InputError, NothingPublishedError
from smallcap.fleet.store import pushing
from smallcap.fleet.store.collecting import collect
from smallcap.fleet.store.layout import FILES, MANIFESTS, newest, pointer_name, pointers
from smallcap.fleet.store.objects import ObjectFolder, open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from tests.component.fleet.stored import publication, served


def _rewritten(store: ObjectFolder, name: str, **values: object) -> None:
    """Give an object of JSON other values."""
    store.put(name, json.dumps({**json.loads(store.get(name) or b""), **values}).encode())


@pytest.mark.parametrize("harm", ["removed", "cut short"])
def test_a_push_of_what_is_served_sends_the_files_that_the_store_lost(
    store: ObjectFolder, tmp_path: Path, harm: str
) -> None:
    contents = publication(tmp_path / "home", 2024)
    push(contents, store)
    name = next(iter(store.list(FILES)))
    if harm == "removed":
        store.remove(name)
    else:
        store.put(name, b"x")
    with pytest.raises(InputError, match="push again"):
        pull(tmp_path / "copy", store)
    again = push(contents, store)
    assert (again.is_new, again.new_files) == (True, 1)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2024


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"manifest": "x"}'])
@pytest.mark.parametrize("what", ["pointer", "manifest"])
def test_a_damaged_pointer_or_manifest_says_what_to_remove_and_that_helps(
    store: ObjectFolder, tmp_path: Path, what: str, content: bytes
) -> None:
    contents = publication(tmp_path / "home", 2024)
    pointer = push(contents, store).pointer
    name = pointer_name(pointer.number) if what == "pointer" else f"{MANIFESTS}/{pointer.manifest}.json"
    store.put(name, content)
    told = f"{name} is damaged .*; remove it there and push again"
    with pytest.raises(InputError, match=told):
        push(contents, store)
    with pytest.raises(InputError, match=told):
        pull(tmp_path / "copy", store)
    store.remove(name)
    push(contents, store)
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2024


def test_a_pointer_that_leads_out_of_the_store_is_damaged(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    _rewritten(store, pointer_name(1), manifest="../../other/manifests/20260102T030405000006Z-0123456789ab")
    with pytest.raises(InputError, match=r"no manifest is named '\.\./\.\./other"):
        pull(tmp_path / "copy", store)


def test_what_a_later_release_adds_to_a_pointer_is_left_out(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    _rewritten(store, pointer_name(1), signed_by="somebody")
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2024


def test_a_manifest_in_the_format_of_another_release_names_the_remedy(
    store: ObjectFolder, tmp_path: Path
) -> None:
    pointer = push(publication(tmp_path / "home", 2024), store).pointer
    _rewritten(store, f"{MANIFESTS}/{pointer.manifest}.json", format=2)
    with pytest.raises(InputError, match=r"by another release .*its format is 2.*; use that release"):
        pull(tmp_path / "copy", store)


def test_a_clean_up_says_how_to_go_on_without_a_manifest_that_is_gone(
    store: ObjectFolder, tmp_path: Path
) -> None:
    contents = publication(tmp_path / "home", 2024)
    store.remove(f"{MANIFESTS}/{push(contents, store).pointer.manifest}.json")
    push(contents, store)
    with pytest.raises(InputError, match="push again, then clean up with --keep 1"):
        collect(store, keep=5)
    assert collect(store, keep=1).publications == 1


def test_a_push_that_was_overtaken_does_not_take_a_number_that_a_clean_up_freed(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(publication(tmp_path / "home", 2020), store)
    slow, sent = publication(tmp_path / "slow", 2021), pushing._send

    def while_others_push_and_clean_up(*arguments: object) -> tuple[int, int]:
        monkeypatch.setattr(pushing, "_send", sent)
        for year in (2022, 2023):
            push(publication(tmp_path / "home", year), store)
        collect(store, keep=1)
        return sent(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing, "_send", while_others_push_and_clean_up)
    with pytest.raises(HomeBusyError, match=r"run-2023, .* first as number 3"):
        push(slow, store)
    assert pointers(store) == [3]


def test_a_file_that_a_run_removed_while_it_was_pushed_is_no_fault_of_the_store(
    store: ObjectFolder, tmp_path: Path
) -> None:
    contents = publication(tmp_path / "home", 2024)
    gone = tmp_path / "home" / "lake/core/members/year=2024/part-2024.parquet"
    gone.unlink()
    with pytest.raises(InputError, match=rf"{gone} cannot be read .*Push again"):
        push(contents, store)
    assert newest(store) is None


def test_a_copy_into_which_nothing_came_may_be_of_another_store(store: ObjectFolder, tmp_path: Path) -> None:
    push(publication(tmp_path / "home", 2024), store)
    with pytest.raises(NothingPublishedError):
        pull(tmp_path / "copy", open_store(str(tmp_path / "mistyped")))
    pull(tmp_path / "copy", store)
    assert served(tmp_path / "copy") == 2024


def test_more_bytes_than_were_pushed_are_not_fetched_to_their_end(
    store: ObjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(publication(tmp_path / "home", 2024), store)
    asked = list[str]()

    def endless(name: str) -> Iterator[bytes]:
        asked.append(name)
        for _ in range(3):
            yield b"x" * 100
        pytest.fail("it was read on after its size")

    monkeypatch.setattr(store, "stream", endless)
    with pytest.raises(InputError, match="does not hold the bytes that were pushed"):
        pull(tmp_path / "copy", store)
    assert asked


def test_the_form_of_azures_own_addresses_is_taken_and_a_broken_one_is_explained() -> None:
    assert open_store("abfss://box@account.dfs.core.windows.net/a/").address.endswith(".net/a")
    with pytest.raises(InputError, match="holds a name, a password"):
        open_store("abfss://box:secret@account.dfs.core.windows.net/a")
    with pytest.raises(InputError, match="is no address of a store"):
        open_store("http://[x")
