"""marts.treated_hindsight: the value of hindsight under each treatment of doubtful returns."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import hindsight_treatments
from smallcap.finance.watched.rows import without_watched
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.returns import ReturnRules

SERIES = ("book", "month", "treatment", "total_return")
RETURNS = ("month", "security_id", "total_return")
DOUBTS = ("month", "security_id", "is_return_suspect")
MEMBERS = ("as_of", "entity_id", "security_id")


@table_asset(
    "marts.treated_hindsight",
    columns={
        "treated_book_returns": SERIES,
        "monthly_returns": RETURNS,
        "return_doubts": DOUBTS,
        "members": MEMBERS,
    },
)
def treated_hindsight(
    hindsight_gap: pl.DataFrame,
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    members: pl.DataFrame,
    watched_names: pl.DataFrame,
    securities: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    return_doubts: pl.DataFrame,
    treated_book_returns: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
    return_rules: ReturnRules,
) -> pl.DataFrame:
    """Compare each list with random books whose returns are treated alike."""
    return hindsight_treatments.treated_hindsight(
        hindsight_gap,
        books,
        book_lines,
        treated_book_returns,
        without_watched(monthly_returns, watched_names, securities),
        return_doubts,
        members,
        factors,
        factor_rules,
        return_rules,
    )
