"""marts.funnel_summary: how many companies entered each filter, what became of them, and whether the book has its tilts."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import funnel
from smallcap.finance.factors.series import Factors
from smallcap.rules.types.factors import FactorRules

COUNTED = ("year", "as_of", "entity_id", "filter_number", "filter_name", "status", "stand_alone_status", "is_borderline", "outcome")
SERIES = ("year", "book", "month", "total_return")


@table_asset("marts.funnel_summary", columns={"funnel_outcomes": COUNTED, "book_returns": SERIES})
def funnel_summary(
    run: Run, funnel_outcomes: pl.DataFrame, book_returns: pl.DataFrame, factors_monthly: pl.DataFrame, factors: pl.DataFrame
) -> Rows:
    """Count the attrition of filters 1 to 6, and judge the book of survivors as filter 7."""
    newest = run.five_factors(factors, factors_monthly)
    frames = {"funnel_outcomes": funnel_outcomes, "book_returns": book_returns}
    return Rows(
        _with_seventh(funnel.funnel_summary(own["funnel_outcomes"]), own["book_returns"], newest, run.factor_rules)
        for _, own in run.each_year("marts.funnel_summary", **frames)
    )


def _with_seventh(summary: pl.DataFrame, book_returns: pl.DataFrame, factors: Factors | None, rules: FactorRules) -> pl.DataFrame:
    seventh = funnel.factor_validation(summary, book_returns, factors, rules)
    return pl.concat([summary, seventh]).sort("as_of", "filter_number")
