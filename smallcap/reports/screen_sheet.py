"""Companies by filters, lenses and score: the tables of the command `screen`, and its rows for a file.

Nothing is queried or computed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.tear_sheet import Judged
from smallcap.reports.terminal import decimal, millions, multiple, percent
from smallcap.reports.verdict_tables import STATUS_STYLES

Row = Mapping[str, Any]

FILTERS: Final = ("business", "shariah", "balance_sheet", "income", "cash_flow", "value")
STATEMENTS: Final = ("balance_sheet", "income", "cash_flow")
BASIS: Final = "point_in_time"
FIGURES: Final = (
    *(
        "period_end",
        "available_date",
        "statement_footing",
        "balance_sheet_date",
        "flows_end",
        "price_usd",
        "market_cap_usd",
        "pe",
        "pb",
        "p_fcf",
        "roe",
    ),
    *("gross_margin", "ebitda_margin", "operating_margin", "net_margin", "debt_to_equity", "net_cash_usd"),
    *("dividends_paid_usd", "dividend_yield", "exchange", "note"),
)
"""Columns of the metrics in a row for a file."""
COLUMNS: Final = (
    *("as_of", "ticker", "name", "sector", "is_member", "basis", "outcome"),
    *FILTERS,
    *("stopped_by", "reason", "lens_items_met", "lens_items_missed", "lens_items_unknown"),
    *("method", "score", "quintile", "exclusion_reason"),
    *FIGURES,
)
"""Columns of a row for a file, in order."""


def screen_sheet(claim: str, as_of: dt.date, companies: Sequence[Judged]) -> RenderableType:
    """Lay out companies at a date: verdicts, figures, and why a filter did not pass.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown at the top.
    as_of
        The date.
    companies
        The companies, in order.
    """
    parts: list[RenderableType] = [
        Text(f"{_counted(len(companies))} at {as_of}", style="bold"),
        Text(claim),
        Text(_explained(companies)),
        Text(""),
        _verdicts(companies),
        Text(""),
        _figures(companies),
        Text(""),
        _reasons(companies),
    ]
    return Group(*parts)


def screen_row(company: Judged, as_of: dt.date) -> dict[str, Any]:
    """Return one company as a row of `COLUMNS`: one row per company, figures unrounded."""
    stopped = _stopped(company.path)
    score = _score(company.scores)
    identity = company.identity
    return {
        "as_of": as_of,
        "ticker": identity["ticker"],
        "name": identity["name"],
        "sector": identity["sector"],
        "is_member": company.is_member,
        "basis": company.basis,
        "outcome": company.path[0]["outcome"] if company.path else None,
        **{row["filter_name"]: row["stand_alone_status"] for row in company.path},
        "stopped_by": stopped["filter_name"] if stopped else None,
        "reason": stopped["reason"] if stopped else None,
        **{
            f"lens_items_{verdict}": _count(company.lenses, verdict)
            for verdict in ("met", "missed", "unknown")
        },
        "method": score.get("method"),
        "score": score.get("score"),
        "quintile": score.get("quintile"),
        "exclusion_reason": score.get("exclusion_reason"),
        **{name: identity.get(name) for name in FIGURES},
    }


def _counted(companies: int) -> str:
    return "1 company" if companies == 1 else f"{companies} companies"


def _explained(companies: Sequence[Judged]) -> str:
    outsiders = [str(one.identity["ticker"]) for one in companies if not one.is_member]
    if not outsiders:
        return "All are members of the index."
    return (
        f"Not members of the index: {', '.join(outsiders)}. They are judged against its universe, and are "
        "counted in none of its medians, edges or totals."
    )


def _verdicts(companies: Sequence[Judged]) -> FittedTable:
    headings = ("ticker", "name", "as", "outcome", *FILTERS, "lenses met", "score", "quintile")
    rows: list[list[str | Text]] = [
        [
            str(one.identity["ticker"]),
            str(one.identity["name"] or ""),
            one.basis,
            str(one.path[0]["outcome"]) if one.path else "–",
            *(_status(one.path, name) for name in FILTERS),
            _lenses(one.lenses),
            _scored(_score(one.scores)),
            str(_score(one.scores).get("quintile") or "–"),
        ]
        for one in companies
    ]
    return _table("Filters, each on its own; lenses; quality score, point in time", headings, rows, 3)


def _figures(companies: Sequence[Judged]) -> FittedTable:
    headings = (
        *(
            "ticker",
            "record",
            "known since",
            "balance sheet",
            "flows to",
            "cap, USD m",
            "P/E",
            "P/B",
            "P/FCF",
            "ROE",
        ),
        *("oper. margin", "debt/equity", "net cash, USD m"),
    )
    rows: list[list[str | Text]] = [
        [
            str(row["ticker"]),
            str(row["period_end"] or "none") + (", stale" if row["is_stale"] else ""),
            str(row["available_date"] or "–"),
            str(row["balance_sheet_date"] or "–"),
            str(row["flows_end"] or "–"),
            millions(row["market_cap_usd"]),
            *(multiple(row[name]) for name in ("pe", "pb", "p_fcf")),
            *(percent(row[name]) for name in ("roe", "operating_margin", "debt_to_equity")),
            millions(row["net_cash_usd"]),
        ]
        for row in (one.identity for one in companies)
    ]
    title = (
        "Figures that the verdicts use; ROE and margin of the record, all others of the balance sheet named"
    )
    return _table(title, headings, rows, 0)


def _reasons(companies: Sequence[Judged]) -> RenderableType:
    rows: list[list[str | Text]] = [
        [
            str(one.identity["ticker"]),
            str(row["filter_name"]),
            Text(str(row["stand_alone_status"]), STATUS_STYLES.get(str(row["stand_alone_status"]), "")),
            decimal(row["value"]),
            decimal(row["threshold"]),
            str(row["reason"]),
        ]
        for one in companies
        for row in one.path
        if row["stand_alone_status"] != "pass" or row["is_borderline"]
    ]
    if not rows:
        return Text("Every filter passes, none narrowly.")
    columns = [
        *(Column(name) for name in ("ticker", "filter", "alone")),
        *(Column(name, is_figure=True) for name in ("value", "limit")),
        Column("why"),
    ]
    return FittedTable(columns, rows, "What did not pass, or passed narrowly")


def _table(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str | Text]], texts: int
) -> FittedTable:
    """Make a table whose columns after the first texts are set to the right, but for the filters."""
    columns = [
        Column(
            heading,
            is_figure=place > texts and heading not in FILTERS,
            is_shortened=heading == "name",
        )
        for place, heading in enumerate(headings)
    ]
    return FittedTable(columns, rows, title)


def _status(path: Sequence[Row], name: str) -> Text:
    status = next((str(row["stand_alone_status"]) for row in path if row["filter_name"] == name), "–")
    return Text(status, STATUS_STYLES.get(status, ""))


def _stopped(path: Sequence[Row]) -> Row | None:
    """Return the first filter that fails, else the first that is to be verified."""
    for status in ("fail", "verify"):
        found = next((row for row in path if row["status"] == status), None)
        if found is not None:
            return found
    return None


def _score(scores: Sequence[Row]) -> Row:
    return next((row for row in scores if row["basis"] == BASIS), {})


def _scored(score: Row) -> str:
    if score.get("score") is not None:
        return f"{score['score']:.2f}"
    return exclusion_words(score) if score.get("exclusion_reason") else "–"


def _lenses(lenses: Sequence[Row]) -> str:
    return f"{_count(lenses, 'met')} of {len(lenses)}" if lenses else "–"


def _count(lenses: Sequence[Row], verdict: str) -> int:
    return sum(row["verdict"] == verdict for row in lenses)
