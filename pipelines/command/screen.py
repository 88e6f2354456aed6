"""The command `screen`: any companies, members or not, by filters, lenses and score at a date."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Sequence

from rich.console import Console

from smallcap.errors import InputError
from smallcap.formulas import as_text
from smallcap.hints import command_hint
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.funnel import attrition_of, latest_funnel
from smallcap.pipelines.command.judged import Judged, judged_company
from smallcap.pipelines.command.naming import known_names, nearest_names
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import Publication, open_publication
from smallcap.questions.typed import require_method
from smallcap.reports.screen_sheet import COLUMNS, screen_row, screen_sheet
from smallcap.settings import Settings


def screen_companies(
    settings: Settings,
    symbols: Sequence[str],
    as_of: dt.date | None,
    method: str,
    written_as: str,
    out: Console,
) -> None:
    """Show companies by filters, lenses and score, judged against the members of a date.

    Parameters
    ----------
    settings
        The settings.
    symbols
        The companies' symbols, in the order shown.
    as_of
        The date; None for the latest.
    method
        Method of the quality score.
    written_as
        table, csv or json.
    out
        Where a table goes; csv and json go to standard output.

    Raises
    ------
    InputError
        When there is no such method, the funnel of that date was never made, or nobody carries one of the
        symbols; what is known of the others is shown before.
    """
    require_method(method)
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or latest_funnel(settings, publication)
        attrition_of(settings, publication, date)
        asked = list(dict.fromkeys(symbols))
        found = {symbol: judged_company(settings, publication, symbol, date, method) for symbol in asked}
        known = [judged for judged in found.values() if judged is not None]
        unknown = [symbol for symbol, judged in found.items() if judged is None]
        told = claims_of(publication, date).told
        problem = _explained(settings, publication, unknown) if unknown else ""
    if known:
        _show(known, date, told, written_as, out)
    if problem:
        raise InputError(problem)


def _show(known: Sequence[Judged], date: dt.date, told: str, written_as: str, out: Console) -> None:
    if written_as == "table":
        out.print(screen_sheet(told, date, known))
        return
    rows = [screen_row(judged, date) for judged in known]
    stream = made_visible(sys.stdout)
    if written_as == "json":
        stream.write(json.dumps(rows, default=str, ensure_ascii=False, indent=1) + "\n")
        return
    writer = csv.DictWriter(stream, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _guarded(value) for name, value in row.items()} for row in rows)


def _guarded(value: object) -> object:
    return as_text(value) if isinstance(value, str) else value


def _explained(settings: Settings, publication: Publication, unknown: Sequence[str]) -> str:
    """Say which symbols nobody carries, which come near, and how a name is watched."""
    names = known_names(publication)
    told = [f"no line of the source carries '{symbol}'{nearest_names(symbol, names)}" for symbol in unknown]
    watched = (
        f"to have the source asked for a name, add it to {settings.reference / 'watchlist.csv'} "
        f"and make it with: {command_hint(settings, 'run')}"
    )
    return "; ".join([*told, watched])
