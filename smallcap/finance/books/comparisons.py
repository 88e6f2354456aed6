"""marts.book_comparisons: five-factor regressions of two books, of their difference and of a mix of both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import polars as pl

from smallcap.finance.books.five_factors import five_factor_regression, measured_months
from smallcap.finance.factors.series import Factors, factors_of
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules
from smallcap.tables.book_factors import BookComparisons

PER_TERM = ["covariance", "term"]
INTERVAL = ("estimate", "ci_low", "ci_high")
NO_MONTHS = "no month has a return of both books and all factors"
TEST = ("std_error", "t_stat", "p_value", "ci_low", "ci_high")
SHOWN = {"other_": (*INTERVAL, "reason"), "difference_": ("estimate", *TEST), "mix_": ("estimate",)}
"""Columns of each regression compared with those of the first book, by their prefix."""


def book_comparisons(
    book_returns: pl.DataFrame, books: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Compare every pair of books over the months available for both and for the newest five factors.

    Parameters
    ----------
    book_returns
        Rows of marts.book_returns.
    books
        Rows of core.books; a book without returns is compared too, with status insufficient.
    raw_factors
        Rows of raw.factors, any number of vintages.
    rules
        Minimum number of months, confidence level of the intervals, share of the first book in the mix.

    Returns
    -------
    pl.DataFrame
        The columns of marts.book_comparisons. `book` is the first of the pair in alphabetical order; pairs
        are sorted, and the rows of a pair are in the order of `regress`.
    """
    factors = factors_of(raw_factors, FIVE_FACTORS, rules)
    known = {
        name: book_returns.filter(pl.col("book") == name).select("month", "total_return")
        for name in sorted(books["book"])
    }
    # statsmodels fits one series at a time and there are few books, so loop over the pairs.
    compared = [
        _compared(known[name], known[other], factors, rules).with_columns(
            pl.lit(name).alias("book"), pl.lit(other).alias("other_book")
        )
        for name, other in combinations(known, 2)
    ]
    if not compared:
        return BookComparisons.create_empty()
    return in_columns_of(without_nan(pl.concat(compared)), BookComparisons)


def _compared(
    own: pl.DataFrame, other: pl.DataFrame, factors: Factors | None, rules: FactorRules
) -> pl.DataFrame:
    """Regress both books, their difference and their mix over the same months."""
    first, second = pl.col("total_return"), pl.col("other_return")
    both = own.join(other.rename({"total_return": "other_return"}), on="month").drop_nulls()
    months = measured_months(both, factors)
    share = rules.comparison.mix_share
    series = {
        "": first,
        "other_": second,
        "difference_": first - second,
        "mix_": share * first + (1 - share) * second,
    }
    found = _side_by_side(months, series, factors, rules)
    # The correlation of two equal series can exceed 1 by rounding.
    return _blanked(found, months.select(pl.corr(first, second).clip(-1, 1)).item(), share)


def _side_by_side(
    months: pl.DataFrame, series: Mapping[str, pl.Expr], factors: Factors | None, rules: FactorRules
) -> pl.DataFrame:
    """Regress each series, and put what is shown of each beside the first, under its prefix."""
    found = {
        prefix: five_factor_regression(
            months.select("month", value.alias("total_return")),
            factors,
            rules,
            is_excess=prefix == "difference_",
            no_months=NO_MONTHS,
        )
        for prefix, value in series.items()
    }
    side_by_side = found.pop("")
    for prefix, rows in found.items():
        renamed = rows.select(*PER_TERM, pl.col(SHOWN[prefix]).name.prefix(prefix))
        side_by_side = side_by_side.join(renamed, on=PER_TERM, maintain_order="left")
    return side_by_side


def _blanked(rows: pl.DataFrame, correlation: float | None, mix_share: float) -> pl.DataFrame:
    """Set the status, and blank out the numbers where either book could not be estimated."""
    reason = pl.coalesce("reason", "other_reason")
    is_estimated = reason.is_null()
    # Least squares is linear, so the difference is known even where it is constant and its regression
    # cannot be estimated.
    difference = pl.coalesce("difference_estimate", pl.col("estimate") - pl.col("other_estimate"))
    numbers = [
        *(pl.col(f"{prefix}{name}") for prefix in ("", "other_") for name in INTERVAL),
        difference.alias("difference"),
        *(pl.col(f"difference_{name}") for name in TEST),
        pl.col("mix_estimate"),
        pl.lit(mix_share).alias("mix_share"),
        pl.lit(correlation, dtype=pl.Float64).alias("correlation"),
    ]
    return rows.with_columns(
        *(pl.when(is_estimated).then(number) for number in numbers),
        pl.when(is_estimated).then(pl.lit(ESTIMATED)).otherwise(pl.lit(INSUFFICIENT)).alias("status"),
        reason.alias("reason"),
    )
