"""marts.treated_book_returns: what each book earned under each treatment of doubtful returns."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import book_treatments
from smallcap.rules.types.returns import ReturnRules

RETURNS = ("year", "month", "security_id", "total_return")
PRICES = ("year", "security_id", "date", "close_usd")
LISTS = ("year", "security_id", "snapshot_date", "exchange")
CAUSES = ("security_id", "entity_id", "valid_from", "delisting_cause")
NAMES = ("year", "security_id", "is_member", "watched_by")


@table_asset(
    "marts.treated_book_returns",
    columns={
        "monthly_returns": RETURNS,
        "prices": PRICES,
        "constituents": LISTS,
        "securities": CAUSES,
        "watched_names": NAMES,
    },
    by_year=True,
)
def treated_book_returns(
    book_holdings: pl.DataFrame,
    book_lines: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    return_doubts: pl.DataFrame,
    prices: pl.DataFrame,
    constituents: pl.DataFrame,
    securities: pl.DataFrame,
    watched_names: pl.DataFrame,
    return_rules: ReturnRules,
) -> pl.DataFrame:
    """Weigh the holdings' returns with all of them, without suspects, cut off, and with delisting losses."""
    return book_treatments.treated_book_returns(
        book_holdings,
        book_lines,
        monthly_returns,
        return_doubts,
        prices,
        constituents,
        securities,
        watched_names,
        return_rules,
    )
