"""A fleet made by processes: tables equal those of a plain run, and the next run makes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import environment, must_succeed, smallcap
from tests.integration.homes import assert_same_contents

pytestmark = pytest.mark.drill

SETTINGS = "settings = { sample_companies = 70, is_report_written = false }"
FLEET = f"""
[[home]]
name = "varied"
as_of = 2020-06-30
{SETTINGS}
vary = {{ "funnel.value.quantile" = [0.4, 0.6] }}

[[home]]
name = "refused"
as_of = 1999-06-30
{SETTINGS}
"""
LONGEST_SECONDS = 600
NAMES = ("varied-funnel.value.quantile-0.4", "varied-funnel.value.quantile-0.6")


def fleet_file(folder: Path, text: str = FLEET) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text)
    return path


def test_a_fleet_makes_what_plain_runs_make_and_skips_what_is_current(tmp_path: Path) -> None:
    file, root = fleet_file(tmp_path), tmp_path / "homes"
    ended = smallcap("fleet", "run", file, "--root", root, "--workers", 2)
    assert ended.returncode == 2, ended.stderr
    assert "3 homes: 2 published, of which 0 were current; 1 failed" in ended.stdout
    assert "refused: exit code 2" in ended.stdout
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "funnel.toml").write_text('"value"."quantile" = 0.4\n')
    plain = tmp_path / "plain"
    options = ("--as-of", "2020-06-30", "--rules", tmp_path / "rules", "--home", plain)
    must_succeed("run", *options, sample_companies=70)
    assert_same_contents(root / NAMES[0], plain)
    again = smallcap("fleet", "run", file, "--root", root, "--workers", 2)
    assert "2 published, of which 2 were current; 1 failed" in again.stdout
    limits = must_succeed("fleet", "sql", "--root", root, "SELECT count(DISTINCT home) FROM core.members")
    assert limits.split()[-1] == "2"


def test_a_fleet_that_is_stopped_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    file, root = fleet_file(tmp_path), tmp_path / "homes"
    command = [sys.executable, "-P", "-m", "smallcap.pipelines.command.app", "fleet", "run", str(file)]
    process = subprocess.Popen([*command, "--root", str(root), "--workers", "2"], env=environment())
    journals = [root / name / "run.json" for name in NAMES]
    wait_until(lambda: all(journal.exists() for journal in journals))
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    for name in NAMES:
        holders = [pid for pid in os.listdir("/proc") if pid.isdigit() and name in _command_of(pid)]
        assert holders == []
    ended = smallcap("fleet", "run", file, "--root", root, "--workers", 2)
    assert "2 published" in ended.stdout


def test_two_fleets_at_once_share_the_homes_and_the_second_goes_on_where_the_first_is_killed(
    tmp_path: Path,
) -> None:
    file, root = fleet_file(tmp_path, FLEET.split("\n\n")[0]), tmp_path / "homes"
    first, second = begun(file, root), None
    try:
        wait_until(lambda: (root / NAMES[0] / "run.json").exists())
        second = begun(file, root)
        wait_until(lambda: (root / NAMES[1] / "run.json").exists())
        first.kill()
        told, said = second.communicate(timeout=600)
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.wait()
    assert second.returncode == 0, said
    assert f"{NAMES[0]}: made by the fleet of process {first.pid} on " in said
    # What the killed fleet left running was waited for, unless it had ended by then.
    assert f"{NAMES[0]}: current" in said or f"{NAMES[0]}: error: the home " in said
    assert "2 homes: 2 published" in told
    for name in NAMES:
        assert not (root / name / "run.json").exists()
    again = must_succeed("fleet", "run", file, "--root", root)
    assert "2 published, of which 2 were current" in again


def begun(file: Path, root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "smallcap.pipelines.command.app", "fleet", "run", str(file)]
    return subprocess.Popen(
        [*command, "--root", str(root), "--workers", "1"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.05)


def _command_of(pid: str) -> str:
    try:
        return Path("/proc", pid, "environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""
