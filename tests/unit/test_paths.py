"""Homes: a path that a library would read as another one is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.home_paths import FOLDERS
from smallcap.lake import Home
from smallcap.settings import load_settings

REFUSED = [
    "a%20b",
    "100%2f",
    "a%Ffb",
    "a#1",
    "a?b",
    "a[b",
    "a]b",
    "a[1]",
    "a\\b",
    "=",
    "a=b",
    "a\nb",
    "a\x7fb",
]
ALLOWED = [
    "100% b",
    "a%",
    "a%2",
    "%zz",
    "a b",
    "é",
    "😀",
    "'",
    '"',
    "*",
    "{}",
    ";",
    ":",
    "&",
    "+",
    "$",
    "~x",
    "a,b",
]


@pytest.mark.some_cases(10)
@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("by", ["argument", "variable", "parent"])
def test_a_home_whose_path_would_be_read_as_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, by: str
) -> None:
    home = tmp_path / name / "home" if by == "parent" else tmp_path / name
    if by == "variable":
        monkeypatch.setenv("SMALLCAP_HOME", str(home))
    with pytest.raises(
        InputError, match=r"(?s)cannot be used: its path contains .*--home or SMALLCAP_HOME"
    ) as raised:
        load_settings(**({} if by == "variable" else {"home": home}))
    assert str(raised.value).isprintable()
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_such_a_folder_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "a#1").mkdir()
    (tmp_path / "home").symlink_to("a#1")
    with pytest.raises(InputError, match="its path contains '#'"):
        load_settings(home=tmp_path / "home")


@pytest.mark.parametrize("name", ALLOWED)
def test_every_other_name_is_a_home_that_finds_its_records_again(tmp_path: Path, name: str) -> None:
    Home(load_settings(home=tmp_path / name, preset="sample", sample_seed=7)).prepare()
    assert load_settings(home=tmp_path / name).sample_seed == 7
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a\udc80b", "a\udc80b/home"])
def test_a_home_whose_path_is_not_text_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="its path is not text in UTF-8") as raised:
        load_settings(home=tmp_path / name)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("home", ["x" * 5000, "/".join(["y" * 200] * 25), "x" * 300 + "/\0"])
def test_a_path_that_no_system_allows_is_refused(tmp_path: Path, home: str) -> None:
    with pytest.raises(InputError, match=r"cannot be used|cannot be read"):
        load_settings(home=tmp_path / home)


@pytest.mark.parametrize("name", ["a#1", "b?c", "d[e]", "f\\g", "h%20i"])
def test_a_home_records_an_input_folder_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    Home(load_settings(home=tmp_path / "home", preset="files", input=tmp_path / name)).prepare()
    assert load_settings(home=tmp_path / "home").input == tmp_path / name


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_the_place_of_a_folder_of_the_home_is_named_with_what_to_do(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("not a folder")
    with pytest.raises(InputError, match=rf"{name} is a file, .* Move it away"):
        load_settings(home=tmp_path)
