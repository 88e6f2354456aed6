"""The processes of `smallcap serve`: each that ends is started again, and all end within 30 seconds."""

from __future__ import annotations

import re
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest

from smallcap.pipelines.web.supervisor import CODE, DAEMON, WEB
from tests.command_line import smallcap
from tests.security.served_ui import ServedUi, is_alive, served_ui, wait_for
from tests.security.test_ui_processes import part

MOST_SECONDS = 30
TOKEN = "0123456789abcdef" * 2
WORDS = {CODE: "code-server", DAEMON: "dagster._daemon", WEB: "smallcap.pipelines.web.server"}
"""A word of the command line of each process."""


def end(ui: ServedUi, number: int = signal.SIGTERM) -> tuple[int, float, list[psutil.Process]]:
    """Send a signal; return the exit code, the seconds that the end took, and what is left."""
    started, begun = ui.processes(), time.monotonic()
    ui.process.send_signal(number)
    code = ui.process.wait(10 * MOST_SECONDS)
    return code, time.monotonic() - begun, [process for process in started if is_alive(process)]


@pytest.mark.drill
def test_they_are_supervised_and_a_signal_ends_all_of_them(tmp_path: Path) -> None:
    with served_ui(tmp_path / "home", "serve") as ui:
        assert all(part(ui, word) for word in WORDS.values())
        assert not any("dev" in process.cmdline() for process in ui.processes())
        daemon = part(ui, WORDS[DAEMON])
        psutil.Process(daemon).kill()
        wait_for(lambda: any(WORDS[DAEMON] in one.cmdline() and one.pid != daemon for one in ui.processes()))
        code, seconds, left = end(ui)
        assert (code, left) == (143, [])
        assert seconds < MOST_SECONDS
        log = ui.log.read_text()
    assert re.search(rf"^\S+ {DAEMON} ended by itself \(by SIGKILL\); it is started again in 1 s$", log, re.M)
    assert log.splitlines()[-1] == "stopped by SIGTERM"
    assert "Traceback" not in log


@pytest.mark.drill
@pytest.mark.parametrize("name", [CODE, WEB])
def test_what_is_killed_is_started_again_and_runs_are_started_as_before(tmp_path: Path, name: str) -> None:
    with served_ui(tmp_path / "home", "serve") as ui:
        before = part(ui, WORDS[name])
        psutil.Process(before).kill()
        wait_for(lambda: any(WORDS[name] in one.cmdline() and one.pid != before for one in ui.processes()))
        wait_for(lambda: answers(ui))
        run_id = wait_for(lambda: launched(ui))
        assert ui.wait_for_run(run_id, "SUCCESS", "FAILURE") == "SUCCESS"
        assert f"{name} ended by itself (by SIGKILL)" in ui.log.read_text()


def answers(ui: ServedUi) -> bool:
    try:
        return ui.request("GET", "/server_info", {})[0] == 200
    except OSError:
        return False


def launched(ui: ServedUi) -> str | None:
    """Start a run; None while the location is not loaded again."""
    try:
        return ui.launch()
    except AssertionError:
        return None


@pytest.mark.drill
def test_ctrl_c_ends_it_as_a_signal_does_also_while_a_run_writes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with served_ui(home, "serve") as ui:
        ui.wait_for_run(ui.launch(), "STARTED", "SUCCESS")
        code, seconds, left = end(ui, signal.SIGINT)
        assert (code, left) == (130, [])
        assert seconds < MOST_SECONDS
    assert smallcap("run", "--select", "core.books", "--home", home, sample_companies=60).returncode == 0


@pytest.mark.drill
@pytest.mark.parametrize("word", [None, "smallcap.pipelines.web.supervisor"])
def test_killed_it_leaves_nothing_behind(tmp_path: Path, word: str | None) -> None:
    with served_ui(tmp_path / "home", "serve") as ui:
        started = ui.processes()
        (psutil.Process(part(ui, word)) if word else psutil.Process(ui.process.pid)).kill()
        code = ui.process.wait(10 * MOST_SECONDS)
        assert code == (1 if word else -signal.SIGKILL)
        wait_for(lambda: not any(is_alive(process) for process in started))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", ui.port))


@pytest.mark.drill
def test_the_guard_is_in_front_with_token_and_hosts(tmp_path: Path) -> None:
    with served_ui(tmp_path / "home", "serve", ui_token=TOKEN, allowed_hosts="smallcap.example.com") as ui:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        asked = [
            ({}, 401),
            (bearer, 200),
            ({**bearer, "Host": "smallcap.example.com"}, 200),
            ({**bearer, "Host": "attacker.example"}, 403),
            ({**bearer, "Origin": "http://attacker.example"}, 403),
        ]
        for headers, status in asked:
            assert ui.request("GET", "/server_info", headers)[0] == status, headers
        assert TOKEN not in ui.log.read_text()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_another_address_than_this_machine_needs_a_token(tmp_path: Path, host: str) -> None:
    done = smallcap("serve", "--host", host, "--port", 0, "--home", tmp_path / "home")
    assert done.returncode == 2
    assert "SMALLCAP_UI_TOKEN" in done.stderr


@pytest.mark.drill
def test_a_dagster_yaml_that_dagster_refuses_is_said_once(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "home" / "dagster"
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text("nonsense: true\n")
    done = smallcap("serve", "--port", 0, "--home", tmp_path / "home", sample_companies=60)
    assert done.returncode == 2
    assert done.stderr.count("Dagster cannot use") == 1
    assert "Traceback" not in done.stderr
