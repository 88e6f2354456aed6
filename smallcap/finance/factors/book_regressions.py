"""marts.factor_regressions: every book, model, vintage and window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from smallcap.finance.factors.known_vintages import known_vintages
from smallcap.finance.factors.regression import not_regressed, regress
from smallcap.finance.factors.series import Factors, factors_of, vintages_of
from smallcap.finance.frames import in_columns_of
from smallcap.rules.types.factors import FactorRules
from smallcap.tables.factor_regressions import FactorRegressions

FULL: Final = "full"
NO_VINTAGE: Final = "none"
DECEMBER: Final = 12

Window = tuple[str, bool, pl.DataFrame]
"""Its name, whether the vintage was published after it ended, and the rows of its regression."""


def book_regressions(
    book_returns: pl.DataFrame, books: pl.DataFrame, raw_factors: pl.DataFrame, rules: FactorRules
) -> pl.DataFrame:
    """Regress every book on every model of the rule set.

    Windows: `full` and the trailing window for every stored vintage of the model; also the trailing window at
    the end of each calendar year, from the first with enough months to the last complete year, each under the
    newest vintage that had been published by then. Where none had, the newest stored stands in, flagged.

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
            book=pl.lit(book),
            window=pl.lit(window),
            is_vintage_later=pl.lit(is_later),
            is_formed_in_advance=pl.lit(is_formed_in_advance),
        )
        for model in rules.models
        for book, is_formed_in_advance in books.select("book", "is_formed_in_advance")
        .sort("book")
        .iter_rows()
        for window, is_later, rows in _of_model(
            book_returns.filter(pl.col("book") == book), model, raw_factors, rules
        )
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
            yield window, False, not_regressed(model, rules, NO_VINTAGE, reason)
    for vintage in vintages:
        factors = factors_of(raw_factors, model, rules, vintage)
        assert factors is not None, "the files share the vintage"
        known = _in_months_of(returns, factors)
        yield FULL, False, regress(known, factors, rules)
        trailing = _to(known, _last_month(known), rules)
        yield trailing_window(rules), False, regress(trailing, factors, rules)
        if vintage == vintages[-1]:
            yield from _year_ends(returns, _ends_of_years(known), model, raw_factors, rules)


def _year_ends(
    returns: pl.DataFrame, ends: pl.Series, model: str, raw_factors: pl.DataFrame, rules: FactorRules
) -> Iterator[Window]:
    """Regress the trailing window to each year's end on the factors that were known on that day."""
    chosen = known_vintages(ends, vintages_of(raw_factors, model, rules))
    for end, vintage, is_later in chosen.iter_rows():
        factors = factors_of(raw_factors, model, rules, vintage)
        assert factors is not None, "the vintage is one of those stored"
        in_window = _to(_in_months_of(returns, factors), end, rules)
        if in_window.height >= rules.least_months:
            yield f"year_{end.year}", is_later, regress(in_window, factors, rules)


def _ends_of_years(known: pl.DataFrame) -> pl.Series:
    """List the ends of the calendar years from the first month on, up to the last that is complete."""
    last = _last_month(known)
    if last is None:
        return pl.Series("as_of", [], dtype=pl.Date)
    first_year = known["month"].dt.year().min()
    last_year = last.year if last.month == DECEMBER else last.year - 1
    assert isinstance(first_year, int)
    ends = [dt.date(year, DECEMBER, 31) for year in range(first_year, last_year + 1)]
    return pl.Series("as_of", ends, dtype=pl.Date)


def _in_months_of(returns: pl.DataFrame, factors: Factors) -> pl.DataFrame:
    return returns.drop_nulls("total_return").join(factors.frame.select("month"), on="month", how="semi")


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
