"""What `smallcap ui` shows of what its services print; a script stands in for the services."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.characters import visible
from smallcap.errors import SmallcapError
from smallcap.pipelines.web import group, ui
from smallcap.redaction import HIDDEN
from smallcap.settings import Settings

KEY = "xfl_0123456789abcdef"
Serve = Callable[[str], None]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Serve a home with a shell script in place of the services."""

    def serve_script(lines: str) -> None:
        script = tmp_path / "services"
        script.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        script.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(script))
        ui.serve_ui(Settings(home=tmp_path / "home"), 0)

    return serve_script


@pytest.fixture
def slow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each line take longer to show than it takes to see that the services have ended."""

    def slowly(text: str) -> str:
        time.sleep(4 * group.LOOK_EVERY_SECONDS)
        return visible(text)

    monkeypatch.setattr(group, "visible", slowly)


@pytest.mark.usefixtures("slow_terminal")
def test_what_services_said_before_they_ended_by_themselves_is_shown(
    serve: Serve, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SmallcapError, match=r"exit code 3\); what they said is above"):
        serve("echo Traceback; echo ValueError: the reason; exit 3")
    assert capsys.readouterr().err == "Traceback\nValueError: the reason\n"


def test_what_a_process_says_that_services_left_behind_is_not_waited_for(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(group, "LAST_LINES_SECONDS", 0.3)
    with pytest.raises(SmallcapError, match="exit code 3"):
        serve("(trap 'echo Terminated; exit' TERM; while :; do sleep 0.1; done) & echo the reason; exit 3")
    assert capsys.readouterr().err == "the reason\n"


def test_what_services_say_once_they_are_told_to_end_is_not_shown(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def interrupt(services: subprocess.Popen[bytes]) -> None:
        """Be interrupted at the first look, and go on waiting undisturbed."""
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "poll", interrupt)
    with pytest.raises(KeyboardInterrupt):
        serve("read line; echo Traceback")
    time.sleep(group.LOOK_EVERY_SECONDS)
    assert capsys.readouterr().err == ""


def test_keys_and_control_characters_are_not_shown(serve: Serve, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SmallcapError):
        serve(rf"printf 'refused: {KEY} \033[2J\n'; exit 1")
    assert capsys.readouterr().err == f"refused: {HIDDEN} �[2J\n"
