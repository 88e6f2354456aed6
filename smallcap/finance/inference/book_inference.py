"""marts.book_inference: intervals of alpha and Sharpe ratios by three methods, under each treatment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.finance.books.five_factors import five_factor_regression, measured_months
from smallcap.finance.factors.fit import HAC, OLS, Floats
from smallcap.finance.factors.series import RISK_FREE, Factors, factors_of, month_number
from smallcap.finance.frames import without_nan
from smallcap.finance.inference.bootstrap import (
    Draws,
    Interval,
    block_lengths,
    drawn_alphas,
    drawn_sharpe_ratios,
    interval,
    optimal_block,
)
from smallcap.finance.returns.treatments import COMPLETE, SURVIVORS_ONLY, TREATMENTS
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import ALPHA, FIVE_FACTORS, MONTHS_A_YEAR, FactorRules
from smallcap.rules.types.inference import InferenceRules
from smallcap.tables.inference import BookInference

ALPHA_ANNUAL, SHARPE, SHARPE_DIFFERENCE = "alpha_annual", "sharpe", "sharpe_difference"
STATISTICS: Final = (ALPHA_ANNUAL, SHARPE, SHARPE_DIFFERENCE)
MARKET: Final = "Mkt-RF"
COLUMNS: Final = {name: column.dtype for name, column in BookInference.columns().items()}
KEY: Final = ["book", "treatment", "statistic", "block"]
Row = dict[str, Any]


def book_inference(
    treated: pl.DataFrame,
    books: pl.DataFrame,
    raw_factors: pl.DataFrame,
    factor_rules: FactorRules,
    rules: InferenceRules,
) -> pl.DataFrame:
    """Bootstrap the alpha and the Sharpe ratio of every book under every treatment of doubtful returns.

    The rows of a month, its return and its factors, are drawn together. Every figure of a series comes from
    the same draws, and series of equal length from the same rows.

    Parameters
    ----------
    treated
        Rows of marts.treated_book_returns.
    books
        Rows of core.books; a book without returns has rows without numbers.
    raw_factors
        Rows of raw.factors; the newest vintage of the five factors is used.
    factor_rules
        Minimum number of months of a regression, and its intervals.
    rules
        Draws, seed, block lengths, confidence level.

    Returns
    -------
    pl.DataFrame
        Columns of marts.book_inference, sorted by key.
    """
    factors = factors_of(raw_factors, FIVE_FACTORS, factor_rules)
    rows: list[Row] = []
    draws = Draws(rules)
    for book, is_formed_in_advance in books.select("book", "is_formed_in_advance").sort("book").iter_rows():
        known: dict[bytes, list[Row]] = {}
        for treatment in TREATMENTS:
            series = treated.filter((pl.col("book") == book) & (pl.col("treatment") == treatment))
            named = {"book": book, "treatment": treatment, "is_formed_in_advance": is_formed_in_advance}
            found = _of_series(series, factors, factor_rules, rules, draws, known)
            rows += [{**row, **_covered(series, factors), **named, "rule_set": rules.label} for row in found]
    complete = [{**dict.fromkeys(COLUMNS), **row} for row in rows]
    return without_nan(pl.DataFrame(complete, schema=COLUMNS, orient="row")).sort(KEY)


def _of_series(
    series: pl.DataFrame,
    factors: Factors | None,
    factor_rules: FactorRules,
    rules: InferenceRules,
    draws: Draws,
    known: dict[bytes, list[Row]],
) -> list[Row]:
    """Estimate one series; a treatment that changes nothing has the figures of another."""
    months = measured_months(series.select("month", "total_return"), factors)
    regression = five_factor_regression(months, factors, factor_rules, no_months="the book has no return")
    alphas = {row["covariance"]: row for row in regression.filter(pl.col("term") == ALPHA).to_dicts()}
    shared = {name: alphas[OLS][name] for name in ("vintage", "n_obs", "first_month", "last_month")}
    reason = alphas[OLS]["reason"] or _too_few(months.height, rules)
    if reason is not None or factors is None:
        lacking = {"status": INSUFFICIENT, "reason": reason, "missing_months": 0, **shared}
        return [
            {**lacking, "statistic": statistic, "block": block}
            for statistic in STATISTICS
            for block in block_lengths(1.0, rules.block_months)
        ]
    joined = months.join(factors.frame, on="month").sort("month")
    content = joined["total_return"].to_numpy().tobytes() + joined["month"].to_numpy().tobytes()
    if content not in known:
        known[content] = [
            {**shared, "status": ESTIMATED, "missing_months": _gaps(joined), **row}
            for row in _bootstrapped(joined, factors, alphas, rules, draws)
        ]
    return known[content]


def _bootstrapped(
    joined: pl.DataFrame, factors: Factors, alphas: dict[str, Row], rules: InferenceRules, draws: Draws
) -> Iterator[Row]:
    """Draw with each block length, and summarise every statistic."""
    explaining, market = joined.select(factors.terms).to_numpy(), joined[MARKET].to_numpy()
    excess = (joined["total_return"] - joined[RISK_FREE]).to_numpy()
    # The sample itself, as a draw that has every month once.
    estimates = _drawn(excess, explaining, market, np.ones((1, len(excess))))
    optimal = optimal_block(excess, explaining)
    for block, length in block_lengths(optimal, rules.block_months).items():
        drawn = _drawn(excess, explaining, market, draws.counts(len(excess), length))
        for statistic, values in drawn.items():
            found = interval(values, rules.confidence)
            yield {
                **(_classical(alphas) if statistic == ALPHA_ANNUAL else {}),
                **({} if found is None else _figures(found)),
                "statistic": statistic,
                "block": block,
                "block_months": length,
                "estimate": float(estimates[statistic][0]),
                "seed": rules.seed,
            }


def _drawn(excess: Floats, explaining: Floats, market: Floats, counts: Floats) -> dict[str, Floats]:
    """Compute every statistic of every draw."""
    own = drawn_sharpe_ratios(excess, counts)
    return {
        ALPHA_ANNUAL: MONTHS_A_YEAR * drawn_alphas(excess, explaining, counts),
        SHARPE: own,
        SHARPE_DIFFERENCE: own - drawn_sharpe_ratios(market, counts),
    }


def _figures(found: Interval) -> Row:
    return {
        "ci_low": found.low,
        "ci_high": found.high,
        "std_error": found.std_error,
        "p_value": found.p_value,
        "draws": found.draws,
    }


def _classical(alphas: dict[str, Row]) -> Row:
    """Annualise the intervals of the regression."""
    return {
        f"{prefix}_{name}": alphas[covariance][name] * (1 if name == "p_value" else MONTHS_A_YEAR)
        for prefix, covariance in (("ols", OLS), ("hac", HAC))
        for name in ("ci_low", "ci_high", "p_value")
    }


def _too_few(months: int, rules: InferenceRules) -> str | None:
    if months >= rules.least_months:
        return None
    return f"{months} months have a return and all factors; {rules.least_months} are needed"


def _gaps(joined: pl.DataFrame) -> int:
    """Count the calendar months between the first and the last that have no row."""
    number = month_number("month")
    span = joined.select(number.max() - number.min() + 1).item()
    return int(span) - joined.height


def _covered(series: pl.DataFrame, factors: Factors | None) -> Row:
    """Take the largest weight without a return in the months that are measured, and its label."""
    months = measured_months(series, factors)
    if months.is_empty():
        return {"weight_without_return": None, "coverage": None}
    is_lacking = (months["coverage"] == SURVIVORS_ONLY).any()
    return {
        "weight_without_return": months["weight_without_return"].max(),
        "coverage": SURVIVORS_ONLY if is_lacking else COMPLETE,
    }
