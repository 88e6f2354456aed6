"""What a holding that stops is worth: its last price, or a loss if it was delisted for its performance."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.delistings import PERFORMANCE, TAKEN_OVER, known_causes
from smallcap.finance.factors.series import month_number
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.returns import DelistingRules

NASDAQ: Final = "NASDAQ"
LINE: Final = ["month", "security_id"]


def delisting_losses(
    stops: pl.DataFrame,
    returns: pl.DataFrame,
    prices: pl.DataFrame,
    lists: pl.DataFrame,
    securities: pl.DataFrame,
    rules: DelistingRules,
) -> pl.DataFrame:
    """Estimate the loss in the month after the last price, for holdings delisted for their performance.

    Where the source says why trading ended, that decides. Elsewhere the cause is taken from the last price
    and the last year: a line that is neither cheap nor has fallen counts as acquired at its last price.

    Parameters
    ----------
    stops
        Columns month and security_id: the first month without a return.
    returns, prices
        Rows of core.monthly_returns and raw.prices for the year before.
    lists
        Rows of raw.constituents: security_id, snapshot_date, exchange.
    securities
        Rows of raw.securities: security_id, valid_from, delisting_cause.
    rules
        The losses, and what tells performance from acquisition.

    Returns
    -------
    pl.DataFrame
        Columns month, security_id and `loss`; only for performance.
    """
    asked = stops.select(LINE).unique()
    is_cheap = pl.col("close_usd") < rules.least_price_usd
    has_fallen = pl.col("year_return") < rules.least_year_return
    is_nasdaq = pl.col("exchange").str.to_uppercase().str.starts_with(NASDAQ).fill_null(False)
    cause = pl.col("delisting_cause")
    is_for_performance = pl.when(cause.is_in([PERFORMANCE, TAKEN_OVER])).then(cause == PERFORMANCE)
    loss = pl.when(is_nasdaq).then(rules.nasdaq_loss).otherwise(rules.loss)
    return (
        asked.join(_last(asked, prices, "date", "close_usd"), on=LINE, how="left")
        .join(_last(asked, lists, "snapshot_date", "exchange"), on=LINE, how="left")
        .join(_year_returns(asked, returns), on=LINE, how="left")
        .join(known_causes(securities), on="security_id", how="left")
        .filter(is_for_performance.fill_null(is_cheap.fill_null(False) | has_fallen.fill_null(False)))
        .select(*LINE, loss.alias("loss"))
        .sort(LINE)
    )


def stopped_lines(returns: pl.DataFrame, year: int) -> pl.DataFrame:
    """Find the lines whose returns stop, and the first month without one.

    A line has stopped if no later return is known by the end of the year after that month, as for
    marts.book_holdings.

    Parameters
    ----------
    returns
        Rows of core.monthly_returns for the year before to the year after.
    year
        The calendar year that is computed; later months are not asked for.

    Returns
    -------
    pl.DataFrame
        Columns month and security_id, for months of the year and the year before that have any return.
    """
    later = pl.col("month").shift(-1).over("security_id")
    after = returns.select("security_id", "month").sort("security_id", "month").with_columns(later=later)
    stops_in = pl.col("month").dt.offset_by("1d").dt.month_end().alias("stops_in")
    is_over = pl.col("later").is_null() | (pl.col("later").dt.year() > pl.col("stops_in").dt.year() + 1)
    return (
        after.with_columns(stops_in)
        .filter(is_over, pl.col("stops_in").dt.year() <= year)
        .select(pl.col("stops_in").alias("month"), "security_id")
        .join(returns.select("month").unique(), on="month", how="semi")
        .sort(LINE)
    )


def _last(asked: pl.DataFrame, dated: pl.DataFrame, day: str, value: str) -> pl.DataFrame:
    """Take the last known value of each line before the month."""
    known = dated.drop_nulls(value).select("security_id", day, value)
    return (
        asked.join(known, on="security_id")
        .filter(pl.col(day) < pl.col("month").dt.month_start())
        .sort(*LINE, day)
        .group_by(LINE, maintain_order=True)
        .agg(pl.col(value).last())
    )


def _year_returns(asked: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Compound the returns of the twelve months before the month."""
    before = returns.select("security_id", "total_return", pl.col("month").alias("earlier"))
    months_before = month_number("month") - month_number("earlier")
    return (
        asked.join(before, on="security_id")
        .filter(months_before.is_between(1, MONTHS_A_YEAR))
        .sort(*LINE, "earlier")
        .group_by(LINE, maintain_order=True)
        .agg(((1 + pl.col("total_return")).product() - 1).alias("year_return"))
    )
