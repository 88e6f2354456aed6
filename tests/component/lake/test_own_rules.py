"""A home keeps the rules that its first run was given; two variants never look like one home."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.engine.unchanged import state_of
from smallcap.errors import InputError
from smallcap.home_record import read_record
from smallcap.lake.home import Home
from smallcap.rule_overlay import DIGEST
from smallcap.settings import load_settings


def rules(folder: Path, least: int) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "quality.toml").write_text(f"least_records = {least}\n")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that was prepared with a folder of rules."""
    Home(load_settings(home=tmp_path / "home", rules=rules(tmp_path / "given", 30))).prepare()
    return tmp_path / "home"


def test_a_home_keeps_the_rules_it_was_given_and_uses_them(home: Path, tmp_path: Path) -> None:
    (tmp_path / "given" / "quality.toml").unlink()
    settings = load_settings(home=home)
    assert (settings.reference / "quality.toml").read_text() == "least_records = 30\n"
    Home(settings).require_same_universe()
    assert str((read_record(home) or {})[DIGEST]).startswith("1:")


def test_other_rules_are_refused_and_the_message_names_what_differs(home: Path, tmp_path: Path) -> None:
    other = load_settings(home=home, rules=rules(tmp_path / "other", 35))
    with pytest.raises(InputError, match=r"other rules than .*different: quality\.toml.*config set rules"):
        Home(other).prepare()
    Home(load_settings(home=home, rules=rules(tmp_path / "equal", 30))).prepare()


def test_a_home_made_without_rules_of_its_own_refuses_some(tmp_path: Path) -> None:
    Home(load_settings(home=tmp_path / "home")).prepare()
    assert DIGEST not in (read_record(tmp_path / "home") or {})
    with pytest.raises(InputError, match="other rules"):
        Home(load_settings(home=tmp_path / "home", rules=rules(tmp_path / "given", 30))).prepare()


def test_rules_that_are_edited_in_the_home_are_taken_and_recorded(home: Path) -> None:
    before = (read_record(home) or {})[DIGEST], state_of(load_settings(home=home))
    rules(home / "rules", 32)
    settings = load_settings(home=home)
    Home(settings).prepare()
    assert (read_record(home) or {})[DIGEST] != before[0]
    assert state_of(settings) != before[1]


def test_a_folder_that_is_edited_later_is_taken_and_recorded(home: Path, tmp_path: Path) -> None:
    Home(load_settings(home=home, rules=rules(tmp_path / "given", 32))).prepare()
    assert (home / "rules" / "quality.toml").read_text() == "least_records = 32\n"
    with pytest.raises(InputError, match="other rules"):
        Home(load_settings(home=home, rules=rules(tmp_path / "other", 33))).prepare()


def test_a_home_whose_rules_are_gone_is_refused(home: Path) -> None:
    (home / "rules" / "quality.toml").unlink()
    with pytest.raises(InputError, match="made with rules of its own, and their folder"):
        Home(load_settings(home=home)).prepare()


def test_other_rules_can_be_set_for_every_year(home: Path, tmp_path: Path) -> None:
    before = (read_record(home) or {})[DIGEST]
    other = rules(tmp_path / "other", 35)
    Home(load_settings(home=home)).record("rules", str(other))
    assert (read_record(home) or {})[DIGEST] != before
    Home(load_settings(home=home, rules=other)).prepare()
