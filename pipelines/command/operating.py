"""The commands `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smallcap.exit_codes import MEANINGS, ExitCode
from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import ERR, OUT, HomeOption, usable

BACKUP_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the backup is complete; {ExitCode.INPUT} the folder cannot be written "
    f"to, or is in the home; {ExitCode.BUSY} another backup is being written there; {ExitCode.UNPUBLISHED} "
    f"nothing is published, or files of it are gone; {ExitCode.DEGRADED} a data file of the home is damaged; "
    f"{ExitCode.INTERRUPTED} and {ExitCode.TERMINATED} stopped: what was copied is kept."
)
RESTORE_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the home is there; {ExitCode.INPUT} the backup is damaged or incomplete, "
    f"or the home is not empty; {ExitCode.BUSY} {MEANINGS[ExitCode.BUSY]}; {ExitCode.INTERRUPTED} and "
    f"{ExitCode.TERMINATED} stopped: the home stays empty."
)


def backup(
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="DEST",
            help="The folder of backups, on another disk.",
            callback=usable,
        ),
    ],
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Then remove all but so many of the newest backups.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how much would be copied; write nothing.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Copy what is published, with all that the home needs to go on; a run may write meanwhile.

    A file that an earlier backup in the folder has is not copied again.
    """
    from smallcap.pipelines.command.backups import show_backup, show_backup_plan

    settings = settings_of(home=home)
    if dry_run:
        show_backup_plan(settings, destination, OUT)
    else:
        show_backup(settings, destination, keep, OUT, ERR)


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="The folder that backup was given.", callback=usable)
    ],
    at: Annotated[
        str | None,
        typer.Option(
            help="The backup to restore, by its name; --list shows them.", show_default="the newest"
        ),
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="List the backups in the folder.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Verify every checksum of the backup; write nothing.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Make a home of a backup, in an empty folder; a backup that is damaged anywhere is refused."""
    from smallcap.pipelines.command.backups import show_backups, show_restored, show_verified

    if names:
        show_backups(source, OUT)
    elif dry_run:
        show_verified(settings_of(home=home), source, at, OUT)
    else:
        show_restored(settings_of(home=home), source, at, OUT, ERR)
