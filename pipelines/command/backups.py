"""What the commands `backup` and `restore` do and say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from smallcap.backup.restoring import chosen, require_empty, restore_backup, verify_backup
from smallcap.backup.store import BackupStore
from smallcap.backup.taking import Tell, plan_backup, take_backup
from smallcap.errors import InputError
from smallcap.pipelines.command.progress import counting_bar
from smallcap.pipelines.signals import ending_in
from smallcap.settings import Settings

ENDING_SECONDS = 20.0
"""How long a signal waits for the file that is being copied."""
LINES = 10
"""Lines of progress where nobody watches a terminal."""


def show_backup(settings: Settings, destination: Path, keep: int | None, out: Console, err: Console) -> None:
    """Take a backup, remove old ones where that was asked for, and say what was copied."""
    with ending_in(ENDING_SECONDS), file_progress("copying", err) as tell:
        taken = take_backup(settings, destination, tell)
    manifest = taken.manifest
    told = (
        f"backup {manifest.name} of run {manifest.run_id}: {len(manifest.files):,} files, "
        f"{_mb(manifest.size)}; {taken.new_files:,} new, {_mb(taken.new_bytes)}"
    )
    if keep is not None:
        store = BackupStore(destination)
        with store.writing():
            told += f"; {store.prune(keep)} older backups removed"
    _say(out, told)


def show_backup_plan(settings: Settings, destination: Path, out: Console) -> None:
    """Say how much a backup would copy."""
    planned = plan_backup(settings, destination)
    _say(
        out,
        f"the backup would hold {planned.files:,} files, {_mb(planned.bytes)}, and read "
        f"{planned.read_files:,} of them, {_mb(planned.read_bytes)}; the others are in {destination}",
    )


def show_backups(source: Path, out: Console) -> None:
    """List the backups of a folder, oldest first."""
    store = BackupStore(source)
    for name in store.names():
        try:
            manifest = store.manifest(name)
        except InputError as error:
            _say(out, f"{name}  {error}")
        else:
            told = f"{len(manifest.files):,} files, {_mb(manifest.size)}"
            _say(out, f"{name}  run {manifest.run_id}, published {manifest.published_at} UTC: {told}")


def show_verified(settings: Settings, source: Path, at: str | None, out: Console) -> None:
    """Verify a backup, and say whether it could be restored into the home."""
    store = BackupStore(source)
    manifest = chosen(store, at)
    verify_backup(store, manifest)
    require_empty(settings.home)
    _say(
        out,
        f"backup {manifest.name} of run {manifest.run_id} is sound: {len(manifest.files):,} files, "
        f"{_mb(manifest.size)}; it would be restored into {settings.home}",
    )


def show_restored(settings: Settings, source: Path, at: str | None, out: Console, err: Console) -> None:
    """Restore a backup, and say what is served now."""
    store = BackupStore(source)
    manifest = chosen(store, at)
    with ending_in(ENDING_SECONDS), file_progress("restoring", err) as tell:
        restore_backup(settings, store, manifest, tell)
    _say(
        out,
        f"restored backup {manifest.name} into {settings.home}: run {manifest.run_id}, published "
        f"{manifest.published_at} UTC, is served",
    )


@contextmanager
def file_progress(what: str, err: Console) -> Iterator[Tell]:
    """Show how many files are done: a bar in a terminal, else some lines."""
    with counting_bar(err) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            """Show the files that are done."""
            bar.update(task, completed=done, total=total)
            if not err.is_terminal and done % max(total // LINES, 1) == 0:
                err.print(f"  {what}: {done:,} of {total:,} files", highlight=False)

        yield tell


def _say(out: Console, told: str) -> None:
    out.print(escape(told), highlight=False, soft_wrap=True)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
