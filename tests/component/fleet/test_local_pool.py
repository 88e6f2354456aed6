"""Homes side by side in processes: failures stay their own, a busy home is waited for, a stop ends all."""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.fleet import local
from smallcap.fleet.local import LocalPool
from smallcap.fleet.outcomes import Outcome
from smallcap.fleet.tasks import Task, tasks_of

FLEET = '[[home]]\nname = "h"\nvary = { sample_seed = [1, 2, 3] }\n'


@dataclasses.dataclass(frozen=True)
class _Script(Task):
    """A task that runs a script in place of the command."""

    script: str = ""

    def command(self, what: str = "run") -> list[str]:
        """Return the script."""
        return [sys.executable, "-c", self.script]


def scripts(folder: Path, *texts: str) -> list[Task]:
    (folder / "fleet.toml").write_text(FLEET)
    tasks = tasks_of(folder / "fleet.toml", folder / "root")
    return [_Script(**vars(task), script=text) for task, text in zip(tasks, texts, strict=False)]


def test_a_home_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    told: list[Outcome] = []
    tasks = scripts(tmp_path, "print('one')", "raise SystemExit(5)", "print('three')")
    outcomes = LocalPool(2).run(tasks, told.append)
    assert outcomes == told
    assert {outcome.name[-1]: outcome.exit_code for outcome in outcomes} == {"1": 0, "2": 5, "3": 0}
    assert tasks[0].log.read_text() == "one\n"
    assert all(outcome.peak_mb > 1 for outcome in outcomes)


def test_each_process_has_its_homes_settings_and_its_share_of_the_processors(tmp_path: Path) -> None:
    names = ("SMALLCAP_HOME", "SMALLCAP_SAMPLE_SEED", "POLARS_MAX_THREADS")
    text = f"import os; print(*(os.environ[name] for name in {names}))"
    (task, *_) = scripts(tmp_path, text)
    LocalPool(1).run([task], lambda outcome: None)
    home = tmp_path / "root" / "h-sample_seed-1"
    assert task.log.read_text().split() == [str(home), "1", str(os.cpu_count())]


def test_a_process_that_is_killed_is_a_failure_of_its_home(tmp_path: Path) -> None:
    tasks = scripts(tmp_path, "import os; os.kill(os.getpid(), 9)")
    (outcome,) = LocalPool(1).run(tasks, lambda outcome: None)
    assert outcome.exit_code == 128 + 9


def test_a_home_that_another_process_makes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "BUSY_LOOK_SECONDS", 0.01)
    seen = tmp_path / "seen"
    text = f"import pathlib, sys; p = pathlib.Path({str(seen)!r}); code = 0 if p.exists() else 3; p.touch()"
    text += "; sys.exit(code)"
    (outcome,) = LocalPool(1).run(scripts(tmp_path, text), lambda outcome: None)
    assert outcome.exit_code == ExitCode.DONE


def test_a_stop_ends_every_process_and_starts_no_other(tmp_path: Path) -> None:
    begun = [tmp_path / f"begun{number}" for number in range(3)]
    wait = "import pathlib, time; pathlib.Path({!r}).write_text('x'); time.sleep(60)"
    tasks = scripts(tmp_path, "print()", *(wait.format(str(path)) for path in begun[:2]))

    def stop(outcome: Outcome) -> None:
        while not begun[0].exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        LocalPool(2).run(tasks, stop)
    assert time.monotonic() - before < local.LEAVING_SECONDS
    assert threading.active_count() < 10


def test_current_homes_and_outcomes_are_kept_for_the_next_plan(tmp_path: Path) -> None:
    from smallcap.fleet.outcomes import estimate, read_outcomes
    from smallcap.fleet.running import run_fleet

    tasks = scripts(tmp_path, "", "", "raise SystemExit(2)")
    outcomes = run_fleet(tasks, tmp_path / "root", LocalPool(2), lambda outcome: None)
    assert not any(outcome.is_skipped for outcome in outcomes)
    known = read_outcomes(tmp_path / "root")
    assert {name[-1]: outcome.exit_code for name, outcome in known.items()} == {"1": 0, "2": 0, "3": 2}
    assert estimate(tasks[2], known).seconds is not None
