"""Companies side by side: one row per item, one column per company, and a mark where they differ.

Nothing is queried or computed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.screen_sheet import BASIS, FILTERS, STATEMENTS
from smallcap.reports.tear_sheet import Judged
from smallcap.reports.terminal import decimal, millions, multiple, percent
from smallcap.reports.verdict_tables import STATUS_STYLES

Row = Mapping[str, Any]
Written = Callable[[Any], str]

DIFFERENT: Final = "≠"


def _text(value: Any) -> str:
    return "–" if value is None else str(value)


IDENTITY: Final[Mapping[str, tuple[str, Written]]] = {
    "name": ("name", _text),
    "sector": ("sector", _text),
    "exchange": ("exchange", _text),
    "period_end": ("record of", _text),
    "available_date": ("known since", _text),
    "balance_sheet_date": ("balance sheet of", _text),
}
FIGURES: Final[Mapping[str, tuple[str, Written]]] = {
    "market_cap_usd": ("market value, USD m", millions),
    "pe": ("P/E", multiple),
    "pb": ("P/B", multiple),
    "p_fcf": ("P/FCF", multiple),
    "roe": ("ROE", percent),
    "operating_margin": ("operating margin", percent),
    "debt_to_equity": ("debt/equity", percent),
    "net_cash_usd": ("net cash, USD m", millions),
    "dividend_yield": ("dividend yield", percent),
}


@dataclass(frozen=True)
class Item:
    """What is compared.

    Attributes
    ----------
    section
        identity, figures, filters, lenses or score.
    name
        Its name in files.
    label
        Its name in the table.
    values
        One per company, unrounded.
    shown
        The same as text.
    """

    section: str
    name: str
    label: str
    values: Sequence[Any]
    shown: Sequence[str]

    @property
    def differs(self) -> bool:
        """Whether the companies differ in what is shown."""
        return len(set(self.shown)) > 1


def compared(companies: Sequence[Judged]) -> list[Item]:
    """List what is compared of companies, in order.

    Parameters
    ----------
    companies
        The companies at one date.
    """
    return [
        *_of_identity("identity", IDENTITY, companies),
        _item("identity", "basis", "judged as", [one.basis for one in companies]),
        *_of_identity("figures", FIGURES, companies),
        _item("filters", "outcome", "outcome", [_outcome(one) for one in companies]),
        *(item for name in FILTERS for item in _filter(name, companies)),
        *(_lens(statement, companies) for statement in STATEMENTS),
        *_scores(companies),
    ]


def compare_sheet(claim: str, as_of: dt.date, companies: Sequence[Judged]) -> RenderableType:
    """Lay out companies side by side.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown at the top.
    as_of
        The date.
    companies
        The companies, in order.
    """
    tickers = [str(one.identity["ticker"]) for one in companies]
    columns = [Column(), Column(DIFFERENT), *(Column(ticker) for ticker in tickers)]
    rows: list[list[str | Text]] = []
    section = ""
    for item in compared(companies):
        if item.section != section:
            section = item.section
            rows.append([Text(section, style="bold"), *[""] * (len(columns) - 1)])
        mark = DIFFERENT if item.differs else ""
        rows.append([f"  {item.label}", mark, *(_styled(text) for text in item.shown)])
    return Group(
        Text(f"{', '.join(tickers[:-1])} and {tickers[-1]} at {as_of}", style="bold"),
        Text(claim),
        Text(f"{DIFFERENT} marks what differs; a filter shows its figure and its limit", style="dim"),
        Text(""),
        FittedTable(columns, rows, names=2),
    )


def compare_rows(companies: Sequence[Judged]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the columns and rows of a file: an item a row, figures unrounded.

    A filter has rows of its own for the figure and for the limit.
    """
    columns = ("section", "item", "is_different", *(str(one.identity["ticker"]) for one in companies))
    rows: list[tuple[Any, ...]] = []
    for item in compared(companies):
        rows.append((item.section, item.name, item.differs, *item.values))
        if item.name in FILTERS:
            rows += [_part(item.name, part, companies) for part in ("value", "threshold")]
    return columns, rows


def _part(name: str, part: str, companies: Sequence[Judged]) -> tuple[Any, ...]:
    values = [_verdict(one, name).get(part) for one in companies]
    return ("filters", f"{name}_{part}", len(set(values)) > 1, *values)


def _of_identity(
    section: str, items: Mapping[str, tuple[str, Written]], companies: Sequence[Judged]
) -> Iterator[Item]:
    for name, (label, written) in items.items():
        yield _item(section, name, label, [one.identity.get(name) for one in companies], written)


def _item(section: str, name: str, label: str, values: Sequence[Any], written: Written = _text) -> Item:
    return Item(section, name, label, values, [written(value) for value in values])


def _outcome(company: Judged) -> Any:
    return company.path[0]["outcome"] if company.path else None


def _filter(name: str, companies: Sequence[Judged]) -> Iterator[Item]:
    rows = [_verdict(one, name) for one in companies]
    statuses = [row.get("stand_alone_status") for row in rows]
    yield Item("filters", name, name.replace("_", " "), statuses, [_shown_verdict(row) for row in rows])


def _verdict(company: Judged, name: str) -> Row:
    return next((row for row in company.path if row["filter_name"] == name), {})


def _shown_verdict(row: Row) -> str:
    status = _text(row.get("stand_alone_status"))
    if row.get("value") is None:
        return status
    return f"{status} {decimal(row['value'])} ({decimal(row['threshold'])})"


def _lens(statement: str, companies: Sequence[Judged]) -> Item:
    items = [[row for row in one.lenses if row["statement"] == statement] for one in companies]
    met = [sum(row["verdict"] == "met" for row in rows) if rows else None for rows in items]
    shown = [
        "–" if count is None else f"{count} of {len(rows)} met"
        for count, rows in zip(met, items, strict=True)
    ]
    return Item("lenses", f"{statement}_met", statement.replace("_", " "), met, shown)


def _scores(companies: Sequence[Judged]) -> Iterator[Item]:
    scores = [next((row for row in one.scores if row["basis"] == BASIS), {}) for one in companies]
    for name, written in (("score", decimal), ("quintile", _text)):
        yield _item("score", name, name, [row.get(name) for row in scores], written)
    reasons = [row.get("exclusion_reason") for row in scores]
    shown = [exclusion_words(row) if reason else "–" for row, reason in zip(scores, reasons, strict=True)]
    yield Item("score", "exclusion_reason", "no score because", reasons, shown)


def _styled(text: str) -> Text:
    return Text(text, STATUS_STYLES.get(text.partition(" ")[0], ""))
