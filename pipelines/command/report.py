"""The command `report`: write the report of a date that is published, or its first part as one file."""

from __future__ import annotations

import datetime as dt
import os
import webbrowser
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError, UnwritableHomeError
from smallcap.health_note import health_note
from smallcap.hints import command_hint
from smallcap.lake import Home
from smallcap.reports.files import Written, newest_date, write_report, write_single_file
from smallcap.settings import Settings


def make_report(
    settings: Settings, as_of: dt.date | None, folder: Path | None, *, is_opened: bool, out: Console
) -> None:
    """Write the report of a date and the list of all dates.

    In the home it is recorded which versions of the tables a report was made from, so that they are kept. A
    report elsewhere changes nothing in the home, and is none of its records.

    Parameters
    ----------
    settings
        The settings.
    as_of
        The date; None for the newest.
    folder
        Folder of the reports; None for that of the home.
    is_opened
        Whether to show the page in the browser.
    out
        Where its path goes.

    Raises
    ------
    InputError
        When the date was never run, or nothing can be written in the home; the message says what to do.
    HomeBusyError
        When a run is writing to the home.
    """
    home, date = Home(settings), _date(settings, as_of)
    if folder is not None:
        written = write_report(settings, date, folder.absolute(), health_note(settings, is_within_run=False))
    elif not os.access(settings.home, os.W_OK):
        raise _unwritable(settings)
    else:
        written = _write_in_home(home, date)
    _tell(written.page, is_opened=is_opened, out=out)


def make_single_file(
    settings: Settings, as_of: dt.date | None, path: Path, *, is_opened: bool, out: Console
) -> None:
    """Write the first part of the report of a date as one file; the home is not changed.

    Parameters
    ----------
    settings, as_of, is_opened, out
        As for `make_report`.
    path
        The file.

    Raises
    ------
    InputError
        When the date was never run, or the file cannot be written; the message says what to do.
    """
    health = health_note(settings, is_within_run=False)
    written = write_single_file(settings, _date(settings, as_of), path.absolute(), health)
    _tell(written, is_opened=is_opened, out=out)


def _date(settings: Settings, as_of: dt.date | None) -> dt.date:
    date = as_of or newest_date(settings)
    if date is None:
        raise InputError(f"no date with members is published; make one with: {command_hint(settings, 'run')}")
    return date


def _tell(page: Path, *, is_opened: bool, out: Console) -> None:
    out.print(escape(str(page)), highlight=False, soft_wrap=True)
    if is_opened:
        webbrowser.open(page.as_uri())


def _write_in_home(home: Home, date: dt.date) -> Written:
    """Write a report in its home, and record which versions of the tables it was made from."""
    try:
        with home.writing_records():
            health = health_note(home.settings, is_within_run=False)
            written = write_report(home.settings, date, health=health)
            home.records.replace_kept_versions(written.as_of.isoformat(), written.versions)
    except UnwritableHomeError:
        raise _unwritable(home.settings) from None
    return written


def _unwritable(settings: Settings) -> InputError:
    return InputError(
        f"the home {settings.home} cannot be written to, so no report can be put there; "
        f"name a folder for it: {command_hint(settings, 'report', '--output', 'FOLDER')}"
    )
