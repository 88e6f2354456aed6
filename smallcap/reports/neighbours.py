"""Links from the pages of a report to the dates before and after, kept up when another date is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from pathlib import Path

from markupsafe import Markup

FIRST_PAGE = "index.html"
_DATES = re.compile(r"(<!--dates-->).*?(<!--/dates-->)", flags=re.DOTALL)


def with_dates(page: str, name: str, as_of: dt.date, dates: Collection[dt.date], reports_dir: Path) -> str:
    """Put the links to other dates into a page; one without a place for them stays as it is.

    Parameters
    ----------
    page
        The page.
    name
        The name of its file.
    as_of
        Its date.
    dates
        The dates that have a report.
    reports_dir
        Folder of the reports.
    """
    links = _links(name, as_of, dates, reports_dir)
    return _DATES.sub(lambda found: f"{found[1]}{links}{found[2]}", page, count=1)


def beside(as_of: dt.date, dates: Collection[dt.date]) -> tuple[dt.date | None, dt.date | None]:
    """Find the dates before and after a date."""
    before = max((date for date in dates if date < as_of), default=None)
    return before, min((date for date in dates if date > as_of), default=None)


def _links(name: str, as_of: dt.date, dates: Collection[dt.date], reports_dir: Path) -> str:
    before, after = beside(as_of, dates)
    parts = [Markup('<a href="../index.html">All dates</a>')]
    if before:
        address = _page(name, before, reports_dir)
        parts.insert(0, Markup('<a rel="prev" href="{}">← {}</a>').format(address, before))
        form = Markup('<a href="../compare.html#from={}&amp;to={}">Compare with {}</a>')
        parts.append(form.format(before, as_of, before))
    if after:
        parts.append(
            Markup('<a rel="next" href="{}">{} →</a>').format(_page(name, after, reports_dir), after)
        )
    return " ".join(parts)


def _page(name: str, date: dt.date, reports_dir: Path) -> str:
    """Return the address of the same page of another date, or of its first page where it has no such page."""
    exists = (reports_dir / date.isoformat() / name).is_file()
    return f"../{date}/{name if exists else FIRST_PAGE}"
