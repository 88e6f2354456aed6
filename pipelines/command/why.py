"""The commands `why` and `funnel`: one company at a date, member or held by a book, and one date.

Read from the published warehouse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.console import Console, RenderableType

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import Publication, open_publication
from smallcap.questions.dates import date_refused
from smallcap.reports.tear_sheet import funnel_sheet, outsider_sheet, tear_sheet
from smallcap.settings import Settings

Row = dict[str, Any]

METHODS = ("published", "debt_free_aware")
LISTS = {
    "Survivors": "survivors",
    "Borderline survivors": "borderline",
    "To verify, of those that nothing failed": "to_verify",
}


def show_company(settings: Settings, ticker: str, as_of: dt.date | None, method: str, out: Console) -> None:
    """Show the tear sheet of a company at a date.

    Of one that is no member, what a book holds of it and its figures.

    Raises
    ------
    InputError
        When the funnel of that date was never made, or neither a member nor a book's line carries the ticker;
        the message says what to run, and names the nearest dates, or those on which a member did.
    """
    if method not in METHODS:
        raise InputError(f"there is no method '{method}'; the methods are: {', '.join(METHODS)}")
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or _latest(settings, publication)
        _attrition(settings, publication, date)
        found = publication.ask("member_by_symbol", symbol=ticker, as_of=date)
        lay_out = (
            _member(publication, found[0], date, method) if found else _outsider(publication, ticker, date)
        )
    out.print(lay_out)


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
        date = as_of or _latest(settings, publication)
        attrition = _attrition(settings, publication, date)
        listed = publication.ask("funnel_lists", as_of=date)
        told = claims_of(publication, date).told
    groups = {title: [row for row in listed if row["list"] == name] for title, name in LISTS.items()}
    out.print(funnel_sheet(told, attrition, groups, most))


def _member(publication: Publication, identity: Row, date: dt.date, method: str) -> RenderableType:
    asked = {"as_of": date, "entity": identity["entity_id"]}
    return tear_sheet(
        claims_of(publication, date).told,
        identity,
        publication.ask("sheet_path", **asked),
        publication.ask("sheet_lenses", **asked),
        publication.ask("sheet_scores", **asked, method=method, basis=None),
        publication.ask("sheet_years", **asked),
        publication.ask("sheet_loadings", **asked),
    )


def _outsider(publication: Publication, ticker: str, date: dt.date) -> RenderableType:
    """Lay out a company that is no member at the date but held by a book."""
    found = publication.ask("book_line_by_symbol", symbol=ticker)
    if not found:
        dates = [str(row["as_of"]) for row in publication.ask("dates_of_symbol", symbol=ticker)]
        known = f"it was a member at {', '.join(dates)}" if dates else "no member ever carried it here"
        raise InputError(
            f"no member carries the ticker '{ticker}' at {date}, nor does a line of a book; {known}"
        )
    held = publication.ask("books_with_line", security=found[0]["security_id"], as_of=date)
    years = publication.ask("sheet_years", as_of=date, entity=found[0]["entity_id"])
    return outsider_sheet(claims_of(publication, date).told, date, found[0], held, years)


def _attrition(settings: Settings, publication: Publication, date: dt.date) -> list[Row]:
    attrition = publication.ask("funnel_attrition", as_of=date)
    if not attrition:
        raise date_refused(settings, publication, "funnel", date, _dates(publication))
    return attrition


def _latest(settings: Settings, publication: Publication) -> dt.date:
    dates = _dates(publication)
    if not dates:
        raise InputError(f"the warehouse holds no funnel yet; make one with: {command_hint(settings, 'run')}")
    return dates[-1]


def _dates(publication: Publication) -> list[dt.date]:
    return [row["as_of"] for row in publication.ask("funnel_dates")]
