"""marts.hindsight_gap: what choosing a list with hindsight was worth."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.books import hindsight
from smallcap.finance.watched.rows import without_watched
from smallcap.rules.types.factors import FactorRules

SERIES = ("book", "month", "total_return")
RETURNS = ("month", "security_id", "total_return")
MEMBERS = ("as_of", "entity_id", "security_id")
NAMES = ("security_id", "is_member", "watched_by")


@table_asset(
    "marts.hindsight_gap",
    columns={
        "book_returns": SERIES,
        "monthly_returns": RETURNS,
        "members": MEMBERS,
        "watched_names": NAMES,
    },
)
def hindsight_gap(
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    members: pl.DataFrame,
    watched_names: pl.DataFrame,
    securities: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    book_returns: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Compare each list chosen later with a book formed in advance, random books, itself less one name.

    No random book holds a name that is known only because it is watched.
    """
    returns = without_watched(monthly_returns, watched_names, securities)
    return hindsight.hindsight_gap(books, book_lines, book_returns, returns, members, factors, factor_rules)
