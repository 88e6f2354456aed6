"""The command `compare`: companies side by side at a date."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence

from rich.console import Console

from smallcap.errors import InputError
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.funnel import attrition_of, latest_funnel
from smallcap.pipelines.command.judged import Judged, judged_company, judged_member
from smallcap.pipelines.command.naming import company_by_name, known_names, nearest_names
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import Publication, open_publication
from smallcap.questions.typed import require_method
from smallcap.reports.compare_sheet import compare_rows, compare_sheet
from smallcap.settings import Settings
from smallcap.warehouse.formats import TEXT_WRITERS, ListedRows


def compare_companies(
    settings: Settings,
    names: Sequence[str],
    as_of: dt.date | None,
    method: str,
    written_as: str,
    out: Console,
) -> None:
    """Show companies side by side, as judged at a date.

    Parameters
    ----------
    settings
        The settings.
    names
        Symbols, or parts of names; at least two.
    as_of
        The date; None for the latest.
    method
        Method of the quality score.
    written_as
        table, csv, json or markdown.
    out
        Where a table goes; the others go to standard output.

    Raises
    ------
    InputError
        When there is no such method, fewer than two companies, no funnel of that date, or no company of one
        of the names.
    """
    require_method(method)
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or latest_funnel(settings, publication)
        attrition_of(settings, publication, date)
        found = [_company(settings, publication, name, date, method) for name in names]
        told = claims_of(publication, date).told
    companies = list({(one.identity["entity_id"], one.identity["ticker"]): one for one in found}.values())
    if len(companies) < 2:
        raise InputError("name two companies or more; `smallcap why` shows one")
    if written_as == "table":
        out.print(compare_sheet(told, date, companies))
        return
    columns, rows = compare_rows(companies)
    TEXT_WRITERS[written_as](ListedRows(rows), columns, made_visible(sys.stdout))


def _company(settings: Settings, publication: Publication, name: str, date: dt.date, method: str) -> Judged:
    """Find a company by its symbol, else by part of its name."""
    judged = judged_company(settings, publication, name, date, method)
    if judged is not None:
        return judged
    named = company_by_name(publication, name, date)
    if named is not None:
        member = publication.ask("member_by_symbol", symbol=None, entity=named["entity_id"], as_of=date)
        if member:
            return judged_member(publication, member[0], date, method)
        judged = judged_company(settings, publication, named["ticker"], date, method)
        if judged is not None and judged.identity["entity_id"] == named["entity_id"]:
            return judged
    raise InputError(
        f"no company of {date} has the symbol '{name}', or has it in its name"
        f"{nearest_names(name, known_names(publication))}"
    )
