"""marts.book_inference: bootstrap intervals of each book's alpha and Sharpe ratio."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.inference import book_inference as inference
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.inference import InferenceRules

SERIES = ("book", "month", "treatment", "total_return", "weight_without_return", "coverage")


@table_asset("marts.book_inference", columns={"treated_book_returns": SERIES})
def book_inference(
    treated_book_returns: pl.DataFrame,
    books: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
    inference_rules: InferenceRules,
) -> pl.DataFrame:
    """Draw the months of each book again, in blocks, beside the intervals of its regression."""
    return inference.book_inference(treated_book_returns, books, factors, factor_rules, inference_rules)
