"""The seventh row of marts.funnel_summary: whether the book of survivors has the tilts that it claims.

It applies to the book as a whole, not to a company.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.factors.stocks import known_factor_loadings
from smallcap.finance.factors.validations import CONFIRMED, CONTRADICTED, DIRECTIONAL, verdict
from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.summary import WORDS
from smallcap.finance.statuses import ESTIMATED, FAIL, PASS, STATUSES, VERIFY
from smallcap.rules.types.factors import FactorRules
from smallcap.tables.funnel import FunnelSummary

FILTER_NUMBER: Final = 7
FILTER_NAME: Final = "factor_validation"
THE_BOOK: Final = 0
"""Security id used for the book in the batched regressions."""


def factor_validation(
    summary: pl.DataFrame, book_returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Evaluate the book of survivors at each as_of by its months so far, and count its companies accordingly.

    The book passes if every tilt that should be positive is confirmed or directional and no claimed tilt is
    contradicted. It fails if a claimed tilt is contradicted. Otherwise, with a tilt absent or too few months,
    the result is verify.

    Parameters
    ----------
    summary
        Rows of marts.funnel_summary for filters 1 to 6.
    book_returns
        Columns book, month and total_return; only the point-in-time book is used, over the trailing months to
        each as_of.
    raw_factors
        Rows of raw.factors: each as_of takes the newest vintage published by then.
    rules
        Length of the window, tilts, and the book's name.

    Returns
    -------
    pl.DataFrame
        One row per as_of, in the columns of marts.funnel_summary: all survivors get the same status.
    """
    last = summary.filter(pl.col("filter_number") == pl.col("filter_number").max())
    statuses = _statuses(last.select("year", "as_of"), book_returns, raw_factors, rules)
    survivors = pl.col("outcome_survivor") + pl.col("outcome_survivor_unverified")
    evaluated = (
        last.drop("vintage", "is_vintage_later")
        .join(statuses, on="as_of", how="left", maintain_order="left")
        .with_columns(pl.col("status").fill_null(VERIFY))
    )
    counts = {
        f"{prefix}{WORDS[status]}": pl.when(pl.col("status") == status).then(survivors).otherwise(0)
        for status in STATUSES
        for prefix in ("", "stand_alone_")
    }
    is_passed = pl.col("status") == PASS
    rows = evaluated.with_columns(
        pl.lit(FILTER_NUMBER, pl.Int64).alias("filter_number"),
        pl.lit(FILTER_NAME).alias("filter_name"),
        survivors.alias("entered"),
        (pl.col("members") - survivors).alias("not_reached"),
        pl.when(is_passed & pl.col("is_borderline")).then(survivors).otherwise(0).alias("borderline"),
        pl.when(pl.col("status") == FAIL).then(0).otherwise(survivors).alias("left"),
        pl.when(is_passed).then("outcome_survivor").otherwise(0).alias("left_verified"),
        **counts,
    )
    return in_columns_of(rows, FunnelSummary)


def _statuses(
    dates: pl.DataFrame, book_returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Evaluate the book at each date: as_of, vintage, is_vintage_later, and status and is_borderline.

    The last two are null at dates without a regression.
    """
    loadings = _loadings(dates, book_returns, raw_factors, rules)
    vintages = loadings.select("as_of", "vintage", "is_vintage_later").unique()
    return vintages.join(_judged(_intended_tilts(loadings, rules), rules), on="as_of", how="left")


def _judged(tilts: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Judge the intended tilts of each date together."""
    verdicts = tilts.with_columns(verdict(rules.tilts).alias("verdict"))
    is_required = pl.col("term").is_in(list(rules.tilts.positive))
    is_seen = pl.col("verdict").is_in([CONFIRMED, DIRECTIONAL])
    return verdicts.group_by("as_of").agg(
        pl.when((pl.col("verdict") == CONTRADICTED).any())
        .then(pl.lit(FAIL))
        .when(is_seen.filter(is_required).all())
        .then(pl.lit(PASS))
        .otherwise(pl.lit(VERIFY))
        .alias("status"),
        (pl.col("verdict") != CONFIRMED).filter(is_required).any().alias("is_borderline"),
    )


def _loadings(
    dates: pl.DataFrame, book_returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Estimate the book's loadings over the trailing months to each date."""
    the_book = pl.lit(THE_BOOK, pl.Int64)
    own = book_returns.filter(pl.col("book") == rules.hindsight.point_in_time_book).drop_nulls("total_return")
    return known_factor_loadings(
        dates.with_columns(entity_id=the_book, security_id=the_book),
        own.select("month", "total_return", security_id=the_book),
        raw_factors,
        rules,
    )


def _intended_tilts(loadings: pl.DataFrame, rules: FactorRules) -> pl.DataFrame:
    """Keep the loadings on the factors that have an intended sign, with that sign."""
    tilts = loadings.filter(
        pl.col("term").is_in(list(rules.tilts.intended)) & (pl.col("status") == ESTIMATED)
    )
    signs = pl.DataFrame(
        {"term": list(rules.tilts.intended), "intended_sign": list(rules.tilts.intended.values())}
    )
    return tilts.join(signs, on="term")
