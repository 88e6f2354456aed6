"""marts.deflated_sharpe: each book's Sharpe ratio, deflated by the trials."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.inference import deflated
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.inference import InferenceRules

SERIES = ("book", "month", "total_return")


@table_asset("marts.deflated_sharpe", columns={"book_returns": SERIES})
def deflated_sharpe(
    book_returns: pl.DataFrame,
    books: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
    inference_rules: InferenceRules,
) -> pl.DataFrame:
    """Compare each ratio with the highest to expect of the stated or assumed trials without skill."""
    return deflated.deflated_sharpe_ratios(book_returns, books, factors, factor_rules, inference_rules)
