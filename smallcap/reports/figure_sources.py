"""Of which filing each figure of a company's sheet is: form, day, address at the SEC, and concepts.

Nothing is queried here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

Row = Mapping[str, Any]

ARCHIVES: Final = "https://www.sec.gov/Archives/edgar/data"
WORDS: Final = {
    "revenue_usd": "revenue",
    "operating_income_usd": "operating income",
    "net_income_usd": "net income",
    "operating_cash_flow_usd": "operating cash flow",
    "capital_expenditures_usd": "capital expenditures",
    "short_term_debt_usd": "short-term debt",
    "long_term_debt_usd": "long-term debt",
    "cash_and_short_term_investments_usd": "cash and short-term investments",
    "shareholders_equity_usd": "equity",
    "dividends_paid_usd": "dividends",
}
_FILING: Final = ("record", "period_end", "form", "filed_date", "accession", "cik")


def filing_address(cik: str, accession: str) -> str:
    """Return the address of a filing's index page at the SEC."""
    return f"{ARCHIVES}/{int(cik)}/{accession.replace('-', '')}/{accession}-index.htm"


def figure_sources(rows: Sequence[Row]) -> RenderableType:
    """Lay out the filings behind the figures of a sheet.

    Parameters
    ----------
    rows
        One row per filing and figure, those of a filing together: record, period_end, form, filed_date,
        accession, cik, item and tags.
    """
    parts: list[RenderableType] = [Text("Filings of these figures", style="bold")]
    for filing, figures in groupby(rows, key=lambda row: tuple(row[name] for name in _FILING)):
        record, period_end, form, filed, accession, cik = filing
        period = "fiscal year" if record == "annual" else "quarter"
        named = "; ".join(f"{WORDS[row['item']]}: {row['tags']}" for row in figures)
        parts += [
            Text(f"{period} to {period_end}: {form} filed {filed}, {accession}"),
            Text(f"  {filing_address(cik, accession)}", no_wrap=True, overflow="fold"),
            Text(f"  {named}", style="dim"),
        ]
    return Group(*parts)
