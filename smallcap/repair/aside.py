"""Moving damaged files and folders aside, beside their place, under a name that says when."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
from pathlib import Path
from typing import Final

DAMAGED: Final = ".damaged-"


def aside_path(path: Path) -> Path:
    """Name a place beside `path` that nothing has taken: its name, ``.damaged-`` and the time (UTC)."""
    moment = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    names = itertools.chain([moment], (f"{moment}-{number}" for number in itertools.count(2)))
    places = (path.with_name(f"{path.name}{DAMAGED}{name}") for name in names)
    return next(place for place in places if not os.path.lexists(place))


def move_aside(path: Path) -> Path:
    """Rename a file or folder to a place beside it; return the new place."""
    place = aside_path(path)
    path.rename(place)
    return place


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second place: a hard link, or a copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        shutil.copy2(source, target)
