"""Commands that messages tell the user to type: with the home where it is not the default, and found by a
shell as they stand.
"""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from smallcap.hints import command_hint
from smallcap.settings import Settings, load_settings


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a command in its .venv, called by its path; nothing else is on PATH."""
    command = tmp_path / ".venv" / "bin" / "smallcap"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setattr("sys.argv", [str(command), "run"])
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("SMALLCAP_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return command


def settings(home: Path | None = None) -> Settings:
    return load_settings(home=home)


def test_the_command_is_named_by_its_path_where_the_shell_does_not_find_it(installed: Path):
    assert command_hint(settings(), "status") == ".venv/bin/smallcap status"


def test_from_another_folder_the_path_is_whole(
    installed: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert command_hint(settings(), "status") == f"{installed} status"


def test_the_command_is_named_alone_where_the_shell_finds_it(
    installed: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(installed.parent))
    assert command_hint(settings(), "status") == "smallcap status"


def test_another_installation_on_the_path_is_not_meant(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = tmp_path / "other" / "smallcap"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))
    assert command_hint(settings(), "status") == ".venv/bin/smallcap status"


def test_a_home_that_is_not_the_default_is_named_also_if_a_variable_named_it(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert command_hint(settings(tmp_path / "my home"), "run") == ".venv/bin/smallcap run --home 'my home'"
    monkeypatch.setenv("SMALLCAP_HOME", "/srv/smallcap")
    assert command_hint(settings(), "run") == ".venv/bin/smallcap run --home /srv/smallcap"


def test_a_shell_takes_the_words_apart_as_they_were_meant(installed: Path, tmp_path: Path):
    query = "SELECT 'it''s' AS \"a b\" FROM t LIMIT 5"
    hint = command_hint(settings(tmp_path / "a $HOME"), "sql", query)
    assert shlex.split(hint) == [".venv/bin/smallcap", "sql", query, "--home", "a $HOME"]
    assert subprocess.run(hint, shell=True, cwd=tmp_path, executable="/bin/sh", check=False).returncode == 0
