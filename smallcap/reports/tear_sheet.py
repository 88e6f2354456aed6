"""The tear sheet of one company for the terminal.

Nothing is queried or computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.fitted import FittedTable, plain_table
from smallcap.reports.terminal import millions, multiple, percent
from smallcap.rules.types.kinds import KIND_WORDS, OTHER

Row = Mapping[str, Any]


class Judged(Protocol):
    """A company at a date, and how it is judged."""

    @property
    def basis(self) -> str:
        """How it is judged: member, watched, or judged now."""

    @property
    def is_member(self) -> bool:
        """Whether it is a member."""

    @property
    def identity(self) -> Row:
        """Who it is, with its metrics."""

    @property
    def path(self) -> Sequence[Row]:
        """Its filters."""

    @property
    def lenses(self) -> Sequence[Row]:
        """The items of its statements."""

    @property
    def scores(self) -> Sequence[Row]:
        """Its scores by basis."""


QUARTER = "quarter"
STATUS_STYLES = {
    "pass": "green",
    "met": "green",
    "fail": "red",
    "missed": "red",
    "verify": "yellow",
    "unknown": "yellow",
    "not_reached": "dim",
    "not_applicable": "dim",
}
STATEMENTS = {
    "balance_sheet": "Balance sheet",
    "income": "Income statement",
    "cash_flow": "Cash flow statement",
}
MONEY_LINES = (
    ("revenue_usd", "revenue"),
    ("operating_income_usd", "operating income"),
    ("net_income_usd", "net income"),
    ("operating_cash_flow_usd", "operating cash flow"),
    ("free_cash_flow_usd", "free cash flow"),
    ("total_debt_usd", "total debt"),
    ("cash_and_short_term_investments_usd", "cash and short-term investments"),
    ("net_cash_usd", "net cash"),
    ("shareholders_equity_usd", "equity"),
    ("dividends_paid_usd", "dividends"),
)
RATIO_LINES = (
    ("gross_margin", "gross margin"),
    ("ebitda_margin", "EBITDA margin"),
    ("operating_margin", "operating margin"),
    ("net_margin", "net margin"),
    ("roe", "ROE"),
    ("debt_to_equity", "debt/equity"),
    ("accruals_cash_flow", "accruals"),
)


def tear_sheet(
    claim: str,
    identity: Row,
    path: Sequence[Row],
    lenses: Sequence[Row],
    scores: Sequence[Row],
    years: Sequence[Row],
    loadings: Sequence[Row],
    latest: Sequence[Row] = (),
) -> RenderableType:
    """Lay out everything that is known of a company at a date.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown at the top.
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
    latest
        Its last twelve months and latest balance sheet, where a quarter is known at the date.
    """
    parts: list[RenderableType] = [*_identity(claim, identity), Text(""), _path(path)]
    for statement, title in STATEMENTS.items():
        parts += [Text(""), _lens(title, [row for row in lenses if row["statement"] == statement])]
    parts += [
        Text(""),
        _scores(scores),
        Text(""),
        _loadings(loadings),
        Text(""),
        _years(years, identity, latest),
    ]
    return Group(*parts)


def outsider_sheet(
    claim: str, judged: Judged, held: Sequence[Row], years: Sequence[Row], latest: Sequence[Row] = ()
) -> RenderableType:
    """Lay out a company that is no member at a date: judged against the members, and held by books.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown at the top.
    judged
        The company: identity, filters, items of the statements and scores.
    held
        One row per book that holds it: first and last month, months with a return, last status.
    years, latest
        As for `tear_sheet`.
    """
    identity = judged.identity
    parts: list[RenderableType] = [*_outsider(claim, judged), Text(""), _path(judged.path)]
    for statement, title in STATEMENTS.items():
        parts += [Text(""), _lens(title, [row for row in judged.lenses if row["statement"] == statement])]
    parts += [Text(""), _scores(judged.scores), Text(""), _held(held), Text("")]
    if years or latest:
        return Group(*parts, _years(years, identity, latest))
    unknown = "" if identity["is_resolved"] else f": {identity['unresolved_reason']}"
    return Group(*parts, Text(f"no annual record was visible then{unknown}"))


def _outsider(claim: str, judged: Judged) -> Iterable[RenderableType]:
    row = judged.identity
    company = f"company {row['entity_id']}" if row["entity_id"] is not None else "no company of the source"
    yield Text(f"{row['ticker']}  {row['name'] or ''}  at {row['as_of']}", style="bold")
    yield Text(claim)
    yield Text(
        f"{row['sector'] or 'sector unknown'}; {company}; no member of {row['index_name']} then: "
        f"{judged.basis}, against the members' universe, and counted in none of its figures"
    )
    if row["missing_filing"] is not None:
        yield Text(f"no source has its {row['missing_filing']}")
    if row["period_end"] is not None:
        yield Text(_record(row))
        yield from _quarter(row)
        yield Text(_market_figures(row))
        yield Text(_traded(row))


def _held(held: Sequence[Row]) -> RenderableType:
    if not held:
        return Text("no book holds it up to that date")
    rows = [
        [
            row["book"],
            row["status"],
            f"{row['first_month']:%Y-%m}",
            f"{row['last_month']:%Y-%m}",
            str(row["months"]),
        ]
        for row in held
    ]
    headings = ("book", "status", "from", "to", "months with a return")
    return plain_table("Held by", headings, rows, texts=("book", "status"))


def _identity(claim: str, row: Row) -> Iterable[RenderableType]:
    yield Text(f"{row['ticker']}  {row['name'] or ''}  at {row['as_of']}", style="bold")
    yield Text(claim)
    codes = ", ".join(
        f"{name} {row[column]}" for name, column in (("SIC", "sic"), ("GICS", "gics")) if row[column]
    )
    sector = f"{row['sector'] or 'sector unknown'}{f' ({codes})' if codes else ''}{_kind(row)}"
    yield Text(f"{sector}; company {row['entity_id']}, {row['line_count']} line(s) in {row['index_name']}")
    if row["period_end"] is None:
        yield Text("no annual record was visible then")
        return
    yield Text(_record(row))
    yield from _quarter(row)
    yield Text(_market_figures(row))
    yield Text(_traded(row))


def _record(row: Row) -> str:
    stale = ", stale: shown, not used" if row["is_stale"] else ""
    restated = "; a later restatement under the original date" if row["is_value_restated"] else ""
    return (
        f"record of {row['period_end']} ({row['version']}), known since "
        f"{row['available_date']}{stale}{restated}"
    )


def _quarter(row: Row) -> Iterable[RenderableType]:
    """Name the quarter that is known after the annual record, and what it makes of debt over equity."""
    if row.get("latest_footing") != QUARTER:
        return
    annual, latest = decimal(row["annual_debt_to_equity"]), decimal(row["latest_debt_to_equity"])
    flows = f"flows to {row['latest_flows_end']}" if row["latest_flows_end"] else "trailing flows unknown"
    unused = "" if row["statement_footing"] == QUARTER else "; this home judges the fiscal year instead"
    yield Text(
        f"balance sheet of {row['latest_balance_sheet_date']}, {flows}: debt/equity {annual} -> {latest} "
        f"with the 10-Q of {row['balance_sheet_filing_date'] or 'an unknown date'}{unused}"
    )


def _kind(row: Row) -> str:
    """Name a company's kind and the field that says so, if it is no ordinary company."""
    kind = row.get("company_kind")
    by = {"sic": "SIC code", "gics": "GICS code", "sector": "sector"}
    return f", {KIND_WORDS[kind]} by its {by[row['kind_basis']]}" if kind not in (None, OTHER) else ""


def _traded(row: Row) -> str:
    exchange = row.get("exchange") or "exchange unknown"
    note = row.get("note")
    return f"{exchange}; {note}" if note else str(exchange)


def _market_figures(row: Row) -> str:
    price = (
        f"price {row['price_usd']:,.2f} of {row['price_date']}"
        if row["price_usd"] is not None
        else "no price as traded"
    )
    cap = (
        f"market value {millions(row['market_cap_usd'])} m USD"
        if row["market_cap_usd"] is not None
        else f"no market value: {row['market_cap_reason']}"
    )
    return f"{price}; {cap}; Altman Z {multiple(row['altman_z'])} {row['altman_z_zone'] or ''}".rstrip()


def _path(path: Sequence[Row]) -> FittedTable:
    rows = [
        [
            f"{row['filter_number']} {row['filter_name']}",
            _styled(row["status"]).append(" borderline" if row["is_borderline"] else "", ""),
            _styled(row["stand_alone_status"]),
            decimal(row["value"]),
            decimal(row["threshold"]),
            decimal(row["headroom"]),
            row["reason"],
        ]
        for row in path
    ]
    headings = ("filter", "status", "alone", "value", "limit", "headroom", "why")
    outcome = path[0]["outcome"] if path else "not a member"
    return plain_table(f"Funnel: {outcome}", headings, rows, texts=("filter", "status", "alone", "why"))


def _lens(title: str, items: Sequence[Row]) -> FittedTable:
    met = sum(row["verdict"] == "met" for row in items)
    rows = [
        [
            row["item"],
            decimal(row["value"]),
            row["preference"],
            _styled(row["verdict"]).append(f" ({row['reason']})" if row["reason"] else "", ""),
        ]
        for row in items
    ]
    headings = ("item", "value", "preference", "verdict")
    return plain_table(
        f"{title}: {met} of {len(items)} preferences met",
        headings,
        rows,
        texts=("item", "preference", "verdict"),
    )


def _scores(scores: Sequence[Row]) -> FittedTable:
    rows = [
        [
            row["basis"],
            row["status"] if row["status"] == "scored" else exclusion_words(row),
            "–" if row["score"] is None else f"{row['score']:.2f}",
            str(row["quintile"] or "–"),
            _part(row, "roe", percent),
            _part(row, "fcf_margin", percent),
            _part(row, "debt_to_assets", percent),
            _part(row, "interest_coverage", multiple),
        ]
        for row in scores
    ]
    headings = ("basis", "status", "score", "quintile", "ROE", "FCF margin", "debt/assets", "coverage")
    method = scores[0]["method"] if scores else ""
    return plain_table(f"Quality score, method {method}", headings, rows, texts=("basis", "status"))


def _part(row: Row, name: str, write: Callable[[float | None], str]) -> str:
    z = row[f"{name}_z"]
    return write(row[name]) + (f" (z {z:+.2f})" if z is not None else "")


def _years(years: Sequence[Row], identity: Row, latest: Sequence[Row]) -> FittedTable:
    """Show the fiscal years, after the last twelve months where a quarter is known."""
    filed = [{**row, "filing_date": identity.get("balance_sheet_filing_date")} for row in latest]
    shown = [*filed, *years]
    rows = [
        *([words, *(millions(row[column]) for row in shown)] for column, words in MONEY_LINES),
        *([words, *(percent(row[column]) for row in shown)] for column, words in RATIO_LINES),
        ["filed", *(str(row["filing_date"] or "unknown") for row in shown)],
        ["known since", *(str(row["available_date"]) for row in shown)],
        ["version", *(row["version"] for row in shown)],
    ]
    return plain_table(
        "Twelve months and fiscal years as visible then, USD m"
        if latest
        else "Fiscal years as visible then, USD m",
        ("", *(_twelve_months(row) for row in latest), *(str(row["period_end"]) for row in years)),
        rows,
        texts=("",),
    )


def _twelve_months(row: Row) -> str:
    """Name the days of the latest balance sheet and of the twelve months."""
    sheet, flows = row["balance_sheet_date"], row["flows_end"]
    if sheet == flows:
        return f"12 months to {flows}"
    return f"balance sheet {sheet}, flows " + (f"to {flows}" if flows else "unknown")


def _loadings(loadings: Sequence[Row]) -> RenderableType:
    if not loadings or loadings[0]["status"] != "estimated":
        return Text(f"Own factor loadings: {loadings[0]['status'] if loadings else 'not made'}")
    first = loadings[0]
    months = (
        f"{first['first_month']:%Y-%m} to {first['last_month']:%Y-%m}, {first['n_obs']} months, R2 "
        f"{first['r_squared']:.2f}"
    )
    rows = [
        [row["term"], decimal(row["estimate"]), decimal(row["std_error"]), f"{row['t_stat']:.1f}"]
        for row in loadings
    ]
    title = f"Own factor loadings, descriptive: {months}"
    return plain_table(title, ("term", "loading", "std err", "t"), rows, texts=("term",))


def _styled(status: str) -> Text:
    return Text().append(status, STATUS_STYLES.get(status, ""))


def decimal(value: float | None) -> str:
    """Write a figure of any unit with three decimals."""
    return "–" if value is None else f"{value:,.3f}"
