"""Runs in processes of their own that are killed with SIGKILL, and what they had done by then."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import psutil

from smallcap.errors import InputError
from smallcap.lake import Lake
from smallcap.lake.log_files import LOG_DIR
from smallcap.pipelines.command.fetch import RAW_TABLES
from smallcap.warehouse import served_run_id
from tests.command_line import COMMAND, environment
from tests.examples import is_drill
from tests.forked import Forked
from tests.integration.homes import COMPANIES, LATER, copy_home, served, unequal_tables
from tests.paths import PROJECT_ROOT

LOOK_EVERY_SECONDS = 0.005
# Another date of a year that exists, under another stale limit: the year's partitions get other contents.
RERUN = ("run", "--as-of", "2025-02-28")
RERUN_SETTINGS = {"sample_companies": COMPANIES}
FORMER_TOLERANCE, OTHER_TOLERANCE = "relative = 0.005", "relative = 0.0001"
"""Of reconciliation.toml: `OF_THE_RULE` alone follows from it, and hundreds of its rows differ."""
OF_THE_RULE, GARBLED = "marts.metric_differences", "core.metrics_as_of"


Started = subprocess.Popen[str] | Forked


@dataclass
class Rerun:
    """A home before a run and a copy of it after the run, which took so many processor seconds.

    The tests of killed and stopped runs begin with copies of `before` and end with the contents of `after`.
    """

    before: Path
    after: Path
    seconds: float
    arguments: tuple[str, ...] = RERUN
    settings: dict[str, object] = field(default_factory=lambda: dict(RERUN_SETTINGS))
    starter: Callable[..., Started] | None = None
    """What starts the command; None for `start`."""

    def start(self, home: Path) -> Started:
        """Start the run on a home."""
        return (self.starter or start)(home, *self.arguments, **self.settings)


@dataclass
class Ended:
    """How a run ended: its exit code, negative for a signal, and the processor seconds that it had used by
    then.
    """

    code: int
    seconds: float


def start(
    home: Path, *arguments: object, release: Path | None = None, **settings: object
) -> subprocess.Popen[str]:
    """Start the command on a home; its progress can be read from `stderr`.

    `release` is a folder that holds another copy of the package, to run instead of the installed one.
    """
    command = [str(COMMAND)] if release is None else [sys.executable, "-m", "smallcap.pipelines.command.app"]
    return subprocess.Popen(
        [*command, *map(str, arguments), "--home", str(home)],
        env=variables(**settings),
        cwd=release or PROJECT_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_forked(home: Path, *arguments: object, tables: Sequence[str] = (), **settings: object) -> Forked:
    """Start the command on a home with everything loaded, so that no moment of a kill falls into loading.

    Where `tables` are named, the run makes these alone.
    """
    command = [str(COMMAND), *map(str, arguments), "--home", str(home)]
    return Forked(command, variables(**settings), Path(tempfile.mkdtemp()), tables)


def variables(**settings: object) -> dict[str, str]:
    """Make the environment of a run; in the drill it computes years ahead, for which Polars needs threads."""
    threads = {"POLARS_MAX_THREADS": str(os.cpu_count())} if is_drill() else {}
    return environment(**settings) | threads


def run_until(seconds: float, process: Started) -> Ended:
    """Kill a run once it has used so many processor seconds; infinity lets it end.

    Moments are counted in the run's own processor time: on a busy machine it stretches far less than time by
    the clock.
    """
    watched, used = psutil.Process(process.pid), 0.0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            times = watched.cpu_times()
            used = max(used, times.user + times.system)
        if used >= seconds:
            process.kill()
            break
        time.sleep(LOOK_EVERY_SECONDS)
    process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, used)


def run_until_told(is_moment: Callable[[str], bool], process: subprocess.Popen[str]) -> str:
    """Kill a run at the first line of its progress that `is_moment` accepts.

    Return what it had told by then.
    """
    told = ""
    assert process.stderr is not None
    for line in process.stderr:
        told += line
        if is_moment(line):
            process.kill()
            break
    process.communicate()
    return told


def has_committed(home: Path) -> bool:
    """Say whether the run that did not end had written a new version of any table."""
    journal = home / "run.json"
    if not journal.exists():
        return False
    lake = Lake(home / "lake")
    try:
        return any(
            lake.version(name) > version
            for name, version in json.loads(journal.read_text())["tables"].items()
        )
    except InputError:
        # A damaged log, which the run repairs before it writes.
        return False


def has_swapped(home: Path, before: str) -> bool:
    """Say whether another catalogue is served than that of the run `before`."""
    return served_run_id(home / "warehouse") != before


@dataclass
class Kill:
    """What was found after one kill."""

    moment: float
    ended: Ended
    is_between: bool
    served: dict[str, tuple[int, int]]


def measured(
    before: Path,
    after: Path,
    arguments: tuple[str, ...] = RERUN,
    starter: Callable[..., Started] | None = None,
    **settings: object,
) -> Rerun:
    """Run to the end on a copy of a home, and count the processor seconds.

    Parameters
    ----------
    before
        The home before the run.
    after
        Where the copy goes.
    arguments, starter, settings
        Of the run.
    """
    rerun = Rerun(before, after, math.inf, arguments, {**RERUN_SETTINGS, **settings}, starter)
    ended = run_until(math.inf, rerun.start(copy_home(before, after)))
    assert ended.code == 0
    return replace(rerun, seconds=ended.seconds)


def small_forked_rerun(home: Path, folder: Path) -> Rerun:
    """Run on a copy of a small home under another rule.

    The run fetches, makes what follows from the rule, in both years, repairs what `garble_a_log` spoils, and
    publishes. Dagster has no step for the other tables, of which nothing would be made.

    Parameters
    ----------
    home
        The small home, which is only read.
    folder
        Where the copies and the rules go.
    """
    reference = Path(shutil.copytree(PROJECT_ROOT / "data" / "reference", folder / "reference"))
    rules = reference / "reconciliation.toml"
    text = rules.read_text(encoding="utf-8")
    assert FORMER_TOLERANCE in text
    rules.write_text(text.replace(FORMER_TOLERANCE, OTHER_TOLERANCE), encoding="utf-8")
    run = ("run", "--as-of", str(LATER))
    few = partial(start_forked, tables=[*RAW_TABLES, GARBLED, OF_THE_RULE, "publish.warehouse"])
    return measured(copy_home(home, folder / "before"), folder / "after", run, few, reference_dir=reference)


def garble_a_log(home: Path) -> None:
    """Spoil the newest commit of a table that is made from others."""
    log = home.joinpath("lake", *GARBLED.split("."), LOG_DIR)
    max(log.glob("*.json")).write_text("{ not json")


def kill_once(rerun: Rerun, home: Path, moment: float, before: str) -> Kill:
    ended = run_until(moment, rerun.start(home))
    is_between = not has_swapped(home, before) and has_committed(home)
    return Kill(moment, ended, is_between, served(home))


def kill_again_and_again_then_finish(
    rerun: Rerun, folder: Path, moments: list[float], damage: Callable[[Path], object] = lambda home: None
) -> tuple[list[Kill], list[str]]:
    """Kill a run, kill the next on what that one left, and so on, each later than the last; let one end.

    Return what differs then. Before the first run the home is damaged.
    """
    before = str(served_run_id(rerun.before / "warehouse"))
    home = copy_home(rerun.before, folder / f"{moments[0]:.3f}")
    damage(home)
    kills: list[Kill] = []
    for moment in moments:
        kill = kill_once(rerun, home, moment, before)
        while kill.ended.code != -signal.SIGKILL:
            # A run that was quicker than the measured one ended before its moment: a fresh home, and a moment
            # shortly before the end of such a run.
            shutil.rmtree(home)
            copy_home(rerun.before, home)
            damage(home)
            kill = kill_once(rerun, home, kill.ended.seconds * 0.95, before)
        kills.append(kill)
    assert run_until(math.inf, rerun.start(home)).code == 0
    differences = unequal_tables(home, rerun.after)
    if served(home) != served(rerun.after):
        differences.append("what is published is not what a run that was never killed publishes")
    return kills, differences
