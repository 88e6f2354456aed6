"""A table that is longer than the screen is shown by the pager of the user, and nothing else is."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from smallcap.pipelines.command.paging import print_paged

LONG = "\n".join(f"line {number}" for number in range(30))


@pytest.fixture
def paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a pager was handed, once there is one; standard input is a terminal."""
    got, program = tmp_path / "paged", tmp_path / "pager"
    program.write_text(f"#!/bin/sh\ncat > '{got}'\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PAGER", str(program))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return got


def terminal(is_terminal: bool = True) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=40, height=20, color_system=None)


def test_a_long_text_goes_to_the_pager(paged: Path):
    print_paged(LONG, terminal())
    assert paged.read_text(encoding="utf-8").splitlines() == LONG.splitlines()


@pytest.mark.parametrize("case", ["short", "piped", "not wanted", "PAGER=cat"])
def test_other_text_does_not(paged: Path, monkeypatch: pytest.MonkeyPatch, capsys, case: str):
    out = terminal(is_terminal=case != "piped")
    if case == "PAGER=cat":
        monkeypatch.setenv("PAGER", "cat")
    print_paged("line 1" if case == "short" else LONG, out, is_paged=case != "not wanted")
    assert not paged.exists()
    shown = capsys.readouterr().out + str(out.file.getvalue())  # type: ignore[attr-defined]
    assert "line 1" in shown
