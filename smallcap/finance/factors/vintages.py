"""marts.vintage_sensitivity: regressions of the same returns on each stored vintage of the factors.

The effect of the vintage is separated from the effect of additional months.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.factors.fit import OLS
from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import Factors, factors_of, vintages_of
from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.factors import FactorRules
from smallcap.tables.book_factors import VintageSensitivity

COMMON: Final = ("estimate", "std_error", "t_stat", "n_obs", "alpha_annual")
OWN: Final = ("estimate", "std_error", "n_obs", "alpha_annual")


def vintage_sensitivity(
    book_returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Compare the vintages of each model, book by book, with classical standard errors.

    Over the months common to all vintages, two vintages differ only by revisions of the factors; the effect
    of a vintage's additional months is shown separately. A vintage that has too few of the book's months
    for a regression of its own is insufficient; it does not shorten the months of the others.

    Parameters
    ----------
    book_returns
        Columns book, month and total_return.
    raw_factors
        Rows of raw.factors, any number of vintages.
    rules
        Models and minimum number of months.

    Returns
    -------
    pl.DataFrame
        Columns of marts.vintage_sensitivity. A model whose files have no vintage in common has no rows.
    """
    found = []
    # As in `book_regressions`: one regression at a time, for few books.
    for model in rules.models:
        vintages = [
            _stored(raw_factors, model, rules, vintage) for vintage in vintages_of(raw_factors, model, rules)
        ]
        for (book,), returns in (
            sorted(book_returns.partition_by("book", as_dict=True).items()) if vintages else ()
        ):
            found.append(
                _of_book(returns.drop_nulls("total_return"), vintages, rules).with_columns(book=pl.lit(book))
            )
    if not found:
        return VintageSensitivity.create_empty()
    return in_columns_of(pl.concat(found), VintageSensitivity)


def _stored(raw_factors: pl.DataFrame, model: str, rules: FactorRules, vintage: str) -> Factors:
    factors = factors_of(raw_factors, model, rules, vintage)
    assert factors is not None, "the files share the vintage"
    return factors


def _of_book(returns: pl.DataFrame, vintages: Sequence[Factors], rules: FactorRules) -> pl.DataFrame:
    common = returns.select("month")
    shared = _shared(common["month"], vintages, rules)
    for factors in shared:
        common = common.join(factors.frame, on="month", how="semi")
    latest = shared[-1].in_months(common["month"])
    latest_estimates = _ols(returns, latest, rules).select("term", latest="estimate")
    compared = [
        _ols(returns, factors.in_months(common["month"]), rules)
        .rename({name: f"{name}_common" for name in COMMON})
        .join(_own(returns, factors, rules), on="term")
        .join(latest_estimates, on="term")
        .join(_changes(factors, latest), on="term", how="left")
        for factors in vintages
    ]
    return pl.concat(compared).with_columns(
        difference_from_latest=pl.col("estimate_common") - pl.col("latest"),
        window_effect=pl.col("estimate_own") - pl.col("estimate_common"),
    )


def _shared(months: pl.Series, vintages: Sequence[Factors], rules: FactorRules) -> Sequence[Factors]:
    """Choose the vintages whose months in common are compared: those with enough of the book's months.

    Where fewer than two have enough, all that have any.
    """
    numbers = [factors.in_months(months).frame.height for factors in vintages]
    for least in (rules.least_months, 1):
        found = [factors for factors, number in zip(vintages, numbers, strict=True) if number >= least]
        if len(found) > 1 or (found and least == 1):
            return found
    return vintages


def _ols(returns: pl.DataFrame, factors: Factors, rules: FactorRules) -> pl.DataFrame:
    return regress(returns, factors, rules).filter(pl.col("covariance") == OLS)


def _own(returns: pl.DataFrame, factors: Factors, rules: FactorRules) -> pl.DataFrame:
    return _ols(returns, factors, rules).select("term", pl.col(OWN).name.suffix("_own"))


def _changes(factors: Factors, latest: Factors) -> pl.DataFrame:
    """Count, by term, the months in which the factor differs from the latest vintage.

    The largest difference is included.
    """
    both = latest.frame.join(factors.frame, on="month", suffix="_then").sort("month")
    changes = [(pl.col(term) - pl.col(f"{term}_then")).abs() for term in latest.terms]
    return pl.DataFrame(
        {
            "term": latest.terms,
            "months_changed": both.select((change > 0).sum().cast(pl.Int64) for change in changes).row(0),
            "largest_change": both.select(change.max() for change in changes).row(0),
        },
        schema={"term": pl.String, "months_changed": pl.Int64, "largest_change": pl.Float64},
    )
