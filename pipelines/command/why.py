"""The command `why`: one company at a date, member or not, read from the published warehouse."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from smallcap.errors import InputError
from smallcap.pipelines.command.funnel import attrition_of, latest_funnel
from smallcap.pipelines.command.judged import judged_company
from smallcap.pipelines.command.naming import company_by_name, known_names, nearest_names
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import Publication, open_publication
from smallcap.questions.typed import require_method, require_symbol_or_name
from smallcap.reports.figure_sources import figure_sources
from smallcap.reports.tear_sheet import outsider_sheet, tear_sheet
from smallcap.settings import Settings

Row = dict[str, Any]


def show_company(settings: Settings, name: str, as_of: dt.date | None, method: str, out: Console) -> None:
    """Show the tear sheet of a company at a date, found by its symbol or else by part of its name.

    One that is no member is judged against the members; books that hold it are shown.

    Raises
    ------
    InputError
        When the funnel of that date was never made; the message says what to run, and names the nearest
        dates. When no line of the source carries the symbol, and not one company has it in its name; the
        message lists those that do, or the nearest, and the dates on which a member had the symbol.
    """
    require_method(method)
    require_symbol_or_name(name)
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or latest_funnel(settings, publication)
        attrition_of(settings, publication, date)
        sheet = _sheet(settings, publication, name, date, method)
        if sheet is None:
            sheet = _named(settings, publication, name, date, method)
    out.print(sheet)


def _member(publication: Publication, identity: Row, date: dt.date, method: str) -> RenderableType:
    asked = {"as_of": date, "entity": identity["entity_id"]}
    sheet = tear_sheet(
        claims_of(publication, date).told,
        identity,
        publication.ask("sheet_path", **asked),
        publication.ask("sheet_lenses", **asked),
        publication.ask("sheet_scores", **asked, method=method, basis=None),
        publication.ask("sheet_years", **asked),
        publication.ask("sheet_loadings", **asked),
        publication.ask("sheet_latest", **asked),
    )
    return _with_sources(publication, sheet, identity["entity_id"], date)


def _with_sources(
    publication: Publication, sheet: RenderableType, entity: int, date: dt.date
) -> RenderableType:
    """Add the filings behind a sheet's figures, where the source names them."""
    sources = publication.ask("figure_sources", as_of=date, entity=entity)
    return Group(sheet, Text(""), figure_sources(sources)) if sources else sheet


def _sheet(
    settings: Settings, publication: Publication, ticker: str, date: dt.date, method: str
) -> RenderableType | None:
    """Lay out the company that carries a symbol; None where none does."""
    found = publication.ask("member_by_symbol", symbol=ticker, entity=None, as_of=date)
    if found:
        return _member(publication, found[0], date, method)
    return _outsider(settings, publication, ticker, date, method)


def _named(
    settings: Settings, publication: Publication, name: str, date: dt.date, method: str
) -> RenderableType:
    """Lay out the one company with a text in its name."""
    dates = _dates_of(publication, name)
    known = f"it was a member at {dates}" if dates else "no member ever carried it here"
    company = None if dates else company_by_name(publication, name, date)
    if company is None:
        raise InputError(
            f"no member carries the ticker '{name}' at {date}, nor does any line of the source; {known}; no "
            f"company has it in its name{nearest_names(name, known_names(publication))}"
        )
    member = publication.ask("member_by_symbol", symbol=None, entity=company["entity_id"], as_of=date)
    if member:
        return _member(publication, member[0], date, method)
    judged = judged_company(settings, publication, company["ticker"], date, method)
    if judged is not None and judged.identity["entity_id"] == company["entity_id"]:
        sheet = _sheet(settings, publication, company["ticker"], date, method)
        if sheet is not None:
            return sheet
    raise InputError(
        f"{company['name']} is no member at {date}, and its ticker {company['ticker']} is not its own then; "
        f"it was a member from {company['first_as_of']} to {company['last_as_of']}: ask with --as-of"
    )


def _dates_of(publication: Publication, symbol: str) -> str:
    return ", ".join(str(row["as_of"]) for row in publication.ask("dates_of_symbol", symbol=symbol))


def _outsider(
    settings: Settings, publication: Publication, ticker: str, date: dt.date, method: str
) -> RenderableType | None:
    """Lay out a company that is no member at the date: judged against the members, and held by books."""
    judged = judged_company(settings, publication, ticker, date, method)
    if judged is None:
        return None
    dates = _dates_of(publication, ticker)
    identity = judged.identity
    if judged.is_member:
        return _member(publication, identity, date, method)
    held = publication.ask("books_with_line", security=identity["security_id"], as_of=date)
    # Without a company there are no years: NULL would ask for those of the survivors.
    entity = -1 if identity["entity_id"] is None else identity["entity_id"]
    years = publication.ask("sheet_years", as_of=date, entity=entity)
    latest = publication.ask("sheet_latest", as_of=date, entity=entity)
    sheet = outsider_sheet(claims_of(publication, date).told, judged, held, years, latest)
    sheet = _with_sources(publication, sheet, entity, date)
    return Group(sheet, Text(""), Text(f"It was a member at {dates}.")) if dates else sheet
