"""marts.book_validations, filter 7 of the funnel: does a book have the tilts that it claims? Reads finished regressions."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from smallcap.finance.factors.book_regressions import FULL, trailing_window
from smallcap.finance.factors.regression import INSUFFICIENT
from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules, TiltRules
from smallcap.tables.books import BookValidations

POSITIVE: Final = "positive"
CONFIRMED: Final = "confirmed"
DIRECTIONAL: Final = "directional"
ABSENT: Final = "absent"
CONTRADICTED: Final = "contradicted"
SIDES: Final = {
    "Mkt-RF": ("move with the market", "move against the market"),
    "SMB": ("are small", "are large"),
    "HML": ("are cheap against their book value", "are dear against their book value"),
    "RMW": ("are profitable", "are unprofitable"),
    "CMA": ("invest little", "invest much"),
    "MOM": ("have risen of late", "have fallen of late"),
}
"""What companies do that a positive loading, or a negative one, leans to."""


def book_validations(regressions: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Judge the claimed tilts of every book, by the five factors' newest vintage, over all months and over the trailing window.

    Parameters
    ----------
    regressions
        Rows of marts.factor_regressions; other models, windows and vintages among them are passed over.
    rules
        Tilts claimed and t statistics that they need.

    Returns
    -------
    pl.DataFrame
        Columns of marts.book_validations: one row per book, covariance, window and claimed tilt.
    """
    intended = rules.tilts.intended
    judged = (
        regressions.filter(
            pl.col("model") == FIVE_FACTORS,
            pl.col("window").is_in([FULL, trailing_window(rules)]),
            pl.col("term").is_in(list(intended)),
        )
        .filter(pl.col("vintage") == pl.col("vintage").max().over("book"))
        .sort("book", "covariance", "window", "term")
        .rename({"term": "tilt"})
        .with_columns(
            intended_sign=pl.col("tilt").replace_strict(intended, return_dtype=pl.String),
            smallest_detectable=rules.tilts.detectable_std_errors * pl.col("std_error"),
        )
        .with_columns(verdict=verdict(rules.tilts))
    )
    # Sentences are put together row by row: there are a dozen to a book.
    sentences = [explanation(row, rules.tilts) for row in judged.iter_rows(named=True)]
    return in_columns_of(
        judged.with_columns(explanation=pl.Series(sentences, dtype=pl.String), rule_set=pl.lit(rules.label)),
        BookValidations,
    )


def verdict(rules: TiltRules) -> pl.Expr:
    """Call a tilt by its sign and its t statistic (columns estimate, t_stat, intended_sign)."""
    is_right = (
        pl.when(pl.col("intended_sign") == POSITIVE)
        .then(pl.col("estimate") > 0)
        .otherwise(pl.col("estimate") >= 0)
    )
    size = pl.col("t_stat").abs()
    return (
        pl.when(size < rules.directional_t)
        .then(pl.lit(ABSENT))
        .when(~is_right)
        .then(pl.lit(CONTRADICTED))
        .when(size < rules.confirmed_t)
        .then(pl.lit(DIRECTIONAL))
        .when(size >= rules.confirmed_t)
        .then(pl.lit(CONFIRMED))
        .otherwise(pl.lit(INSUFFICIENT))
    )


def explanation(row: dict[str, Any], rules: TiltRules) -> str:
    """Say a verdict in plain words (a row of marts.book_validations, with status and reason of its regression)."""
    tilt = row["tilt"]
    if row["verdict"] == INSUFFICIENT:
        return f"{tilt}: cannot be judged: {row['reason'] or 'the loading has no standard error'}"
    figures = f"{tilt} loading {row['estimate']:.2f}, t {row['t_stat']:.2f}"
    claimed, opposite = SIDES[tilt]
    said = {
        CONFIRMED: f"the book leans to companies that {claimed}",
        DIRECTIONAL: (
            f"the book seems to lean to companies that {claimed}, but a t below {rules.confirmed_t:g} "
            f"may be chance"
        ),
        ABSENT: (
            f"no tilt is seen; absent is not zero: a loading below {row['smallest_detectable']:.2f} "
            f"could have gone unseen"
        ),
        CONTRADICTED: f"against the claim, the book {_leans(row, rules)} to companies that {opposite}",
    }
    return f"{figures}: {said[row['verdict']]}"


def _leans(row: dict[str, Any], rules: TiltRules) -> str:
    return "leans" if abs(row["t_stat"]) >= rules.confirmed_t else "seems to lean"
