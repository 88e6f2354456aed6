"""The command `funnel`: the funnel of one date, read from the published warehouse."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.console import Console

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import Publication, open_publication
from smallcap.questions.dates import date_refused
from smallcap.reports.funnel_sheet import funnel_sheet
from smallcap.settings import Settings

Row = dict[str, Any]

LISTS = {
    "Survivors": "survivors",
    "Borderline survivors": "borderline",
    "To verify, of those that nothing failed": "to_verify",
}


def show_funnel(settings: Settings, as_of: dt.date | None, most: int, out: Console) -> None:
    """Show the funnel of a date: attrition, survivors, borderline companies and those to verify.

    Each list shows at most `most` companies.

    Raises
    ------
    InputError
        When the funnel of that date was never made; the message says what to run, and names the nearest
        dates.
    """
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or latest_funnel(settings, publication)
        attrition = attrition_of(settings, publication, date)
        listed = publication.ask("funnel_lists", as_of=date)
        told = claims_of(publication, date).told
    groups = {title: [row for row in listed if row["list"] == name] for title, name in LISTS.items()}
    out.print(funnel_sheet(told, attrition, groups, most))


def attrition_of(settings: Settings, publication: Publication, date: dt.date) -> list[Row]:
    """Return the attrition of a date.

    Raises
    ------
    InputError
        When the funnel of that date was never made; the message says what to run, and the nearest dates.
    """
    attrition = publication.ask("funnel_attrition", as_of=date)
    if not attrition:
        raise date_refused(settings, publication, "funnel", date, _dates(publication))
    return attrition


def latest_funnel(settings: Settings, publication: Publication) -> dt.date:
    """Return the latest date with a funnel.

    Raises
    ------
    InputError
        When there is none yet.
    """
    dates = _dates(publication)
    if not dates:
        raise InputError(f"the warehouse holds no funnel yet; make one with: {command_hint(settings, 'run')}")
    return dates[-1]


def _dates(publication: Publication) -> list[dt.date]:
    return [row["as_of"] for row in publication.ask("funnel_dates")]
