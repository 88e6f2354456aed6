"""One fetch for all homes of a live source: one count of requests, and payloads that each home shares."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from smallcap.engine.unchanged import LIVE_PRESETS
from smallcap.fleet.tasks import OWN, Task
from smallcap.private_files import make_private
from smallcap.rule_overlay import digest_of_overlay, files_of

FETCHED: Final = "fetched"
SNAPSHOTS: Final = "snapshots"
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")


def fetches_of(tasks: Iterable[Task], root: Path) -> list[list[Task]]:
    """Return the fetches that come before any home is made, in groups that follow one another.

    Homes of one preset, index, limit and rules of what is asked share a home that only fetches. Each group
    holds at most one fetch per preset, as a source is asked by one process at a time. A later one is given
    what the earlier ones have kept: what two homes ask alike is asked once.

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
            wanted.setdefault(task.settings.preset, {}).setdefault(fetch_key(task, root), _fetch(task, home))
    queues = [list(fetches.values()) for fetches in wanted.values()]
    return [
        [queue[number] for queue in queues if number < len(queue)]
        for number in range(max(map(len, queues), default=0))
    ]


def fetch_key(task: Task, root: Path) -> tuple[str, ...]:
    """Name the fetch for a home: the home that fetches, and for which dates."""
    return str(fetching_home(task, root)), *task.home.arguments()


def fetching_home(task: Task, root: Path) -> Path:
    """Name the home that fetches for a home of a live source."""
    own = task.settings
    # The name of an index may hold what leads to another folder.
    parts = [own.preset, _NOT_IN_A_NAME.sub("_", own.index_name), str(own.limit or "all")]
    rules = digest_of_overlay(_asking_rules(task))
    return root.resolve() / OWN / FETCHED / "-".join([*parts, *([rules[2:10]] if rules else [])])


def share_with_fetch(fetch: Task) -> int:
    """Give a fetch what the others of its source have kept; return how many files are new to it."""
    own = fetch.settings
    earlier = (path for path in own.home.parent.glob(f"{own.preset}-*/") if path != own.home)
    return sum(_share_all(path / SNAPSHOTS, own.snapshots_dir) for path in sorted(earlier))


def share_payloads(task: Task, root: Path) -> int:
    """Give a home of a live source what was fetched for it; return how many files are new to it.

    Files are links where the file system has them: a kept payload never changes.
    """
    if task.settings.preset not in LIVE_PRESETS:
        return 0
    return _share_all(fetching_home(task, root) / SNAPSHOTS, task.settings.snapshots_dir)


def _asking_rules(task: Task) -> Path | None:
    """Return a home's own rules where they may decide what a source is asked for; else None.

    Rules of calculations alone leave that as it is.
    """
    overlay = task.settings.rules
    if overlay is None:
        return None
    from smallcap.engine.rule_sets import RULE_SETS
    from smallcap.engine.uses import USES

    asking = {rule for table, uses in USES.items() if table.startswith("raw.") for rule in uses.rules}
    computing = {
        file for rule, read in RULE_SETS.items() if rule not in asking for file in read.files.split(" or ")
    }
    return overlay if any(path.name not in computing for path in files_of(overlay)) else None


def _fetch(task: Task, home: Path) -> Task:
    given, rules = {**task.variables, "SMALLCAP_HOME": str(home)}, _asking_rules(task)
    if rules is None:
        given.pop("SMALLCAP_RULES", None)
    dates = [word for word in task.home.arguments() if not word.startswith("--")]
    log = home.with_name(f"{'-'.join([home.name, *dates])}.log")
    make_private(home.parent)
    settings = task.settings.model_copy(update={"home": home, "rules": rules})
    return dataclasses.replace(task, name=f"fetch {home.name}", settings=settings, variables=given, log=log)


def _share_all(shared: Path, own: Path) -> int:
    return sum(_share(path, own / path.relative_to(shared)) for path in _files(shared))


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
        new = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        shutil.copyfile(path, new)
        os.replace(new, target)
    return True
