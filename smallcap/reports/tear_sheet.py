"""The tear sheet of one company and the funnel of one date, as Rich tables. Text is shown as it is; nothing is queried or computed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from smallcap.reports.terminal import millions, multiple, percent

Row = Mapping[str, Any]

STATUS_STYLES = {
    "pass": "green",
    "met": "green",
    "fail": "red",
    "missed": "red",
    "verify": "yellow",
    "unknown": "yellow",
    "not_reached": "dim",
}
STATEMENTS = {"balance_sheet": "Balance sheet", "income": "Income statement", "cash_flow": "Cash flow statement"}
MONEY_LINES = (
    ("revenue_usd", "revenue"),
    ("operating_income_usd", "operating income"),
    ("net_income_usd", "net income"),
    ("operating_cash_flow_usd", "operating cash flow"),
    ("free_cash_flow_usd", "free cash flow"),
    ("total_debt_usd", "total debt"),
    ("cash_and_short_term_investments_usd", "cash and short-term investments"),
    ("shareholders_equity_usd", "equity"),
)
RATIO_LINES = (("gross_margin", "gross margin"), ("roe", "ROE"), ("debt_to_equity", "debt/equity"), ("accruals_cash_flow", "accruals"))


def tear_sheet(
    label: str,
    identity: Row,
    path: Sequence[Row],
    lenses: Sequence[Row],
    scores: Sequence[Row],
    years: Sequence[Row],
    loadings: Sequence[Row],
) -> RenderableType:
    """Lay out everything that is known of a company at a date.

    Parameters
    ----------
    label
        What the data are; shown first.
    identity
        The company's row of core.members with its market value and record.
    path
        Its rows of marts.funnel_outcomes, in order.
    lenses
        Its rows of marts.statement_lenses.
    scores
        Its rows of marts.quality_scores of one method, both bases.
    years
        Its last fiscal years as visible at the date, newest first, with filing and availability.
    loadings
        Its rows of marts.stock_factor_loadings.
    """
    parts: list[RenderableType] = [*_identity(label, identity), Text(""), _path(path)]
    for statement, title in STATEMENTS.items():
        parts += [Text(""), _lens(title, [row for row in lenses if row["statement"] == statement])]
    parts += [Text(""), _scores(scores), Text(""), _loadings(loadings), Text(""), _years(years)]
    return Group(*parts)


def outsider_sheet(label: str, as_of: dt.date, identity: Row, held: Sequence[Row], years: Sequence[Row]) -> RenderableType:
    """Lay out a company that is no member at a date but held by a book: which books, and its fiscal years as visible then.

    Parameters
    ----------
    label
        What the data are.
    as_of
        The date.
    identity
        Its line: ticker, name, sector, entity_id, and whether the source knows its statements.
    held
        One row per book: first and last month, months with a return, last status.
    years
        As for `tear_sheet`.
    """
    parts: list[RenderableType] = [
        Text(f"{identity['ticker']}  {identity['name'] or ''}  at {as_of}: {label}", style="bold"),
        Text(f"{identity['sector'] or 'sector unknown'}; company {identity['entity_id']}; no member then: no filters, no lenses, no score"),
        Text(""),
    ]
    table = _table("Held by", ("book", "status", "from", "to", "months with a return"), 2)
    for row in held:
        table.add_row(row["book"], row["status"], f"{row['first_month']:%Y-%m}", f"{row['last_month']:%Y-%m}", str(row["months"]))
    parts += [table if held else Text("no book holds it up to that date"), Text("")]
    unknown = "" if identity["is_resolved"] else f": {identity['unresolved_reason']}"
    return Group(*parts, _years(years) if years else Text(f"no annual record was visible then{unknown}"))


def funnel_sheet(label: str, summary: Sequence[Row], groups: Mapping[str, Sequence[Row]], most: int) -> RenderableType:
    """Lay out the attrition of a date, its survivors, and who is borderline or has to be verified.

    Parameters
    ----------
    label
        What the data are.
    summary
        The rows of marts.funnel_summary.
    groups
        Named lists of companies, each row with ticker, name, filter_name and reason.
    most
        Companies of each list that are shown.
    """
    table = _table(
        f"Funnel of {summary[0]['as_of']}: {label}",
        ("filter", "entered", "passed", "failed", "verify", "borderline", "left", "alone passed"),
        1,
    )
    for row in summary:
        numbers = (row[name] for name in ("entered", "passed", "failed", "verify", "borderline", "left", "stand_alone_passed"))
        table.add_row(f"{row['filter_number']} {row['filter_name']}", *(f"{number:,}" for number in numbers))
    last = summary[-1]
    told = ", ".join(f"{last[f'outcome_{name}']:,} {name}" for name in ("survivor", "survivor_unverified", "undetermined", "failed"))
    parts: list[RenderableType] = [table, Text(f"outcomes: {told}")]
    for title, rows in groups.items():
        parts += [Text(""), _companies(title, rows, most)]
    return Group(*parts)


def _identity(label: str, row: Row) -> Iterable[RenderableType]:
    yield Text(f"{row['ticker']}  {row['name'] or ''}  at {row['as_of']}: {label}", style="bold")
    codes = ", ".join(f"{name} {row[column]}" for name, column in (("SIC", "sic"), ("GICS", "gics")) if row[column])
    sector = f"{row['sector'] or 'sector unknown'}{f' ({codes})' if codes else ''}"
    yield Text(f"{sector}; company {row['entity_id']}, {row['line_count']} line(s) in {row['index_name']}")
    if row["period_end"] is None:
        yield Text("no annual record was visible then")
        return
    stale = ", stale: shown, not used" if row["is_stale"] else ""
    restated = "; a later restatement under the original date" if row["is_value_restated"] else ""
    yield Text(f"record of {row['period_end']} ({row['version']}), known since {row['available_date']}{stale}{restated}")
    price = f"price {row['price_usd']:,.2f} of {row['price_date']}" if row["price_usd"] is not None else "no price as traded"
    cap = (
        f"market value {millions(row['market_cap_usd'])} m USD"
        if row["market_cap_usd"] is not None
        else f"no market value: {row['market_cap_reason']}"
    )
    yield Text(f"{price}; {cap}; Altman Z {multiple(row['altman_z'])} {row['altman_z_zone'] or ''}".rstrip())


def _path(rows: Sequence[Row]) -> Table:
    outcome = rows[0]["outcome"] if rows else "not a member"
    table = _table(
        f"Funnel: {outcome}", ("filter", "status", "alone", "value", "limit", "headroom", "why"), 1, texts=("status", "alone", "why")
    )
    for row in rows:
        border = " borderline" if row["is_borderline"] else ""
        table.add_row(
            f"{row['filter_number']} {row['filter_name']}",
            _styled(row["status"]).append(border, ""),
            _styled(row["stand_alone_status"]),
            _number(row["value"]),
            _number(row["threshold"]),
            _number(row["headroom"]),
            Text(row["reason"]),
        )
    return table


def _lens(title: str, rows: Sequence[Row]) -> Table:
    met = sum(row["verdict"] == "met" for row in rows)
    table = _table(
        f"{title}: {met} of {len(rows)} preferences met", ("item", "value", "preference", "verdict"), 1, texts=("preference", "verdict")
    )
    for row in rows:
        why = f" ({row['reason']})" if row["reason"] else ""
        table.add_row(row["item"], _number(row["value"]), Text(row["preference"]), _styled(row["verdict"]).append(why, ""))
    return table


def _scores(rows: Sequence[Row]) -> Table:
    method = rows[0]["method"] if rows else ""
    table = _table(
        f"Quality score, method {method}", ("basis", "status", "score", "quintile", "ROE", "FCF margin", "debt/assets", "coverage"), 2
    )
    for row in rows:
        table.add_row(
            row["basis"],
            row["status"] if row["status"] == "scored" else Text(row["exclusion_reason"] or ""),
            multiple(row["score"]) if row["score"] is None else f"{row['score']:.2f}",
            str(row["quintile"] or "–"),
            _part(row, "roe", percent),
            _part(row, "fcf_margin", percent),
            _part(row, "debt_to_assets", percent),
            _part(row, "interest_coverage", multiple),
        )
    return table


def _part(row: Row, name: str, write: Callable[[float | None], str]) -> str:
    z = row[f"{name}_z"]
    return write(row[name]) + (f" (z {z:+.2f})" if z is not None else "")


def _years(rows: Sequence[Row]) -> Table:
    table = _table("Fiscal years as visible then, USD m", ("", *(str(row["period_end"]) for row in rows)), 1)
    for column, words in MONEY_LINES:
        table.add_row(words, *(millions(row[column]) for row in rows))
    for column, words in RATIO_LINES:
        table.add_row(words, *(percent(row[column]) for row in rows))
    table.add_row("filed", *(str(row["filing_date"] or "unknown") for row in rows))
    table.add_row("known since", *(str(row["available_date"]) for row in rows))
    table.add_row("version", *(row["version"] for row in rows))
    return table


def _loadings(rows: Sequence[Row]) -> RenderableType:
    if not rows or rows[0]["status"] != "estimated":
        return Text(f"Own factor loadings: {rows[0]['status'] if rows else 'not made'}")
    first = rows[0]
    months = f"{first['first_month']:%Y-%m} to {first['last_month']:%Y-%m}, {first['n_obs']} months, R2 {first['r_squared']:.2f}"
    table = _table(f"Own factor loadings, descriptive: {months}", ("term", "loading", "std err", "t"), 1)
    for row in rows:
        table.add_row(row["term"], _number(row["estimate"]), _number(row["std_error"]), f"{row['t_stat']:.1f}")
    return table


def _companies(title: str, rows: Sequence[Row], most: int) -> Table:
    shown = f", the first {most} (--rows shows more)" if len(rows) > most else ""
    table = _table(f"{title}: {len(rows)}{shown}", ("ticker", "name", "filter", "why"), 4)
    for row in rows[:most]:
        table.add_row(Text(row["ticker"]), Text(row["name"] or ""), row["filter_name"] or "", Text(row["reason"] or ""))
    return table


def _table(title: str, headings: Sequence[str], text_columns: int, texts: Sequence[str] = ()) -> Table:
    table = Table(title=Text(title, style="table.title"), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        is_text = position < text_columns or heading in texts
        table.add_column(
            heading, justify="left" if is_text else "right", max_width=60 if heading == "why" else 32 if heading == "name" else None
        )
    return table


def _styled(status: str) -> Text:
    return Text().append(status, STATUS_STYLES.get(status, ""))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3f}"
