"""marts.treated_quintiles: what the alphas of the quintile portfolios are worth under each treatment."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.inference import quintiles
from smallcap.finance.returns.treatments import ALL
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.quintiles import QuintileRules


@table_asset("marts.treated_quintiles")
def treated_quintiles(
    quintile_returns: pl.DataFrame,
    treated_quintile_returns: pl.DataFrame,
    factors: pl.DataFrame,
    quintile_rules: QuintileRules,
    factor_rules: FactorRules,
    inference_rules: InferenceRules,
) -> pl.DataFrame:
    """Measure each portfolio under each treatment, and draw the months of its alphas again."""
    own = quintile_returns.with_columns(treatment=pl.lit(ALL))
    both = pl.concat([own, treated_quintile_returns], how="diagonal_relaxed")
    return quintiles.treated_quintiles(both, factors, quintile_rules, factor_rules, inference_rules)
