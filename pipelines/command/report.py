"""The command `report`: write the report of a date that is published, and say where it is."""

from __future__ import annotations

import datetime as dt
import webbrowser

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.pipelines.command.hints import command_hint
from smallcap.reports.files import newest_date, write_report
from smallcap.settings import Settings


def make_report(settings: Settings, as_of: dt.date | None, *, is_opened: bool, out: Console) -> None:
    """Write the report of a date and the list of all dates.

    Parameters
    ----------
    settings
        The settings.
    as_of
        The date; None for the newest.
    is_opened
        Whether to show the page in the browser.
    out
        Where its path goes.

    Raises
    ------
    InputError
        When the date was never run; the message says what to run.
    HomeBusyError
        When a run is writing to the home.
    """
    home, date = Home(settings), as_of or newest_date(settings)
    if date is None:
        raise InputError(f"no date with members is published; make one with: {command_hint(settings, 'run')}")
    with home.writing_records():
        written = write_report(settings, date)
        home.records.replace_kept_versions(written.as_of.isoformat(), written.versions)
    out.print(escape(str(written.page)), highlight=False, soft_wrap=True)
    if is_opened:
        webbrowser.open(written.page.as_uri())
