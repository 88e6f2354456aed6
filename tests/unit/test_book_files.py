"""Files of books that cannot be taken in: each message names the file and what to do, and nothing is
changed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.package_files import own_books_dir
from smallcap.rules.book_files import GIVEN, add_books
from tests.paths import PROJECT_ROOT

SOUND = """
name = "mine"
version = "1"
source = "my desk"

[books.my_book]
kind = "list"
description = "a name"
tickers = ["A"]
first_month = "2023-01"
chosen_on = 2022-12-15
source = "my desk"
"""


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir()
    shutil.copyfile(PROJECT_ROOT / "data" / "reference" / GIVEN, folder / GIVEN)
    return folder


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(SOUND, encoding="utf-8")
    return file


def refusal(file: Path, reference: Path) -> str:
    with pytest.raises(InputError) as refused:
        add_books(file, reference, is_replacing=False)
    assert refused.value.exit_code == 2
    assert not (own_books_dir(reference) / file.name).exists()
    return str(refused.value)


def test_a_sound_file_is_taken_in(sound: Path, reference: Path) -> None:
    assert add_books(sound, reference, is_replacing=False) == ["my_book"]
    assert (own_books_dir(reference) / "mine.toml").read_text(encoding="utf-8") == SOUND


@pytest.mark.parametrize("name", ["my_book.toml", "no/such/folder/my_book.toml", "my_book"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, reference: Path, name: str) -> None:
    assert f"there is no file {tmp_path / name};" in refusal(tmp_path / name, reference)


def test_a_link_to_nowhere_is_a_file_that_is_not_there(tmp_path: Path, reference: Path) -> None:
    (tmp_path / "mine.toml").symlink_to(tmp_path / "nowhere.toml")
    assert f"there is no file {tmp_path / 'mine.toml'};" in refusal(tmp_path / "mine.toml", reference)


@pytest.mark.parametrize("name", ["mine", "mine.toml"])
def test_a_folder_is_not_a_file(tmp_path: Path, reference: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert f"{tmp_path / name} is a folder" in refusal(tmp_path / name, reference)


def test_a_file_that_may_not_be_read_is_named(
    sound: Path, reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_text = Path.read_text

    def refuse(path: Path, *arguments: object, **named: object) -> str:
        if path == sound:
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", refuse)
    message = refusal(sound, reference)
    assert f"{sound} cannot be read (Permission denied)" in message


def test_a_file_that_is_no_text_is_named(sound: Path, reference: Path) -> None:
    sound.write_bytes(b"\xff\xfe\x00")
    assert f"{sound} is not UTF-8 text" in refusal(sound, reference)


def test_a_folder_of_books_that_cannot_be_written_to_is_named(
    sound: Path, reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> int:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    message = refusal(sound, reference)
    assert "cannot be written (Read-only file system)" in message
    assert "SMALLCAP_REFERENCE_DIR" in message
