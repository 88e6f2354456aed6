"""What the commands about object stores do and say."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError
from smallcap.fleet.store.collecting import collect
from smallcap.fleet.store.contents import contents_of
from smallcap.fleet.store.layout import newest, read_manifest
from smallcap.fleet.store.objects import open_store
from smallcap.fleet.store.pulling import pull
from smallcap.fleet.store.pushing import push
from smallcap.home_paths import require_usable_home
from smallcap.pipelines.command.backups import ENDING_SECONDS, file_progress
from smallcap.pipelines.signals import ending_in
from smallcap.settings import Settings
from smallcap.warehouse.reading import served_path


def show_push(settings: Settings, address: str, out: Console, err: Console) -> None:
    """Push what a home serves, and say what is served now."""
    served_path(settings.warehouse_dir)
    store = open_store(address)
    before = newest(store)
    manifest = read_manifest(store, before.manifest) if before is not None else None
    known = manifest.files if manifest is not None else {}
    with (
        ending_in(ENDING_SECONDS),
        file_progress("sending", err) as tell,
        tempfile.TemporaryDirectory() as scratch,
    ):
        done = push(contents_of(settings, known, Path(scratch)), store, tell)
    told = f"{store.address} serves run {done.pointer.run_id} as number {done.pointer.number}"
    told += f": {done.files:,} files; {done.new_files:,} new, {_mb(done.new_bytes)}"
    told += "" if done.is_new else "; it did already, and nothing was changed"
    _say(out, told)


def show_pull(home: Path | None, address: str, out: Console, err: Console) -> None:
    """Pull what a store serves, and say what the copy serves now."""
    if home is None:
        raise InputError("name the folder of the copy with --home; a pull never writes to the home of a run")
    folder = require_usable_home(home)
    store = open_store(address, must_exist=True)
    with ending_in(ENDING_SECONDS), file_progress("fetching", err) as tell:
        done = pull(folder, store, tell)
    _say(
        out,
        f"{folder} serves run {done.pointer.run_id}, number {done.pointer.number} of {store.address}: "
        f"{done.files:,} files; {done.new_files:,} fetched, {_mb(done.new_bytes)}",
    )


def show_gc(address: str, keep: int, out: Console) -> None:
    """Clean a store up, and say what was removed."""
    store = open_store(address, must_exist=True)
    done = collect(store, keep)
    _say(
        out,
        f"{store.address}: {done.kept} publications stay; removed {done.publications} publications and "
        f"{done.files:,} files, {_mb(done.bytes)}",
    )


def _say(out: Console, told: str) -> None:
    out.print(escape(told), highlight=False, soft_wrap=True)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
