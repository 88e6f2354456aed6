"""marts.factor_regressions: every book, model, vintage and window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from smallcap.finance.factors.regression import not_regressed, regress
from smallcap.finance.factors.series import Factors, factors_of, vintages_of
from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.factors import FactorRules
from smallcap.tables.factors import FactorRegressions

FULL: Final = "full"
NO_VINTAGE: Final = "none"
DECEMBER: Final = 12

Window = tuple[str, pl.DataFrame]


def book_regressions(
    book_returns: pl.DataFrame, books: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Regress every book on every model of the rule set.

    Windows: `full` and the trailing window for every stored vintage of the model; for the newest vintage
    only, also the trailing window at the end of each calendar year, from the first with enough months to the
    last complete year.

    Parameters
    ----------
    book_returns
        Columns book, month and total_return.
    books
        Columns book and is_formed_in_advance; a book without returns gets rows too, all insufficient.
    raw_factors
        Rows of raw.factors, any number of vintages.
    rules
        Models, windows and minimum number of months.

    Returns
    -------
    pl.DataFrame
        Columns of marts.factor_regressions. A model whose files have no vintage in common has rows with
        vintage `none`.
    """
    # statsmodels fits one series at a time and there are few books, so loop over models, vintages, books and
    # windows.
    found = [
        rows.with_columns(
            book=pl.lit(book), window=pl.lit(window), is_formed_in_advance=pl.lit(is_formed_in_advance)
        )
        for model in rules.models
        for book, is_formed_in_advance in books.select("book", "is_formed_in_advance")
        .sort("book")
        .iter_rows()
        for window, rows in _of_model(book_returns.filter(pl.col("book") == book), model, raw_factors, rules)
    ]
    if not found:
        return FactorRegressions.create_empty()
    return in_columns_of(pl.concat(found), FactorRegressions)


def trailing_window(rules: FactorRules) -> str:
    """Return the name of the trailing window."""
    return f"trailing_{rules.trailing_months}"


def _of_model(
    returns: pl.DataFrame, model: str, raw_factors: pl.DataFrame, rules: FactorRules
) -> Iterator[Window]:
    vintages = vintages_of(raw_factors, model, rules)
    if not vintages:
        reason = (
            f"no stored vintage has every file of the model ({', '.join(rules.models[model].files)}); "
            f"fetch the missing one"
        )
        for window in (FULL, trailing_window(rules)):
            yield window, not_regressed(model, rules, NO_VINTAGE, reason)
    for vintage in vintages:
        factors = factors_of(raw_factors, model, rules, vintage)
        assert factors is not None, "the files share the vintage"
        known = returns.drop_nulls("total_return").join(factors.frame.select("month"), on="month", how="semi")
        yield FULL, regress(known, factors, rules)
        yield trailing_window(rules), regress(_to(known, _last_month(known), rules), factors, rules)
        if vintage == vintages[-1]:
            yield from _year_ends(known, factors, rules)


def _year_ends(known: pl.DataFrame, factors: Factors, rules: FactorRules) -> Iterator[Window]:
    last = _last_month(known)
    if last is None:
        return
    first_year = known["month"].dt.year().min()
    last_year = last.year if last.month == DECEMBER else last.year - 1
    assert isinstance(first_year, int)
    for year in range(first_year, last_year + 1):
        in_window = _to(known, dt.date(year, DECEMBER, 31), rules)
        if in_window.height >= rules.least_months:
            yield f"year_{year}", regress(in_window, factors, rules)


def _to(known: pl.DataFrame, end: dt.date | None, rules: FactorRules) -> pl.DataFrame:
    """Keep the calendar months of the trailing window that ends at a month end."""
    last = pl.lit(end, dtype=pl.Date)
    return known.filter(
        (pl.col("month") > last.dt.offset_by(f"-{rules.trailing_months}mo").dt.month_end())
        & (pl.col("month") <= last)
    )


def _last_month(known: pl.DataFrame) -> dt.date | None:
    last = known["month"].max()
    return last if isinstance(last, dt.date) else None
