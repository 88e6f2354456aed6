"""marts.book_validations, filter 7 of the funnel: whether a book's regressions show its claimed tilts."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from smallcap.finance.factors.book_regressions import FULL, trailing_window
from smallcap.finance.frames import in_columns_of
from smallcap.finance.statuses import INSUFFICIENT
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules, TiltRules
from smallcap.tables.book_factors import BookValidations

POSITIVE: Final = "positive"
CONFIRMED: Final = "confirmed"
DIRECTIONAL: Final = "directional"
ABSENT: Final = "absent"
CONTRADICTED: Final = "contradicted"
NOT_CLAIMED: Final = "not_claimed"
NO_SIGN: Final = "none"
"""Intended sign of a term that is stated although nothing is claimed of it."""
SIDES: Final = {
    "Mkt-RF": ("move with the market", "move against the market"),
    "SMB": ("are small", "are large"),
    "HML": ("are cheap relative to book value", "are expensive relative to book value"),
    "RMW": ("are profitable", "are unprofitable"),
    "CMA": ("invest little", "invest much"),
    "MOM": ("have risen recently", "have fallen recently"),
}
"""Description of the companies that a positive loading, and a negative one, tilts towards."""


def book_validations(regressions: pl.DataFrame, books: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Evaluate the tilts of every book over all months and over the trailing window.

    Uses the five-factor model with the newest vintage. Verdicts are the same for books that claim no tilt;
    the words then do not speak of a claim.

    Parameters
    ----------
    regressions
        Rows of marts.factor_regressions; other models, windows and vintages are ignored.
    books
        Columns book and has_claims.
    rules
        Claimed tilts and the t statistics that they need.

    Returns
    -------
    pl.DataFrame
        Columns of marts.book_validations: one row per book, covariance, window and tilt that is claimed or
        stated.
    """
    signs = {**rules.tilts.intended, **dict.fromkeys(rules.tilts.stated, NO_SIGN)}
    judged = (
        regressions.filter(
            pl.col("model") == FIVE_FACTORS,
            pl.col("window").is_in([FULL, trailing_window(rules)]),
            pl.col("term").is_in(list(signs)),
        )
        .filter(pl.col("vintage") == pl.col("vintage").max().over("book"))
        .sort("book", "covariance", "window", "term")
        .rename({"term": "tilt"})
        .with_columns(
            intended_sign=pl.col("tilt").replace_strict(signs, return_dtype=pl.String),
            smallest_detectable=rules.tilts.detectable_std_errors * pl.col("std_error"),
        )
        .with_columns(verdict=_shown_verdict(rules.tilts))
        .join(books.select("book", "has_claims"), on="book", how="left", maintain_order="left")
        .with_columns(pl.col("has_claims").fill_null(False))
    )
    # Sentences are built row by row: there are only about a dozen per book.
    sentences = [explanation(row, rules.tilts) for row in judged.iter_rows(named=True)]
    return in_columns_of(
        judged.with_columns(explanation=pl.Series(sentences, dtype=pl.String), rule_set=pl.lit(rules.label)),
        BookValidations,
    )


def _shown_verdict(rules: TiltRules) -> pl.Expr:
    """Classify a claimed tilt; a term that is only stated has no verdict, estimated or not."""
    is_stated = (pl.col("intended_sign") == NO_SIGN) & pl.col("t_stat").is_not_null()
    return pl.when(is_stated).then(pl.lit(NOT_CLAIMED)).otherwise(verdict(rules))


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
    if row["verdict"] == NOT_CLAIMED:
        return f"{figures}: no sign is claimed; {_stated(row, rules)}"
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
        CONTRADICTED: f"{_against(row)}the book {_leans(row, rules)} to companies that {opposite}",
    }
    return f"{figures}: {said[row['verdict']]}"


def _stated(row: dict[str, Any], rules: TiltRules) -> str:
    """Describe the loading of a term of which nothing is claimed."""
    if abs(row["t_stat"]) < rules.directional_t:
        return "no tilt is detected"
    positive, negative = SIDES[row["tilt"]]
    return f"the book {_leans(row, rules)} to companies that {positive if row['estimate'] > 0 else negative}"


def _against(row: dict[str, Any]) -> str:
    return "against the claim, " if row["has_claims"] else "the book claims no tilt; "


def _leans(row: dict[str, Any], rules: TiltRules) -> str:
    return "leans" if abs(row["t_stat"]) >= rules.confirmed_t else "seems to lean"
