"""marts.book_validations: whether each book has the tilts that it claims."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import validations
from smallcap.rules.types.factors import FactorRules


@table_asset("marts.book_validations")
def book_validations(
    factor_regressions: pl.DataFrame, books: pl.DataFrame, factor_rules: FactorRules
) -> pl.DataFrame:
    """Judge the loadings of the five-factor model, and say how small a loading could have been seen."""
    return validations.book_validations(factor_regressions, books, factor_rules)
