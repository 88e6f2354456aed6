"""marts.alpha_family: the alphas of all books, adjusted for looking at several."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.inference import alpha_family as family
from smallcap.rules.types.factors import FactorRules


@table_asset("marts.alpha_family")
def alpha_family(
    factor_regressions: pl.DataFrame, book_inference: pl.DataFrame, factor_rules: FactorRules
) -> pl.DataFrame:
    """Adjust p values over the stated family, and label other models and windows exploratory."""
    return family.alpha_family(factor_regressions, book_inference, factor_rules)
