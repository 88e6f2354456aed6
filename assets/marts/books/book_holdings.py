"""marts.book_holdings: what each book holds in each month."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.books import holdings
from smallcap.finance.index.calendar import settled_rows
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables import TABLES

MEMBERS = ("year", "as_of", "entity_id", "security_id", "company_kind", "snapshot_date")
OUTCOMES = ("year", "as_of", "entity_id", "ticker", "filter_number", "stand_alone_status", "outcome")
RETURNS = ("year", "month", "security_id", "total_return", "is_extreme")


@table_asset(
    "marts.book_holdings",
    columns={"members": MEMBERS, "funnel_outcomes": OUTCOMES, "monthly_returns": RETURNS},
    by_year=True,
)
def book_holdings(
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    members: pl.DataFrame,
    funnel_outcomes: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    year: int,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Hold fixed lists from their first month on, and each June's survivors until the next formation.

    A list that may still be of the index before the reconstitution forms no book.
    """
    last_month = monthly_returns["month"].max()
    if not isinstance(last_month, dt.date):
        return TABLES["marts.book_holdings"].empty()
    settled = settled_rows(funnel_outcomes, members, reconstitutions)
    return holdings.book_holdings(books, book_lines, settled, members, monthly_returns, [year], last_month)
