"""core.factors_monthly: the latest vintage of the factors, month by month."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import series


@table_asset("core.factors_monthly")
def factors_monthly(factors: pl.DataFrame) -> pl.DataFrame:
    """Take the newest five-factor file, and momentum where a file of the same vintage has it."""
    return series.factors_monthly(factors)
