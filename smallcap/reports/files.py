"""Reports as files: the answers to the questions of ``sql/report``.

Pages, CSV files, data files of companies, and the list of all dates written.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from smallcap.errors import InputError
from smallcap.private_files import make_private, write_private
from smallcap.questions import OlderPublicationError, Publication, open_publication, question
from smallcap.questions.dates import date_refused
from smallcap.reports.neighbours import beside, with_dates
from smallcap.reports.page.companies import FOLDER, company_files
from smallcap.reports.page.comparison import summary_file
from smallcap.reports.page.csv_files import csv_text
from smallcap.reports.page.data import Report, ReportData, read_report
from smallcap.reports.page.filter_names import filter_names
from smallcap.reports.page.health import HealthNote
from smallcap.reports.page.links import PAGES
from smallcap.reports.page.render import (
    render_companies,
    render_comparison,
    render_list,
    render_pages,
    render_single,
)
from smallcap.reports.page.sheets import everyone, own_pages, sheets_of
from smallcap.settings import Settings
from smallcap.warehouse.new_files import require_outside

PAGE_FILE, COMPARISON_FILE, SUMMARY_FILE = "index.html", "compare.html", "summary.js"
OF_A_REPORT = ("*.csv", "*.html", SUMMARY_FILE, f"{PAGES}/*.html", f"{FOLDER}/*.js")
"""Files that a report consists of."""


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
    report, dates = _read(settings, as_of)
    reports_dir = reports_dir or settings.reports_dir
    folder = reports_dir / as_of.isoformat()
    try:
        written = {date for date in dates["as_of"] if (reports_dir / date.isoformat() / PAGE_FILE).is_file()}
        _write_folder(report, folder, health, written | {as_of})
        _write_of_all_dates(report, dates, reports_dir, written | {as_of})
    except OSError as error:
        raise InputError(
            f"the report of {as_of} cannot be written below {reports_dir} ({error.strerror}); "
            "name another folder for it: smallcap report --output FOLDER"
        ) from None
    return Written(
        as_of, folder / PAGE_FILE, dict(report.data.versions.select("table_name", "version").iter_rows())
    )


def write_single_file(
    settings: Settings, as_of: dt.date, path: Path, health: HealthNote | None = None
) -> Path:
    """Write the first part of the report of a date as one file, for mail.

    Parameters
    ----------
    settings, as_of, health
        As for `write_report`.
    path
        The file.

    Raises
    ------
    InputError
        When nothing was published of the date, or the file cannot be written; the message says what to do.
    """
    require_outside(path, settings.home)
    report, _ = _read(settings, as_of)
    try:
        _write(path, render_single(report, health))
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); name another file") from None
    return path


def _read(settings: Settings, as_of: dt.date) -> tuple[Report, pl.DataFrame]:
    """Read the report of a date, and the rows of all dates, from one publication."""
    with open_publication(settings.warehouse_dir) as publication:
        dates = publication.frame("dates")
        if as_of not in (known := dates["as_of"].to_list()):
            raise date_refused(settings, publication, "report", as_of, known)
        return read_report(as_of, _asker(publication, as_of)), dates


def _write_folder(
    report: Report, folder: Path, health: HealthNote | None, written: Collection[dt.date]
) -> None:
    """Write everything of one date; unchanged files stay, the first page comes last."""
    own = own_pages(report.data)
    for field in fields(ReportData):
        frame = getattr(report.data, field.name)
        if frame.columns:
            _write(folder / f"{field.name}.csv", csv_text(_of_companies(field.name, frame, own)))
    names = filter_names(report.data.sheet_path)
    _write_all(folder / PAGES, render_companies(report))
    _write_all(folder / FOLDER, company_files(sheets_of(report.data, everyone(report.data)), names))
    _write(folder / SUMMARY_FILE, summary_file(report))
    for name, page in reversed(render_pages(report, health).items()):
        _write(folder / name, with_dates(page, name, report.as_of, written, folder.parent))


def _of_companies(name: str, frame: pl.DataFrame, own: Collection[int]) -> pl.DataFrame:
    """Keep the rows of companies with a page of their own; the data files hold those of every member."""
    return frame.filter(pl.col("entity_id").is_in(list(own))) if name.startswith("sheet_") else frame


def _write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder of ours, and remove those of an earlier report that are none of them."""
    for name, text in texts.items():
        _write(folder / name, text)
    for path in [*folder.glob("*.html"), *folder.glob("*.js")]:
        if path.name not in texts and path.stem.isdigit():
            path.unlink()


def _write_of_all_dates(
    report: Report, dates: pl.DataFrame, reports_dir: Path, written: Collection[dt.date]
) -> None:
    """Write the list and the comparison, and the links of the dates before and after to this one."""
    for date in filter(None, beside(report.as_of, written)):
        for path in (reports_dir / date.isoformat()).glob("*.html"):
            page = path.read_text(encoding="utf-8")
            _write(path, with_dates(page, path.name, date, written, reports_dir))
    _write(reports_dir / COMPARISON_FILE, render_comparison(report.label, written))
    _write(reports_dir / PAGE_FILE, render_list(report.label, dates.to_dicts(), written))


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
                for pattern in OF_A_REPORT:
                    for file in page.parent.glob(pattern):
                        file.unlink(missing_ok=True)
                removed.append(date)
            for folder in (PAGES, FOLDER, "."):
                with suppress(OSError):
                    (page.parent / folder).rmdir()
    return removed


def parameters_of(name: str, as_of: dt.date) -> dict[str, object]:
    """Return the parameters of a question in the report of a date: all survivors, as known on the date."""
    values = {"as_of": as_of, "entity": None, "ticker": None, "method": None, "basis": "point_in_time"}
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
    """Write a file so that a reader finds either the complete old one or the complete new one.

    A file that holds the text already is left as it is, with its time.
    """
    content = text.encode()
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return
    make_private(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    write_private(temporary, content)
    os.replace(temporary, path)
