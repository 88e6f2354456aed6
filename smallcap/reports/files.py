"""Reports as files: the answers to the questions of ``sql/report``.

Page, CSV files and the list of all dates written.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from smallcap.errors import InputError
from smallcap.private_files import make_private, write_private
from smallcap.questions import OlderPublicationError, Publication, open_publication, question
from smallcap.questions.dates import date_refused
from smallcap.reports.page.csv_files import csv_text
from smallcap.reports.page.data import ReportData, read_report
from smallcap.reports.page.health import HealthNote
from smallcap.reports.page.render import render_list, render_report
from smallcap.settings import Settings
from smallcap.warehouse.new_files import require_outside

PAGE_FILE = "index.html"


@dataclass(frozen=True)
class Written:
    """A report that was written.

    Attributes
    ----------
    as_of
        Its date.
    page
        Its page; the CSV files are in the same folder.
    versions
        The version of each published table that it was read from.
    """

    as_of: dt.date
    page: Path
    versions: dict[str, int]


def newest_date(settings: Settings, years: Collection[int] = ()) -> dt.date | None:
    """Find the newest published date with members, of these years where any are given.

    None where there is none.
    """
    with open_publication(settings.warehouse_dir) as publication:
        known: list[dt.date] = [row["as_of"] for row in publication.ask("dates")]
    return max((date for date in known if not years or date.year in years), default=None)


def write_report(
    settings: Settings, as_of: dt.date, reports_dir: Path | None = None, health: HealthNote | None = None
) -> Written:
    """Write the report of a date, and the list of all dates.

    Parameters
    ----------
    settings
        The settings; the warehouse is found by them.
    as_of
        The date.
    reports_dir
        Folder of the reports; None for that of the home.
    health
        What the head of the page says of the health of the home; None says nothing.

    Raises
    ------
    InputError
        When nothing was published of the date, the folder is one of the home's own, or its files cannot be
        written; the message says what to do.
    NothingPublishedError
        When nothing was published yet.
    """
    if reports_dir is not None and not reports_dir.resolve().is_relative_to(settings.reports_dir.resolve()):
        require_outside(reports_dir, settings.home)
    with open_publication(settings.warehouse_dir) as publication:
        dates = publication.frame("dates")
        if as_of not in (known := dates["as_of"].to_list()):
            raise date_refused(settings, publication, "report", as_of, known)
        report = read_report(as_of, _asker(publication, as_of))
    reports_dir = reports_dir or settings.reports_dir
    folder = reports_dir / as_of.isoformat()
    tables = {field.name: getattr(report.data, field.name) for field in fields(ReportData)}
    page = render_report(report, health)
    try:
        for name, frame in tables.items():
            if frame.columns:
                _write(folder / f"{name}.csv", csv_text(frame))
        _write(folder / PAGE_FILE, page)
        written = {date for date in dates["as_of"] if (reports_dir / date.isoformat() / PAGE_FILE).is_file()}
        _write(reports_dir / PAGE_FILE, render_list(report.label, dates.to_dicts(), written))
    except OSError as error:
        raise InputError(
            f"the report of {as_of} cannot be written below {reports_dir} ({error.strerror}); "
            "name another folder for it: smallcap report --output FOLDER"
        ) from None
    return Written(
        as_of, folder / PAGE_FILE, dict(report.data.versions.select("table_name", "version").iter_rows())
    )


def remove_unpublished(settings: Settings) -> list[dt.date]:
    """Remove the reports in the home whose date is no longer published; return their dates.

    The newest date of the running month moves on with every night, so each of them would leave a report.
    Dates that were requested by name, and month ends, stay published. Files of others in a report's folder
    stay.
    """
    with open_publication(settings.warehouse_dir) as publication:
        known = {row["as_of"] for row in publication.ask("dates")}
    removed = []
    for page in sorted(settings.reports_dir.glob(f"????-??-??/{PAGE_FILE}")):
        try:
            date = dt.date.fromisoformat(page.parent.name)
        except ValueError:
            continue
        if date not in known:
            # What cannot be removed is in nobody's way.
            with suppress(OSError):
                for file in (*page.parent.glob("*.csv"), page):
                    file.unlink(missing_ok=True)
                removed.append(date)
                page.parent.rmdir()
    return removed


def parameters_of(name: str, as_of: dt.date) -> dict[str, object]:
    """Return the parameters of a question in the report of a date: all survivors, as known on the date."""
    values = {"as_of": as_of, "entity": None, "method": None, "basis": "point_in_time"}
    return {parameter: values[parameter] for parameter in question(name).parameters}


def _asker(publication: Publication, as_of: dt.date) -> Callable[[str], pl.DataFrame]:
    def ask(name: str) -> pl.DataFrame:
        """Answer a question; without rows where the publication is older than it."""
        try:
            return publication.frame(name, **parameters_of(name, as_of))
        except OlderPublicationError:
            return pl.DataFrame()

    return ask


def _write(path: Path, text: str) -> None:
    """Write a file so that a reader finds either the complete old one or the complete new one."""
    make_private(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    write_private(temporary, text.encode())
    os.replace(temporary, path)
