"""A quick test of whether anything can have changed since a run found nothing to make.

The files that a run depends on are compared by size and modification time. Where one differs, the run
compares contents, as it always does. Only the standard library is imported here, so that a run with nothing
to do ends at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from smallcap.package_files import PACKAGE, own_books_dir
from smallcap.parsing import parse_json
from smallcap.settings import Settings

RECORD = "unchanged.json"
LIVE_PRESETS = ("xfinlink", "public")
"""Presets whose answers age: for them the clock alone is a change."""


def unchanged_since(settings: Settings, request: str) -> str | None:
    """Return what was recorded for a request, where nothing that it depends on can have changed since.

    Parameters
    ----------
    settings
        The settings.
    request
        What is requested, in words that are the same for the same request.

    Returns
    -------
    str or None
        The date that the run was about, empty for a range; None where the run has to look.
    """
    if settings.preset in LIVE_PRESETS or (settings.home / "run.json").exists():
        return None
    recorded = _read(settings.home).get(request)
    if not isinstance(recorded, dict) or recorded.get("state") != state_of(settings):
        return None
    return str(recorded.get("as_of"))


def is_unchanged(settings: Settings) -> bool:
    """Whether some run found nothing to make in the state that everything is in now."""
    state = state_of(settings)
    return any(
        isinstance(recorded, dict) and recorded.get("state") == state
        for recorded in _read(settings.home).values()
    )


def record_unchanged(settings: Settings, request: str, as_of: dt.date | None) -> None:
    """Record that a request has nothing left to make; a home that cannot be written to records nothing."""
    if settings.preset in LIVE_PRESETS:
        return
    # The newest answers are kept: most requests repeat a recent one.
    kept = dict(list(_read(settings.home).items())[-20:])
    kept.pop(request, None)
    kept[request] = {"state": state_of(settings), "as_of": as_of.isoformat() if as_of else ""}
    new = settings.home / f"{RECORD}.{os.getpid()}.new"
    try:
        new.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(new, settings.home / RECORD)
    except OSError:
        return


def state_of(settings: Settings) -> str:
    """Digest the settings, and size and modification time of every file that a run depends on."""
    values = {name: str(getattr(settings, name)) for name in sorted(type(settings).model_fields)}
    files = [
        *_below(PACKAGE, (".py", ".sql")),
        *_below(settings.reference_dir),
        *_below(own_books_dir(settings.reference_dir)),
        *([] if settings.overlay is None else _below(settings.overlay)),
    ]
    if settings.input is not None:
        files += _below(settings.input)
    logs = sorted(settings.lake_dir.glob("*/*/_delta_log"))
    # The data files too: one that is gone or changed has to be made again.
    logs += _below(settings.lake_dir, (".parquet",))
    parts = [json.dumps(values), dt.datetime.now(dt.UTC).date().isoformat()]
    parts += [
        _stat(path)
        for path in (*files, *logs, settings.warehouse_dir / "warehouse.duckdb", settings.home / "home.toml")
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _below(folder: Path, endings: Iterable[str] = ("",)) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(tuple(endings)))


def _stat(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path} does not exist"
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def _read(home: Path) -> dict[str, object]:
    try:
        recorded = parse_json((home / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}
