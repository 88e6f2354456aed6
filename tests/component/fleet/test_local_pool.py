"""Homes side by side in processes: failures stay their own, a busy home is waited for, a stop ends all."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.fleet import local, pool
from smallcap.fleet.holding import Hold
from smallcap.fleet.local import LocalPool
from smallcap.fleet.outcomes import Outcome
from tests.component.fleet.scripts import scripts


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


def test_a_home_that_another_process_makes_is_waited_for_and_its_words_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "BUSY_LOOK_SECONDS", 0.01)
    seen = tmp_path / "seen"
    text = f"import pathlib, sys; p = pathlib.Path({str(seen)!r}); code = 0 if p.exists() else 3; p.touch()"
    text += "; print('made by process 7'); sys.exit(code)"
    said: list[str] = []
    (outcome,) = LocalPool(1).run(scripts(tmp_path, text), lambda outcome: None, say=said.append)
    assert outcome.exit_code == ExitCode.DONE
    assert said == ["h-sample_seed-1: made by process 7"]


def test_a_pool_that_has_fetched_makes_homes(tmp_path: Path) -> None:
    both, tasks = LocalPool(1), scripts(tmp_path, "", "")
    for what in ("fetch", "run"):
        outcomes = both.run(tasks, lambda outcome: None, what)
        assert [outcome.exit_code for outcome in outcomes] == [0, 0]


def test_of_two_fleets_each_home_is_made_by_one_at_a_time_and_its_log_is_not_spoiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "BUSY_LOOK_SECONDS", 0.01)
    go_on = tmp_path / "go on"
    wait = f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.01)"
    tasks = scripts(tmp_path, f"import pathlib, time\nprint('begun', flush=True)\n{wait}")
    others = scripts(tmp_path, "print('second')", "", "")
    done, said, second = [], [], []
    made = threading.Thread(target=lambda: done.extend(LocalPool(1).run(tasks[:1], lambda outcome: None)))
    made.start()
    while not (tasks[0].log.is_file() and tasks[0].log.read_text()):
        time.sleep(0.01)

    def tell(outcome: Outcome) -> None:
        second.append(outcome.name)
        if len(second) == 2:
            assert tasks[0].log.read_text() == "begun\n"
            go_on.touch()

    try:
        LocalPool(2).run(others, tell, say=said.append)
    finally:
        go_on.touch()
        made.join()
    assert second[-1] == "h-sample_seed-1"
    (line,) = said
    assert line.startswith(f"h-sample_seed-1: made by the fleet of process {os.getpid()} on ")
    assert [outcome.exit_code for outcome in done] == [0]
    assert others[0].log.read_text() == "second\n"


def test_a_home_that_another_fleet_has_made_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "BUSY_LOOK_SECONDS", 0.01)
    (task,) = scripts(tmp_path, "raise SystemExit(9)")
    hold = Hold(task.holds, task.name)
    assert hold.take()
    monkeypatch.setattr(type(task), "is_current", lambda self: True)
    (outcome,) = LocalPool(1).run([task], lambda outcome: None, say=lambda line: hold.release())
    assert (outcome.exit_code, outcome.is_skipped) == (0, True)


def test_a_home_that_is_held_too_long_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(pool, "BUSY_LOOK_SECONDS", 0.01)
    (task,) = scripts(tmp_path, "")
    hold = Hold(task.holds, task.name)
    assert hold.take()
    (outcome,) = LocalPool(1).run([task], lambda outcome: None)
    hold.release()
    assert outcome.exit_code == ExitCode.BUSY


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
