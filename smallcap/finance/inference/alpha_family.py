"""marts.alpha_family: the alphas of all books, and their p values adjusted for looking at several."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.factors.book_regressions import FULL, trailing_window
from smallcap.finance.factors.fit import COVARIANCES
from smallcap.finance.frames import in_columns_of
from smallcap.finance.inference.book_inference import ALPHA_ANNUAL
from smallcap.finance.inference.bootstrap import OPTIMAL
from smallcap.finance.inference.multiple_tests import METHODS, adjusted
from smallcap.finance.returns.treatments import ALL
from smallcap.rules.types.factors import ALPHA, FIVE_FACTORS, FactorRules
from smallcap.tables.inference import AlphaFamily

FAMILY, EXPLORATORY = "family", "exploratory"
BOOTSTRAP: Final = "bootstrap"
BASES: Final = (*COVARIANCES, BOOTSTRAP)
KEY: Final = ["book", "model", "window", "basis"]
SHOWN: Final = ["vintage", "alpha_annual", "p_value", "n_obs", "is_formed_in_advance", "status", "reason"]


def alpha_family(regressions: pl.DataFrame, inference: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Adjust the p values of the family over each basis.

    The family is stated before any of it is looked at: the alphas of all books under the five factors of the
    newest vintage, over all months, with all returns. Other models and windows are exploratory: they are
    shown, labelled so, and have no adjusted p value.

    Parameters
    ----------
    regressions
        Rows of marts.factor_regressions.
    inference
        Rows of marts.book_inference.
    rules
        Name of the trailing window.

    Returns
    -------
    pl.DataFrame
        Columns of marts.alpha_family, sorted by key.
    """
    alphas = pl.concat([_regressed(regressions, rules), _bootstrapped(inference)], how="diagonal_relaxed")
    is_family = (pl.col("model") == FIVE_FACTORS) & (pl.col("window") == FULL)
    labelled = alphas.with_columns(
        pl.when(is_family).then(pl.lit(FAMILY)).otherwise(pl.lit(EXPLORATORY)).alias("role")
    )
    in_family = pl.col("p_value").is_not_null() & (pl.col("role") == FAMILY)
    sized = labelled.with_columns(
        in_family.sum().over("basis").cast(pl.Int64).alias("family_size"),
        *(pl.lit(None, dtype=pl.Float64).alias(f"p_{name}") for name in METHODS),
    )
    tested = [
        rows.with_columns(
            pl.Series(f"p_{name}", values) for name, values in adjusted(rows["p_value"].to_numpy()).items()
        )
        for rows in sized.filter(in_family).partition_by("basis", maintain_order=True)
    ]
    return in_columns_of(pl.concat([*tested, sized.filter(~in_family)]), AlphaFamily).sort(KEY)


def _regressed(regressions: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Take the alphas of the newest vintage of each model."""
    alphas = regressions.filter(
        pl.col("term") == ALPHA, pl.col("window").is_in([FULL, trailing_window(rules)])
    ).filter(pl.col("vintage") == pl.col("vintage").max().over("book", "model"))
    return alphas.rename({"covariance": "basis"}).select(*KEY, *SHOWN)


def _bootstrapped(inference: pl.DataFrame) -> pl.DataFrame:
    """Take the bootstrap's p values with the optimal block length."""
    chosen = inference.filter(
        pl.col("statistic") == ALPHA_ANNUAL, pl.col("block") == OPTIMAL, pl.col("treatment") == ALL
    )
    named = {"model": FIVE_FACTORS, "window": FULL, "basis": BOOTSTRAP}
    return chosen.with_columns(
        *(pl.lit(value).alias(name) for name, value in named.items()), alpha_annual="estimate"
    ).select(*KEY, *SHOWN)
