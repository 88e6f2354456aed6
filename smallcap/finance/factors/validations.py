"""marts.book_validations, filter 7 of the funnel: whether a book's regressions show its claimed tilts."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from smallcap.finance.factors.book_regressions import FULL, trailing_window
from smallcap.finance.frames import in_columns_of
from smallcap.finance.statuses import INSUFFICIENT
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
    "HML": ("are cheap relative to book value", "are expensive relative to book value"),
    "RMW": ("are profitable", "are unprofitable"),
    "CMA": ("invest little", "invest much"),
    "MOM": ("have risen recently", "have fallen recently"),
}
"""Description of the companies that a positive loading, and a negative one, tilts towards."""


def book_validations(regressions: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Evaluate the claimed tilts of every book over all months and over the trailing window.

    Uses the five-factor model with the newest vintage.

    Parameters
    ----------
    regressions
        Rows of marts.factor_regressions; other models, windows and vintages are ignored.
    rules
        Claimed tilts and the t statistics that they need.

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
    # Sentences are built row by row: there are only about a dozen per book.
    sentences = [explanation(row, rules.tilts) for row in judged.iter_rows(named=True)]
    return in_columns_of(
        judged.with_columns(explanation=pl.Series(sentences, dtype=pl.String), rule_set=pl.lit(rules.label)),
        BookValidations,
    )


def verdict(rules: TiltRules) -> pl.Expr:
    """Classify a tilt by its sign and t statistic (columns estimate, t_stat, intended_sign)."""
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
    """Explain a verdict in words, for a row of marts.book_validations with the reason of its regression."""
    tilt = row["tilt"]
    if row["verdict"] == INSUFFICIENT:
        return f"{tilt}: cannot be evaluated: {row['reason'] or 'the loading has no standard error'}"
    figures = f"{tilt} loading {row['estimate']:.2f}, t {row['t_stat']:.2f}"
    claimed, opposite = SIDES[tilt]
    said = {
        CONFIRMED: f"the book leans to companies that {claimed}",
        DIRECTIONAL: (
            f"the book seems to lean to companies that {claimed}, but a t below {rules.confirmed_t:g} "
            f"may be chance"
        ),
        ABSENT: (
            f"no tilt is detected; absent is not zero: a loading below {row['smallest_detectable']:.2f} "
            f"could have gone undetected"
        ),
        CONTRADICTED: f"against the claim, the book {_leans(row, rules)} to companies that {opposite}",
    }
    return f"{figures}: {said[row['verdict']]}"


def _leans(row: dict[str, Any], rules: TiltRules) -> str:
    return "leans" if abs(row["t_stat"]) >= rules.confirmed_t else "seems to lean"
