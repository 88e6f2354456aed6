"""The tear sheet of one company for the terminal.

Nothing is queried or computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.figure_tables import Row, loadings_table, scores_table, years_table
from smallcap.reports.fitted import plain_table
from smallcap.reports.terminal import decimal, millions, multiple
from smallcap.reports.verdict_tables import lens_table, path_table
from smallcap.rules.types.kinds import KIND_WORDS, OTHER


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
STATEMENTS = {
    "balance_sheet": "Balance sheet",
    "income": "Income statement",
    "cash_flow": "Cash flow statement",
}


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
    parts: list[RenderableType] = [*_identity(claim, identity), Text(""), path_table(path)]
    for statement, title in STATEMENTS.items():
        parts += [Text(""), lens_table(title, [row for row in lenses if row["statement"] == statement])]
    parts += [
        Text(""),
        scores_table(scores),
        Text(""),
        loadings_table(loadings),
        Text(""),
        years_table(years, identity, latest),
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
    parts: list[RenderableType] = [*_outsider(claim, judged), Text(""), path_table(judged.path)]
    for statement, title in STATEMENTS.items():
        parts += [
            Text(""),
            lens_table(title, [row for row in judged.lenses if row["statement"] == statement]),
        ]
    parts += [Text(""), scores_table(judged.scores), Text(""), _held(held), Text("")]
    if years or latest:
        return Group(*parts, years_table(years, identity, latest))
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
    lines = f"{row['line_count']} line{'' if row['line_count'] == 1 else 's'}"
    yield Text(f"{sector}; company {row['entity_id']}, {lines} in {row['index_name']}")
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
