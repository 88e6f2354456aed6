"""The processes of `smallcap ui`: they begin together, end together, and leave nothing behind, however they
end.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.command_line import smallcap
from tests.security.served_ui import LONGEST_WAIT_SECONDS, ServedUi, is_alive, served_ui, start_ui, wait_for
from tests.tiers import others_in_drill


def part(ui: ServedUi, word: str) -> int:
    """Return the process id of the part whose command line has this word."""
    (found,) = [process.pid for process in ui.processes() if word in process.cmdline()]
    return found


@pytest.mark.drill
@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        pytest.param(signal.SIGINT, 130, "Ctrl-C", marks=pytest.mark.drill),
        (signal.SIGTERM, 143, "SIGTERM"),
    ],
)
def test_a_signal_ends_all_of_them_with_one_sentence(tmp_path: Path, number: int, code: int, name: str):
    with served_ui(tmp_path / "home") as ui:
        started = ui.processes()
        assert len(started) >= 4, "web server, daemon, code server and its child"
        ui.process.send_signal(number)
        assert ui.process.wait(LONGEST_WAIT_SECONDS) == code
        assert [process for process in started if is_alive(process)] == []
        assert ui.log.read_text().splitlines() == [
            f"Dagster's UI is at http://{ui.host}; Ctrl-C ends it",
            f"stopped by {name}",
        ]


@pytest.mark.parametrize("seconds", others_in_drill([0, 2], kept=[2]))
def test_a_signal_while_they_start_ends_all_of_them_too(tmp_path: Path, seconds: int):
    ui = start_ui(tmp_path / "home")
    started = wait_for(ui.processes)
    # The moment is one of many and decides nothing.
    time.sleep(seconds)
    ui.process.send_signal(signal.SIGTERM)
    assert ui.process.wait(LONGEST_WAIT_SECONDS) == 143
    assert [process for process in started if is_alive(process)] == []
    assert [line for line in ui.log.read_text().splitlines() if "Dagster's UI is at" not in line] == [
        "stopped by SIGTERM"
    ]


@pytest.mark.drill
def test_a_run_that_it_started_ends_with_it_and_the_home_goes_on(tmp_path: Path):
    home = tmp_path / "home"
    with served_ui(home) as ui:
        ui.wait_for_run(ui.launch(), "STARTED", "SUCCESS")
        started = ui.processes()
        ui.process.send_signal(signal.SIGTERM)
        assert ui.process.wait(LONGEST_WAIT_SECONDS) == 143
        assert [process for process in started if is_alive(process)] == []
    assert smallcap("run", "--select", "core.books", "--home", home, sample_companies=60).returncode == 0


@pytest.mark.drill
def test_killed_it_leaves_nothing_behind_either(tmp_path: Path):
    with served_ui(tmp_path / "home") as ui:
        started = ui.processes()
        ui.process.kill()
        ui.process.wait(LONGEST_WAIT_SECONDS)
        wait_for(lambda: not any(is_alive(process) for process in started))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", ui.port))


@pytest.mark.parametrize(
    "word",
    others_in_drill(["dagster._daemon", "smallcap.pipelines.web.services"], kept=[]),
)
def test_a_part_that_ends_by_itself_ends_the_rest_and_is_named(tmp_path: Path, word: str):
    with served_ui(tmp_path / "home") as ui:
        started = ui.processes()
        subprocess.run(["kill", "-KILL", str(part(ui, word))], check=True)
        assert ui.process.wait(LONGEST_WAIT_SECONDS) == 1
        assert [process for process in started if is_alive(process)] == []
        told = ui.log.read_text()
        assert "error: Dagster's services ended by themselves" in told
        assert ("Dagster's daemon ended by itself" in told) == (word == "dagster._daemon")
        assert "Traceback" not in told


def test_a_port_that_is_taken_is_refused_at_once(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = smallcap("ui", "--home", tmp_path / "home", "--port", port)
    assert answer.returncode == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr
