"""The pages of a report: templates with escaping on, inline style and script allowed by their hashes."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from smallcap.reports.claims import is_synthetic, origin
from smallcap.reports.page import formats
from smallcap.reports.page.charts.company import fiscal_years
from smallcap.reports.page.companies import FILES, FOLDER
from smallcap.reports.page.data import Report
from smallcap.reports.page.figures import figures_of
from smallcap.reports.page.filter_names import filter_names
from smallcap.reports.page.health import HealthNote
from smallcap.reports.page.links import ANY_COMPANY, PAGES, Links
from smallcap.reports.page.sections import first_blocks, sections_of, single_blocks
from smallcap.reports.page.sections.blocks import Section
from smallcap.reports.page.sheet_words import facts, loading_words, score_words
from smallcap.reports.page.sheets import MAIN_LINES, everyone, own_pages, sheets_of
from smallcap.reports.page.summary import summary
from smallcap.reports.page.tables import SHOWN_ROWS, TONES

PACKAGE = "smallcap.reports.page"
FIRST = "index"
PAGE_OF = {
    "quality": ("quality",),
    "funnel": ("funnel",),
    "members": ("members",),
    "factors": ("factors",),
    "anatomy": ("index",),
    "data": ("trust", "origin"),
    "study": ("published",),
}
"""The sections of each page, in the order of the links to them."""
LEFT_OUT = (
    "It leaves out the pages on quality, factors, index, data and study, the tables of every member, the "
    "page of each "
    "company, and the CSV files. They are in the folder that the command smallcap report writes."
)
SCRIPTS = ("filters.js", "page.js")
"""What every page runs; in this order, for the second uses the first."""
# The data files lie beside the page: `file:` where it was opened from disk, else its server.
OWN_FILES = "'self' file:"


def render_pages(report: Report, health: HealthNote | None = None) -> dict[str, str]:
    """Write the pages of a report.

    Parameters
    ----------
    report
        What they show.
    health
        What the head of the first page says of the health of the home.

    Returns
    -------
    dict[str, str]
        Complete HTML documents by the names of their files.
    """
    own = own_pages(report.data)
    links = Links(own, everyone(report.data))
    sections = sections_of(report, links)
    shared: dict[str, Any] = {**_shared(report), "sections": [_door(file, sections) for file in PAGE_OF]}
    pages = {
        f"{FIRST}.html": _fill(
            "first.html.j2",
            **shared,
            here=FIRST,
            title="Overview",
            sentences=summary(report.data),
            figures=figures_of(report.data),
            health=health,
            blocks=first_blocks(report, links),
        )
    }
    about = report.data.about.row(0, named=True)
    for file, names in PAGE_OF.items():
        shown = [sections[name] for name in names]
        page = {**shared, "sections": shown, "here": file, "title": shown[0].title, "about": about}
        pages[f"{file}.html"] = _fill("question.html.j2", **page)
    pages[ANY_COMPANY] = _fill(
        "any.html.j2",
        more=("company.js",),
        sources=OWN_FILES,
        **_shared(report),
        here="members",
        title="Any member",
        folder=FOLDER,
        files=FILES,
    )
    return pages


def render_companies(report: Report) -> dict[str, str]:
    """Write the companies' own pages, by the names of their files in the folder of companies."""
    names = filter_names(report.data.sheet_path)
    shared: dict[str, Any] = {
        **_shared(report),
        "root": "../",
        "here": PAGES,
        "names": names,
        "main_lines": MAIN_LINES,
    }
    return {
        f"{sheet.identity['entity_id']}.html": _fill(
            "sheet.html.j2",
            **shared,
            title=sheet.identity["ticker"],
            sheet=sheet,
            chart=fiscal_years(sheet.years),
        )
        for sheet in sheets_of(report.data, own_pages(report.data))
    }


def render_single(report: Report, health: HealthNote | None = None) -> str:
    """Write the first part of a report as one file that links to nothing."""
    return _fill(
        "single.html.j2",
        report=report,
        release=report.release,
        sentences=summary(report.data),
        figures=figures_of(report.data),
        health=health,
        left_out=LEFT_OUT,
        shown_rows=SHOWN_ROWS,
        blocks=single_blocks(report),
    )


def render_list(label: str, dates: Sequence[Mapping[str, Any]], written: Collection[dt.date]) -> str:
    """Write the list of all dates.

    Parameters
    ----------
    label
        What the data are.
    dates
        Rows of the question `dates`, newest first.
    written
        Dates whose report exists.
    """
    return _fill(
        "list.html.j2", origin=origin(label), is_synthetic=is_synthetic(label), dates=dates, written=written
    )


def render_comparison(label: str, written: Collection[dt.date]) -> str:
    """Write the page that puts the reports of two dates beside each other."""
    dates = sorted(written, reverse=True)
    return _fill(
        "compare.html.j2",
        more=("compare.js",),
        sources=OWN_FILES,
        origin=origin(label),
        is_synthetic=is_synthetic(label),
        dates=dates,
    )


def _door(file: str, sections: Mapping[str, Section]) -> dict[str, str]:
    first = sections[PAGE_OF[file][0]]
    return {"file": file, "title": first.title, "question": first.question}


def _shared(report: Report) -> dict[str, Any]:
    titles = {"members": "Companies", "anatomy": "Index"}
    pages = [(FIRST, "Overview"), *((file, titles.get(file, file.capitalize())) for file in PAGE_OF)]
    return {"report": report, "root": "", "pages": pages, "release": report.release, "shown_rows": SHOWN_ROWS}


def _fill(template: str, more: Sequence[str] = (), sources: str = "", **context: object) -> str:
    style = _package_file("style.css")
    script = "\n".join(map(_package_file, (*SCRIPTS, *more)))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src "
        f"'{_hash(script)}'{' ' if sources else ''}{sources}; "
        f"img-src data:; base-uri 'none'; form-action 'none'"
    )
    # All are the package's own files: nothing in them comes from data.
    return (
        _environment()
        .get_template(template)
        .render(style=Markup(style), script=Markup(script), policy=policy, **context)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FORMATS)
    environment.filters["figure"] = formats.figure
    environment.filters["facts"] = facts
    environment.filters["score_words"] = score_words
    environment.filters["loading_words"] = loading_words
    environment.filters["written"] = lambda value, name: formats.FORMATS[name](value)
    environment.filters["tone"] = lambda status: TONES.get(status, "plain")
    return environment


@cache
def _package_file(name: str) -> str:
    return (files(PACKAGE) / name).read_text(encoding="utf-8")


@cache
def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
