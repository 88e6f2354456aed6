"""marts.funnel_summary: companies entering and leaving each filter, and the tilts of the survivors' book."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import funnel
from smallcap.rules.types.factors import FactorRules

COUNTED = (
    "year",
    "as_of",
    "entity_id",
    "filter_number",
    "filter_name",
    "status",
    "stand_alone_status",
    "is_borderline",
    "outcome",
)
SERIES = ("year", "book", "month", "total_return")


@table_asset(
    "marts.funnel_summary", columns={"funnel_outcomes": COUNTED, "book_returns": SERIES}, by_year=True
)
def funnel_summary(
    funnel_outcomes: pl.DataFrame,
    book_returns: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Count the attrition of filters 1 to 6, and evaluate the book of survivors as filter 7."""
    summary = funnel.funnel_summary(funnel_outcomes)
    seventh = funnel.factor_validation(summary, book_returns, factors, factor_rules)
    return pl.concat([summary, seventh]).sort("as_of", "filter_number")
