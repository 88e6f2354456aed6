"""The page itself: templates with escaping on, inline style and script allowed by their hashes alone."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from smallcap.reports.claims import is_synthetic, origin
from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.page import formats
from smallcap.reports.page.data import Report
from smallcap.reports.page.health import HealthNote
from smallcap.reports.page.sections import sections_of
from smallcap.reports.page.sheets import MAIN_LINES, sheets_of
from smallcap.reports.page.tables import TONES

PACKAGE = "smallcap.reports.page"


@dataclass(frozen=True)
class Headline:
    """A figure at the head of the page."""

    label: str
    value: str
    detail: str


def render_report(report: Report, health: HealthNote | None = None) -> str:
    """Write the page of a report.

    Parameters
    ----------
    report
        What it shows.
    health
        What its head says of the health of the home.

    Returns
    -------
    str
        A complete HTML document that loads nothing.
    """
    return _fill(
        "report.html.j2",
        report=report,
        health=health,
        about=report.data.about.row(0, named=True),
        headlines=_headlines(report),
        sections=sections_of(report),
        sheets=sheets_of(report.data),
        main_lines=MAIN_LINES,
    )


def render_list(label: str, dates: Sequence[Mapping[str, Any]], written: set[dt.date]) -> str:
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


def _fill(template: str, **context: object) -> str:
    style, script = _package_file("style.css"), _package_file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        f"base-uri 'none'; form-action 'none'"
    )
    # Both are the package's own files: nothing in them comes from data.
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
    environment.filters["exclusion"] = exclusion_words
    environment.filters["written"] = lambda value, name: formats.FORMATS[name](value)
    environment.filters["tone"] = lambda status: TONES.get(status, "plain")
    return environment


@cache
def _package_file(name: str) -> str:
    return (files(PACKAGE) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _headlines(report: Report) -> list[Headline]:
    data = report.data
    coverage = data.coverage.filter(pl.col("as_of") == report.as_of).row(0, named=True)
    headlines = [
        Headline(
            "Members",
            formats.integer(coverage["members"]),
            f"{formats.integer(coverage['fresh_fundamentals'])} with a fresh record",
        ),
        Headline(
            "Scored",
            formats.integer(coverage["screened"]),
            f"{formats.percent(coverage['screened_share'])} of the members",
        ),
    ]
    if data.funnel_attrition.height:
        funnel = data.funnel_attrition.row(0, named=True)
        unverified = formats.integer(funnel["outcome_survivor_unverified"])
        headlines.append(
            Headline("Survivors", formats.integer(funnel["outcome_survivor"]), f"and {unverified} unverified")
        )
    if data.checks.height:
        headlines.append(_checks_headline(data.checks))
    return headlines


def _checks_headline(checks: pl.DataFrame) -> Headline:
    counts = dict(checks.group_by("status").len().iter_rows())
    bad = ", ".join(f"{counts[status]} {status}" for status in ("failed", "warned") if status in counts)
    passed = formats.integer(counts.get("passed", 0))
    return Headline("Checks passed", passed, bad or "none failed or warned")
