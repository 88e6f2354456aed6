"""One fetch for all homes of a live source: one count of requests, and payloads that each home shares."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from smallcap.engine.unchanged import LIVE_PRESETS
from smallcap.fleet.tasks import OWN, Task
from smallcap.private_files import make_private

FETCHED = "fetched"


def fetches_of(tasks: Iterable[Task], root: Path) -> list[list[Task]]:
    """Return the fetches that come before any home is made, in groups that follow one another.

    Homes of one preset, index and limit share a home that only fetches. What two homes ask alike is asked
    once, because what a fetch has kept is not asked again. Each group holds at most one fetch per preset, as
    a source is asked by one process at a time.

    Parameters
    ----------
    tasks
        The homes that are to be made.
    root
        The fleet's folder.
    """
    wanted: dict[str, dict[tuple[str, ...], Task]] = {}
    for task in tasks:
        if task.settings.preset in LIVE_PRESETS:
            home = fetching_home(task, root)
            key = (str(home), *task.home.arguments())
            wanted.setdefault(task.settings.preset, {}).setdefault(key, _fetch(task, home))
    queues = [list(fetches.values()) for fetches in wanted.values()]
    return [
        [queue[number] for queue in queues if number < len(queue)]
        for number in range(max(map(len, queues), default=0))
    ]


def fetching_home(task: Task, root: Path) -> Path:
    """Name the home that fetches for a home of a live source."""
    own = task.settings
    return root.resolve() / OWN / FETCHED / f"{own.preset}-{own.index_name}-{own.limit or 'all'}"


def share_payloads(task: Task, root: Path) -> int:
    """Give a home of a live source what was fetched for it; return how many files are new to it.

    Files are links where the file system has them: a kept payload never changes.
    """
    if task.settings.preset not in LIVE_PRESETS:
        return 0
    shared = fetching_home(task, root) / "snapshots"
    own = task.settings.snapshots_dir
    return sum(_share(path, own / path.relative_to(shared)) for path in _files(shared))


def _fetch(task: Task, home: Path) -> Task:
    given = {**task.variables, "SMALLCAP_HOME": str(home)}
    given.pop("SMALLCAP_RULES", None)
    log = home.with_name(f"{home.name}.log")
    make_private(home.parent)
    settings = task.settings.model_copy(update={"home": home, "rules": None})
    return dataclasses.replace(task, name=f"fetch {home.name}", settings=settings, variables=given, log=log)


def _files(folder: Path) -> Iterator[Path]:
    """Give the payloads before their descriptions: a description is never without its payload."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".tmp", ".lock")]
    yield from sorted(found, key=lambda path: (path.suffix == ".json", path))


def _share(path: Path, target: Path) -> bool:
    if target.exists():
        return False
    make_private(target.parent)
    try:
        os.link(path, target)
    except FileExistsError:
        return False
    except OSError:
        new = target.with_name(f"{target.name}.tmp")
        shutil.copyfile(path, new)
        os.replace(new, target)
    return True
