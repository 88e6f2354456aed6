"""The commands `why` and `funnel`: one company at a date, member or held by a book, and one date.

Read from the published warehouse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.console import Console, RenderableType

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import claims_of, rows_of
from smallcap.reports.tear_sheet import funnel_sheet, outsider_sheet, tear_sheet
from smallcap.settings import Settings
from smallcap.warehouse.dates import date_refused
from smallcap.warehouse.sqltext import quote_text

METHODS = ("published", "debt_free_aware")
SAME_SYMBOL = (
    "regexp_replace(upper({column}), '[^A-Z0-9]', '', 'g') = regexp_replace(upper({ticker}), "
    "'[^A-Z0-9]', '', 'g')"
)

DATES = "SELECT DISTINCT as_of FROM marts.funnel_summary"
LATEST = "SELECT max(as_of) AS as_of FROM marts.funnel_summary"
# A member carries the symbol of its largest line; its other lines are looked up among those listed.
CARRIES = """
({same_member} OR EXISTS (
    FROM raw.constituents AS c JOIN raw.securities AS s USING (security_id)
    WHERE c.as_of = m.as_of AND s.entity_id = m.entity_id AND {same_line}))
"""
IDENTITY = """
SELECT m.*, a.* EXCLUDE (year, as_of, entity_id) FROM core.members AS m JOIN core.metrics_as_of AS a USING (as_of, entity_id)
WHERE m.as_of = {as_of} AND {carries} ORDER BY {same_member} DESC, m.entity_id LIMIT 1
"""
MEMBER_DATES = "SELECT DISTINCT m.as_of FROM core.members AS m WHERE {carries} ORDER BY m.as_of DESC LIMIT 5"
PATH = (
    "SELECT * FROM marts.funnel_outcomes WHERE as_of = {as_of} AND entity_id = {entity} ORDER BY "
    "filter_number"
)
LENSES = (
    "SELECT * FROM marts.statement_lenses WHERE as_of = {as_of} AND entity_id = {entity} ORDER BY "
    "statement, item"
)
SCORES = (
    "SELECT * FROM marts.quality_scores WHERE as_of = {as_of} AND entity_id = {entity} AND method = "
    "{method} ORDER BY basis DESC"
)
YEARS = """
SELECT m.period_end, m.version, m.available_date, f.filing_date,
       m.revenue_usd, f.operating_income_usd, m.net_income_usd, m.operating_cash_flow_usd, m.free_cash_flow_usd,
       m.total_debt_usd, f.cash_and_short_term_investments_usd, m.shareholders_equity_usd,
       m.gross_margin, m.roe, m.debt_to_equity, m.accruals_cash_flow
FROM core.annual_metrics AS m JOIN core.annual_fundamentals AS f USING (entity_id, period_end, version, available_date, source)
WHERE m.entity_id = {entity} AND m.available_date <= {as_of}
QUALIFY row_number() OVER (PARTITION BY m.period_end ORDER BY m.available_date DESC, m.version = 'restated' DESC, m.version, m.source) = 1
ORDER BY m.period_end DESC LIMIT 5
"""
SUMMARY = "SELECT * FROM marts.funnel_summary WHERE as_of = {as_of} ORDER BY filter_number"
LISTED = """
SELECT o.ticker, m.name, string_agg({column}, ', ' ORDER BY o.filter_number) AS filter_name, arg_min({reason}, o.filter_number) AS reason
FROM marts.funnel_outcomes AS o JOIN core.members AS m USING (as_of, entity_id)
WHERE o.as_of = {as_of} AND {condition}
GROUP BY o.entity_id, o.ticker, m.name ORDER BY o.ticker, o.entity_id
"""
OUTSIDER = """
SELECT l.ticker, l.security_id, l.entity_id, s.name, s.sector, s.is_resolved, s.unresolved_reason
FROM core.book_lines AS l JOIN raw.securities AS s USING (security_id)
WHERE {same_line} ORDER BY s.valid_from DESC, l.security_id LIMIT 1
"""
HELD = """
SELECT book, min(month) AS first_month, max(month) AS last_month, count(*) FILTER (status = 'held') AS months,
       max_by(status, month) AS status
FROM marts.book_holdings WHERE security_id = {line} AND month <= {as_of} GROUP BY book ORDER BY book
"""
OWN_LOADINGS = """
SELECT * FROM marts.stock_factor_loadings WHERE as_of = {as_of} AND entity_id = {entity}
ORDER BY list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], term)
"""
IS_SURVIVOR = "o.outcome IN ('survivor', 'survivor_unverified')"
GROUPS = {
    "Survivors": ("o.outcome", "'value: ' || o.reason", f"{IS_SURVIVOR} AND o.filter_number = 6"),
    "Borderline survivors": ("o.filter_name", "o.reason", f"{IS_SURVIVOR} AND o.is_borderline"),
    "To verify, of those that nothing failed": (
        "o.filter_name",
        "o.reason",
        "o.outcome <> 'failed' AND o.status = 'verify'",
    ),
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
    date = as_of or _latest(settings)
    _summary(settings, date)
    identity = _identity(settings, ticker, date)
    if identity is None:
        out.print(_outsider(settings, ticker, date))
        return
    asked = {"as_of": _sql(date), "entity": str(identity["entity_id"]), "method": quote_text(method)}
    queries = (PATH, LENSES, SCORES, YEARS, OWN_LOADINGS)
    path, lenses, scores, years, loadings = (rows_of(settings, query.format(**asked)) for query in queries)
    out.print(tear_sheet(claims_of(settings, date).told, identity, path, lenses, scores, years, loadings))


def show_funnel(settings: Settings, as_of: dt.date | None, most: int, out: Console) -> None:
    """Show the attrition of a date, its survivors, and who is borderline or has to be verified, at most so many companies a list.

    Raises
    ------
    InputError
        When the funnel of that date was never made; the message says what to run, and names the nearest
        dates.
    """
    date = as_of or _latest(settings)
    summary = _summary(settings, date)
    groups = {
        title: rows_of(
            settings, LISTED.format(as_of=_sql(date), column=column, reason=reason, condition=condition)
        )
        for title, (column, reason, condition) in GROUPS.items()
    }
    out.print(funnel_sheet(claims_of(settings, date).told, summary, groups, most))


def _identity(settings: Settings, ticker: str, date: dt.date) -> dict[str, Any] | None:
    """Find the member whose line carries the ticker; where several do, the one whose largest line does.

    None where none does.
    """
    same_member = SAME_SYMBOL.format(column="m.ticker", ticker=quote_text(ticker))
    found = rows_of(
        settings, IDENTITY.format(as_of=_sql(date), carries=_carries(ticker), same_member=same_member)
    )
    return found[0] if found else None


def _outsider(settings: Settings, ticker: str, date: dt.date) -> RenderableType:
    """Lay out a company that is no member at the date but held by a book."""
    found = rows_of(
        settings, OUTSIDER.format(same_line=SAME_SYMBOL.format(column="l.ticker", ticker=quote_text(ticker)))
    )
    if not found:
        dates = [
            str(row["as_of"]) for row in rows_of(settings, MEMBER_DATES.format(carries=_carries(ticker)))
        ]
        known = f"it was a member at {', '.join(dates)}" if dates else "no member ever carried it here"
        raise InputError(
            f"no member carries the ticker '{ticker}' at {date}, nor does a line of a book; {known}"
        )
    asked = {"as_of": _sql(date), "entity": str(found[0]["entity_id"]), "line": str(found[0]["security_id"])}
    held, years = (rows_of(settings, query.format(**asked)) for query in (HELD, YEARS))
    return outsider_sheet(claims_of(settings, date).told, date, found[0], held, years)


def _carries(ticker: str) -> str:
    same_member, same_line = (
        SAME_SYMBOL.format(column=column, ticker=quote_text(ticker)) for column in ("m.ticker", "c.ticker")
    )
    return CARRIES.format(same_member=same_member, same_line=same_line)


def _summary(settings: Settings, date: dt.date) -> list[dict[str, Any]]:
    summary = rows_of(settings, SUMMARY.format(as_of=_sql(date)))
    if not summary:
        raise date_refused(settings, "funnel", date, [row["as_of"] for row in rows_of(settings, DATES)])
    return summary


def _latest(settings: Settings) -> dt.date:
    latest = rows_of(settings, LATEST)[0]["as_of"]
    if latest is None:
        raise InputError(f"the warehouse holds no funnel yet; make one with: {command_hint(settings, 'run')}")
    return latest  # type: ignore[no-any-return]


def _sql(date: dt.date) -> str:
    return f"DATE '{date.isoformat()}'"
