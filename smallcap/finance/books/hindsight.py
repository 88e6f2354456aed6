"""marts.hindsight_gap: the value of choosing a fixed list after its first month.

The array computations for many books are in `random_books`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.books.five_factors import five_factor_regression
from smallcap.finance.books.fixed_lists import FixedList, Row, alpha_of, lists_chosen_late, returns_of_book
from smallcap.finance.books.holdings import MEMBERSHIP_DAYS
from smallcap.finance.books.random_books import (
    alphas_of_books,
    drawn_weights,
    return_matrix,
    returns_of_books,
)
from smallcap.finance.factors.fit import HAC, Floats
from smallcap.finance.factors.series import Factors, factors_of
from smallcap.finance.frames import without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.tables.hindsight import HindsightGap

DIFFERENCE, RANDOM_BOOKS, LEAVE_ONE_OUT = "difference", "random_books", "leave_one_out"
MEMBERS, SURVIVORS_ONLY = "members", "survivors_only"
OWN_ALPHA, MARKET_ALPHA, SHARE_AT_LEAST, MEAN, STD = (
    "alpha_annual",
    "market_alpha_annual",
    "share_at_least",
    "mean",
    "std",
)
QUANTILES: Final = {"p05": 0.05, "p50": 0.50, "p95": 0.95}
OF_THE_DRAWN: Final = (SHARE_AT_LEAST, MEAN, STD, *QUANTILES)

COLUMNS: Final = {name: column.dtype for name, column in HindsightGap.columns().items()}
PER_YEAR = ("estimate", "std_error", "ci_low", "ci_high")
WITHOUT_UNIT = ("t_stat", "p_value")
OF_THE_REGRESSION = ("n_obs", "vintage", "first_month", "last_month")


def hindsight_gap(
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    book_returns: pl.DataFrame,
    returns: pl.DataFrame,
    members: pl.DataFrame,
    raw_factors: pl.DataFrame,
    rules: FactorRules,
) -> pl.DataFrame:
    """Compare every list that was not formed in advance with what could be chosen without hindsight.

    - `difference`: the list's return less that of the point-in-time book, regressed on the five factors over
      the months that both have.
    - `random_books`: the rank of the list's alpha among the alphas of random books with the same number of
      names, equally weighted each month, drawn from the members at the beginning of its first month that have
      a return in it. Where membership is unknown at that date, they are drawn from all lines in the price
      source; those have survivorship bias. `market_alpha_annual` is the alpha of all members, or all lines.
    - `leave_one_out`: the list's alpha without each of its names in turn.

    All alphas of a list are over the same months of the same factors; annual alphas are 12 times the monthly.
    Standard errors are HAC in `difference` and classical elsewhere.

    Parameters
    ----------
    books, book_lines, book_returns
        Rows of core.books, core.book_lines and marts.book_returns.
    returns
        Rows of core.monthly_returns for all years.
    members
        Rows of core.members for all years.
    raw_factors
        Rows of raw.factors; the newest vintage of the five factors is used.
    rules
        Name of the point-in-time book, number of random books and seed, minimum number of months.

    Returns
    -------
    pl.DataFrame
        The columns of marts.hindsight_gap, sorted by book, part and item. Rows that cannot be estimated have
        a reason instead of numbers.
    """
    factors = factors_of(raw_factors, FIVE_FACTORS, rules)
    rows: list[Row] = []
    for fixed in lists_chosen_late(books, book_lines, book_returns, returns, factors, rules):
        rows += _difference(fixed, book_returns, factors, rules)
        if factors is None or fixed.alpha["reason"] is not None:
            rows += _without_alpha(fixed)
        else:
            rows += _among_random_books(fixed, returns, members, factors, rules)
            rows += _leaving_one_out(fixed, returns, factors, rules)
    return without_nan(pl.DataFrame(rows, schema=COLUMNS, orient="row")).sort("book", "part", "item")


def _difference(
    fixed: FixedList, book_returns: pl.DataFrame, factors: Factors | None, rules: FactorRules
) -> list[Row]:
    """Regress the list's return less the point-in-time book's."""
    other_book = rules.hindsight.point_in_time_book
    other = returns_of_book(book_returns, other_book).rename({"total_return": "other_return"})
    both = fixed.months.join(other.drop_nulls(), on="month").select(
        "month", pl.col("total_return") - pl.col("other_return")
    )
    no_months = f"no month has a return of both {fixed.book} and {other_book}"
    regression = five_factor_regression(both, factors, rules, is_excess=True, no_months=no_months).filter(
        pl.col("covariance") == HAC
    )
    named = {"book": fixed.book, "part": DIFFERENCE, "other_book": other_book}
    return [
        {
            **dict.fromkeys(COLUMNS),
            **{name: value for name, value in row.items() if name in COLUMNS},
            **named,
            "item": row["term"],
        }
        for row in regression.iter_rows(named=True)
    ]


def _without_alpha(fixed: FixedList) -> list[Row]:
    """Make rows with a reason for a list that has no alpha of its own and so cannot be compared."""
    random_books = [
        _row(fixed, RANDOM_BOOKS, item, fixed.alpha["reason"])
        for item in (OWN_ALPHA, *OF_THE_DRAWN, MARKET_ALPHA)
    ]
    return random_books + [
        _row(fixed, LEAVE_ONE_OUT, ticker, fixed.alpha["reason"]) for ticker in fixed.names["ticker"]
    ]


def _among_random_books(
    fixed: FixedList, returns: pl.DataFrame, members: pl.DataFrame, factors: Factors, rules: FactorRules
) -> list[Row]:
    """Compare the list's alpha with those of random books drawn from the names of its first month."""
    lines, universe = _universe(fixed, returns, members)
    matrix = return_matrix(returns, fixed.months["month"], lines)
    buyable = matrix[:, np.isfinite(matrix[0])]
    drawn = _drawn_alphas(buyable, fixed, factors, rules)
    own = _a_year(fixed.alpha)
    placed = _statistics(drawn, own["estimate"]) if len(drawn) else {}
    lacking = (
        f"{buyable.shape[1]} names could be drawn; more than its own {fixed.names.height} are needed"
        if not placed
        else None
    )
    market = alpha_of(five_factor_regression(_market(fixed, matrix), factors, rules))
    found = {"drawn_books": len(drawn), "drawn_from": buyable.shape[1], "universe": universe}
    return [
        _row(fixed, RANDOM_BOOKS, OWN_ALPHA, None, {**own, **found}),
        *(
            _row(fixed, RANDOM_BOOKS, item, lacking, {"estimate": placed.get(item), **found})
            for item in OF_THE_DRAWN
        ),
        _row(
            fixed,
            RANDOM_BOOKS,
            MARKET_ALPHA,
            market["reason"],
            {**_a_year(market), "drawn_from": len(lines), "universe": universe},
        ),
    ]


def _leaving_one_out(
    fixed: FixedList, returns: pl.DataFrame, factors: Factors, rules: FactorRules
) -> list[Row]:
    """Compute the list's alpha without each of its names; the freed weight goes to the others."""
    months, tickers = fixed.months["month"], fixed.names["ticker"].to_list()
    weights = fixed.names["weight"].to_numpy() * (1 - np.eye(len(tickers)))
    left = returns_of_books(weights, return_matrix(returns, months, fixed.names["security_id"]))
    found = MONTHS_A_YEAR * alphas_of_books(left, factors, months, rules.least_months)
    lacking = f"fewer than {rules.least_months} months have a return of another of its names"
    n_obs = np.isfinite(left).sum(axis=0)
    return [
        _row(
            fixed,
            LEAVE_ONE_OUT,
            ticker,
            None if np.isfinite(alpha) else lacking,
            {"estimate": alpha, "n_obs": months_left},
        )
        for ticker, alpha, months_left in zip(tickers, found.tolist(), n_obs.tolist(), strict=True)
    ]


def _universe(fixed: FixedList, returns: pl.DataFrame, members: pl.DataFrame) -> tuple[pl.Series, str]:
    """Find the lines that could be chosen when the list began, sorted.

    These are the lines of the members, or all lines in the price source if membership is unknown.
    """
    priced = (
        returns.join(fixed.months.select("month"), on="month", how="semi")
        .select("security_id")
        .unique()
        .sort("security_id")
    )
    beginning = fixed.months.select(pl.col("month").first().dt.month_start()).item()
    age_days = (beginning - pl.col("as_of")).dt.total_days()
    listed = members.filter(age_days.is_between(0, MEMBERSHIP_DAYS)).filter(
        pl.col("as_of") == pl.col("as_of").max()
    )
    if listed.is_empty():
        return priced["security_id"], SURVIVORS_ONLY
    return priced.join(listed, on="security_id", how="semi", maintain_order="left")["security_id"], MEMBERS


def _market(fixed: FixedList, matrix: Floats) -> pl.DataFrame:
    """Compute the equally weighted monthly return of the universe."""
    total = returns_of_books(np.ones((1, matrix.shape[1])), matrix)[:, 0]
    return without_nan(fixed.months.select("month", pl.Series("total_return", total)))


def _drawn_alphas(matrix: Floats, fixed: FixedList, factors: Factors, rules: FactorRules) -> Floats:
    """Compute the annual alphas of the random books that have enough months.

    The result is empty if the universe has no more names than the list.
    """
    names, drawn_from = fixed.names.height, matrix.shape[1]
    if drawn_from <= names:
        return np.empty(0)
    draws = drawn_weights(rules.hindsight.random_books, names, drawn_from, rules.hindsight.seed)
    monthly = [
        alphas_of_books(returns_of_books(weights, matrix), factors, fixed.months["month"], rules.least_months)
        for weights in draws
    ]
    found = MONTHS_A_YEAR * np.concatenate(monthly)
    return np.asarray(found[np.isfinite(found)])


def _statistics(drawn: Floats, own: float) -> Mapping[str, float]:
    quantiles = zip(QUANTILES, np.quantile(drawn, list(QUANTILES.values())).tolist(), strict=True)
    return {
        SHARE_AT_LEAST: float((drawn >= own).mean()),
        MEAN: float(drawn.mean()),
        STD: float(drawn.std(ddof=1)),
        **dict(quantiles),
    }


def _a_year(alpha: Row) -> Row:
    """Annualise the figures of a monthly alpha; missing figures stay missing."""
    figures = {name: alpha[name] if alpha[name] is None else MONTHS_A_YEAR * alpha[name] for name in PER_YEAR}
    return {**figures, **{name: alpha[name] for name in WITHOUT_UNIT}}


def _row(
    fixed: FixedList, part: str, item: str, reason: str | None, values: Mapping[str, object] | None = None
) -> Row:
    """Make a row over the list's months; a row with a reason has no figures."""
    shared = {name: fixed.alpha[name] for name in OF_THE_REGRESSION}
    named = {
        "book": fixed.book,
        "part": part,
        "item": item,
        "status": ESTIMATED if reason is None else INSUFFICIENT,
        "reason": reason,
    }
    return {**dict.fromkeys(COLUMNS), **shared, **(values or {}), **named}
