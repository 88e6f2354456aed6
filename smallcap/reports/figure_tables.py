"""The figures of a tear sheet as tables: scores, years and loadings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.fitted import FittedTable, plain_table
from smallcap.reports.terminal import decimal, millions, multiple, percent

Row = Mapping[str, Any]

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


def scores_table(scores: Sequence[Row]) -> FittedTable:
    """Show the score and its four parts on each basis."""
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


def years_table(years: Sequence[Row], identity: Row, latest: Sequence[Row]) -> FittedTable:
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
        names=1,
    )


def _twelve_months(row: Row) -> str:
    """Name the days of the latest balance sheet and of the twelve months."""
    sheet, flows = row["balance_sheet_date"], row["flows_end"]
    if sheet == flows:
        return f"12 months to {flows}"
    return f"balance sheet {sheet}, flows " + (f"to {flows}" if flows else "unknown")


def loadings_table(loadings: Sequence[Row]) -> RenderableType:
    """Show the company's own factor loadings, or why there are none."""
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
