"""The readers of a home's own files, the rule sets and .env, which other programs may have changed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from deltalake import DeltaTable

from smallcap.backup.manifest import Manifest
from smallcap.backup.restoring import chosen, verify_backup
from smallcap.backup.store import BackupStore
from smallcap.engine.code import CodeDigests
from smallcap.engine.unchanged import is_unchanged, unchanged_since
from smallcap.health.incidents import read_incidents
from smallcap.health.runlines import read_lines
from smallcap.lake import Home, Lake
from smallcap.lake.log_files import LOG_DIR
from smallcap.lake.stamp_files import STAMPS_DIR
from smallcap.questions import open_publication
from smallcap.repair.checksums import Checksums
from smallcap.rules.book_files import add_books
from smallcap.rules.files import read_rows, read_rules
from smallcap.settings import Settings, load_settings
from smallcap.sources.fetching import Rate, RateLimit
from smallcap.sources.fetching.quota import Quota
from smallcap.sources.payloads import SnapshotStore
from smallcap.warehouse.diff import compare
from tests.component.lake.test_store import prices
from tests.paths import PROJECT_ROOT
from tests.published_home import publish_small_home
from tests.security.fuzz.file_readers import Reader
from tests.unit.rules.test_mutations import RULE_SETS, TABLES

REFERENCE: Final = PROJECT_ROOT / "data" / "reference"
REQUEST: Final = {"file": "a.csv"}
NOW: Final = dt.datetime(2025, 5, 31, 12, tzinfo=dt.UTC)
BOOK: Final = (
    b'name = "mine"\nversion = "1"\nsource = "my desk"\n\n[books.my_book]\nkind = "list"\n'
    b'description = "names"\ntickers = ["POWL", "IOSP"]\nweights = [0.6, 0.4]\nfirst_month = "2021-01"\n'
    b'chosen_on = 2020-12-15\nsource = "my desk"\n'
)


def _rules(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    return (
        read_rules(folder, name, RULE_SETS[name])
        if name in RULE_SETS
        else read_rows(folder, name, TABLES[name])
    )


def _book(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    reference = folder / "reference"
    shutil.copytree(REFERENCE, reference, dirs_exist_ok=True)
    return add_books(folder / name, reference, is_replacing=True)


def _environment_file(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    original = Settings.model_config["env_file"]
    Settings.model_config["env_file"] = folder / name
    try:
        return load_settings()
    finally:
        Settings.model_config["env_file"] = original


def _recorded_settings(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    settings = load_settings(home=folder)
    home = Home(settings)
    home.require_same_universe()
    home.prepare()
    return home.record("stale_months", "12")


@cache
def _recorded() -> dict[str, bytes]:
    home = Path(mkdtemp()) / "home"
    Home(load_settings(home=home, preset="files", input=home, limit=3)).prepare()
    return {"home.toml": (home / "home.toml").read_bytes()}


def _journal(payload: bytes, name: str, folder: Path) -> object:
    home = Home(load_settings(home=folder))
    home.prepare()
    (folder / name).write_bytes(payload)
    try:
        undone = home.open_run("new", "smallcap run", None)
        home.close_run(is_successful=True)
    finally:
        home.close_run(is_successful=False)
    return undone


def _unchanged(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    settings = load_settings(home=folder)
    return unchanged_since(settings, "None None None"), is_unchanged(settings)


def _digests(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    return CodeDigests(folder / name).of(["smallcap.errors"], ["smallcap"])


@cache
def _remembered_digests() -> dict[str, bytes]:
    file = Path(mkdtemp()) / "code.json"
    digests = CodeDigests(file)
    digests.of(["smallcap.errors"], ["smallcap"])
    digests.save()
    return {file.name: file.read_bytes()}


def _quota(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    quota = Quota(folder, {}, lambda: NOW)
    return quota.left("vendor"), quota.take("vendor")


def _request_times(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    moments = iter(range(0, 10**9, 10))
    limit = RateLimit(folder, "sec", Rate(8, 1.0), clock=lambda: 1e9 + next(moments), sleep=lambda _: None)
    return limit.blocked_until(), limit.take()


def _log(payload: bytes, name: str, folder: Path) -> object:
    _write(folder / "logs", {name: payload})
    return read_lines(folder)


def _incidents(payload: bytes, name: str, folder: Path) -> object:
    _write(folder / "health", {name: payload})
    return read_incidents(folder)


@cache
def _snapshot() -> dict[str, bytes]:
    root = Path(mkdtemp()) / "snapshots"
    SnapshotStore(root).keep("files", "prices", REQUEST, b"payload " * 10, NOW)
    return {path.relative_to(root.parent).as_posix(): path.read_bytes() for path in root.glob("*/*/*.*")}


def _snapshots(payload: bytes, name: str, folder: Path) -> object:
    _write(folder, {**_snapshot(), name: payload})
    store = SnapshotStore(folder / "snapshots")
    return (
        store.find("files", "prices", REQUEST),
        store.find("files", "prices", REQUEST, NOW),
        list(store.every("files", "prices")),
        store.received("files", "prices"),
        store.frame(),
        store.keep("files", "prices", REQUEST, b"payload " * 10, NOW),
    )


@cache
def _lake() -> dict[str, bytes]:
    root = Path(mkdtemp())
    Lake(root).write_years("raw.prices", prices((2020, 1, 10.0), (2021, 1, 11.0)), [2020, 2021], "first")
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def _tables(payload: bytes, name: str, folder: Path) -> object:
    if name.endswith(".parquet") and len(payload) == len(_lake()[name]):
        # The size in the log shows most damage. Other bytes of the same size may abort Polars.
        return None
    _write(folder, {**_lake(), name: payload})
    lake = Lake(folder)
    found = (
        lake.version("raw.prices"),
        lake.stamp("raw.prices"),
        lake.stamp("raw.prices", 0),
        lake.files("raw.prices"),
        lake.read("raw.prices"),
    )
    lake.vacuum(0, {"raw.prices": {0: ()}})
    lake.write_years("raw.prices", prices((2020, 1, 12.0)), [2020], "second")
    return found


def _checksums(payload: bytes, name: str, folder: Path) -> object:
    _write(folder, {**_lake(), name: payload})
    checksums, files = Checksums(folder), Lake(folder).files("raw.prices")
    found = [checksums.is_sound(file, is_deep=True) for file in files]
    checksums.record(files)
    return found


@cache
def _recorded_checksums() -> dict[str, bytes]:
    root = Path(mkdtemp())
    _write(root, _lake())
    Checksums(root).record(Lake(root).files("raw.prices"))
    return {"checksums.json": (root / "checksums.json").read_bytes()}


@cache
def _stamp() -> dict[str, bytes]:
    """The file of the stamp of `_lake`."""
    return {name: content for name, content in _lake().items() if STAMPS_DIR in name}


def _stamps(payload: bytes, name: str, folder: Path) -> object:
    """Read a stamp of which the log, cleaned up, has the number alone."""
    _write(folder, {**_lake(), name: payload})
    table = Path(folder, name).parent.parent
    DeltaTable(table).create_checkpoint()
    for commit in (table / LOG_DIR).glob("*.json"):
        commit.unlink()
    return Lake(folder).stamp("raw.prices")


@cache
def _backup() -> Path:
    """A backup of two small files."""
    root = Path(mkdtemp())
    store = BackupStore(root / "backups")
    files = {"warehouse/warehouse.duckdb": b"not looked into", "home.toml": b""}
    _write(root, files)
    with store.writing():
        kept = {name: store.put(root / name)[0] for name in files}
        store.add(Manifest("20250531T023000000000Z", "0.1.0", "run-1", "2025-05-31T02:30:00", kept))
    return store.root


def _files_of_backup(folder: str) -> Callable[[], dict[str, bytes]]:
    def files() -> dict[str, bytes]:
        """Read the files below a folder of the backup."""
        root = _backup()
        paths = [path for path in (root / folder).rglob("*") if path.is_file()]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}

    return files


def _backups(payload: bytes, name: str, folder: Path) -> object:
    shutil.copytree(_backup(), folder / "backups")
    (folder / "backups" / name).write_bytes(payload)
    store = BackupStore(folder / "backups")
    manifest = chosen(store, None)
    verify_backup(store, manifest)
    return manifest, store.prune(1)


@cache
def _home() -> Path:
    home = Path(mkdtemp()) / "home"
    publish_small_home(home)
    return home


def _catalogue(payload: bytes, name: str, folder: Path) -> object:
    (folder / "warehouse").mkdir()
    (folder / "home.toml").write_text("")
    (folder / "warehouse" / name).write_bytes(payload)
    with open_publication(folder / "warehouse") as publication:
        asked = publication.ask("status_tables")
    return asked, compare(folder / "warehouse" / name, _home())


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@cache
def _published() -> dict[str, bytes]:
    return {"warehouse.duckdb": (_home() / "warehouse" / "warehouse.duckdb").read_bytes()}


def _rule_files() -> dict[str, bytes]:
    return {name: (REFERENCE / name).read_bytes() for name in (*RULE_SETS, *TABLES)}


def _always(name: str, payload: bytes) -> Callable[[], dict[str, bytes]]:
    return lambda: {name: payload}


JOURNAL: Final = {
    "run_id": "old",
    "pid": 1,
    "command": "run",
    "started_at": "now",
    "tables": {"raw.prices": 3},
}
RECORD: Final = {"None None None": {"state": "x", "as_of": "2025-05-31"}}
COUNT: Final = {"day": "2025-05-31", "hour": 12, "today": 3, "this_hour": 2}
RUN_LINE: Final = {
    "at": "2025-05-31T02:30:00",
    "command": "run",
    "preset": "sample",
    "exit_code": 0,
    "message": "",
    "seconds": 1.5,
    "home_bytes": 100,
}
INCIDENTS: Final = [{"subject": "disk", "since": "2025-05-31T02:30:00", "told": "no space"}]
ENVIRONMENT: Final = b"SMALLCAP_LIMIT=5\nSMALLCAP_PRESET='sample'\nOTHER=1\n"
HOME_READERS: Final[dict[str, Reader]] = {
    "rule set": Reader(_rule_files, _rules, cost=2),
    "book": Reader(_always("mine.toml", BOOK), _book, cost=8),
    "environment file": Reader(_always(".env", ENVIRONMENT), _environment_file),
    "recorded settings": Reader(_recorded, _recorded_settings, cost=2),
    "journal of a run": Reader(_always("run.json", json.dumps(JOURNAL).encode()), _journal, cost=4),
    "record of nothing to make": Reader(
        _always("unchanged.json", json.dumps(RECORD).encode()), _unchanged, cost=8
    ),
    "digests of code": Reader(_remembered_digests, _digests, cost=2),
    "times of requests": Reader(
        lambda: {"sec.json": b'{"sent_at": 999999999.5, "blocked_until": null}'}, _request_times
    ),
    "count of requests": Reader(_always("vendor.json", json.dumps(COUNT).encode()), _quota),
    "log of runs": Reader(_always("runs.jsonl", json.dumps(RUN_LINE).encode()), _log),
    "open incidents": Reader(_always("incidents.json", json.dumps(INCIDENTS).encode()), _incidents),
    "kept payload": Reader(_snapshot, _snapshots, cost=2),
    "stamp of a table": Reader(_stamp, _stamps, cost=8),
    "table of the lake": Reader(_lake, _tables, cost=8),
    "checksums of data files": Reader(_recorded_checksums, _checksums, cost=2),
    "catalogue": Reader(_published, _catalogue, cost=16),
    "manifest of a backup": Reader(_files_of_backup("backups"), _backups, cost=2),
    "file of a backup": Reader(_files_of_backup("files"), _backups, cost=2),
}
