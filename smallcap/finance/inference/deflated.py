"""marts.deflated_sharpe: each book's Sharpe ratio against the best that trials without skill would show."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.finance.books.five_factors import measured_months
from smallcap.finance.factors.fit import Floats
from smallcap.finance.factors.series import RISK_FREE, Factors, factors_of
from smallcap.finance.frames import without_nan
from smallcap.finance.inference.bootstrap import LEAST_VARIANCE
from smallcap.finance.inference.multiple_tests import (
    Moments,
    deflated_sharpe,
    expected_highest,
    moments_of,
)
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.rules.types.inference import InferenceRules
from smallcap.tables.inference import DeflatedSharpe

STATED, ASSUMED = "stated", "assumed"
RULE: Final = "formed by a rule; the trials are those of whoever chose the rule"
UNKNOWN: Final = "unknown: nobody stated how many lists were tried before this one was chosen"
COLUMNS: Final = {name: column.dtype for name, column in DeflatedSharpe.columns().items()}
Row = dict[str, Any]


def deflated_sharpe_ratios(
    book_returns: pl.DataFrame,
    books: pl.DataFrame,
    raw_factors: pl.DataFrame,
    factor_rules: FactorRules,
    rules: InferenceRules,
) -> pl.DataFrame:
    """Deflate every book's Sharpe ratio by the number and the variance of the trials.

    The stated trials are the books of this home with enough months. Where they are too few for a variance,
    several numbers of trials are assumed, with the variance of ratios without skill, 1 / (months - 1).

    Parameters
    ----------
    book_returns
        Columns book, month and total_return.
    books
        Rows of core.books.
    raw_factors
        Rows of raw.factors; the newest vintage of the five factors has the risk-free rate.
    factor_rules
        The models.
    rules
        Minimum number of months, and of stated trials.

    Returns
    -------
    pl.DataFrame
        Columns of marts.deflated_sharpe, sorted by book and trials.
    """
    factors = factors_of(raw_factors, FIVE_FACTORS, factor_rules)
    known = books.select("book", "is_formed_in_advance").sort("book").rows()
    series = {book: _excess(book_returns, book, factors) for book, _ in known}
    moments = {
        book: moments_of(excess)
        for book, excess in series.items()
        if len(excess) >= rules.least_months and excess.var() > LEAST_VARIANCE
    }
    rows: list[Row] = []
    for book, is_formed_in_advance in known:
        named = {
            "book": book,
            "is_formed_in_advance": is_formed_in_advance,
            "own_trials": RULE if is_formed_in_advance else UNKNOWN,
            "n_obs": len(series[book]),
            "rule_set": rules.label,
        }
        found = (
            _deflated(moments[book], moments, rules)
            if book in moments
            else [_lacking(len(series[book]), rules)]
        )
        rows += [{**dict.fromkeys(COLUMNS), **row, **named} for row in found]
    return without_nan(pl.DataFrame(rows, schema=COLUMNS, orient="row")).sort("book", "trials")


def _excess(book_returns: pl.DataFrame, book: str, factors: Factors | None) -> Floats:
    """Take a book's excess returns over the months with factors."""
    own = book_returns.filter(pl.col("book") == book).select("month", "total_return")
    months = measured_months(own, factors)
    if factors is None:
        return np.empty(0)
    joined = months.join(factors.frame, on="month").sort("month")
    return (joined["total_return"] - joined[RISK_FREE]).to_numpy()


def _deflated(own: Moments, all_books: dict[str, Moments], rules: InferenceRules) -> list[Row]:
    """Deflate one ratio by the stated trials, or by each assumed number of them."""
    stated = [moments.sharpe for moments in all_books.values()]
    if len(stated) >= rules.least_stated_trials:
        trials = {len(stated): (STATED, float(np.var(stated, ddof=1)))}
    else:
        trials = dict.fromkeys(rules.assumed_trials, (ASSUMED, 1 / (own.months - 1)))
    return [
        {
            "trials": number,
            "trials_basis": basis,
            "trials_variance": variance,
            "sharpe_monthly": own.sharpe,
            "sharpe_annual": own.sharpe * MONTHS_A_YEAR**0.5,
            "skewness": own.skewness,
            "kurtosis": own.kurtosis,
            "highest_expected": expected_highest(number, variance),
            "deflated_sharpe": deflated_sharpe(own, expected_highest(number, variance)),
            "status": ESTIMATED,
        }
        for number, (basis, variance) in trials.items()
    ]


def _lacking(months: int, rules: InferenceRules) -> Row:
    """Say why a book has no numbers."""
    reason = (
        "the excess return is the same in all months"
        if months >= rules.least_months
        else f"{months} months have a return and a risk-free rate; {rules.least_months} are needed"
    )
    return {"trials": 0, "trials_basis": ASSUMED, "status": INSUFFICIENT, "reason": reason}
