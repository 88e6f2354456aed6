"""marts.treated_book_returns: the monthly return of each book under each treatment of doubtful returns."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.books.holdings import HELD, STOPPED
from smallcap.finance.frames import in_columns_of
from smallcap.finance.returns.stops import delisting_losses
from smallcap.finance.returns.treatments import (
    COMPLETE,
    DELISTING_LOSSES,
    MONTH,
    SURVIVORS_ONLY,
    TREATMENTS,
    known_lines,
    treated_returns,
)
from smallcap.finance.watched.rows import without_watched
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.returns import TreatedBookReturns

OF_THE_BOOK: Final = ["year", "book", "month"]


def treated_book_returns(
    holdings: pl.DataFrame,
    book_lines: pl.DataFrame,
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    prices: pl.DataFrame,
    lists: pl.DataFrame,
    securities: pl.DataFrame,
    watched: pl.DataFrame,
    rules: ReturnRules,
) -> pl.DataFrame:
    """Weigh the returns of each book's holdings under each treatment.

    Weights are rebalanced at each month's end, as in marts.book_returns, which treatment `all` equals. A
    holding that stops is out at its last price, except under `delisting_losses`. The quantiles of a month are
    those of the lines in lists of members and in books; without lists they are those of all lines. Lines that
    are known only because they are watched never move them.

    Parameters
    ----------
    holdings
        Rows of marts.book_holdings.
    book_lines
        Rows of core.book_lines: given weights, and tickers without a line.
    returns, prices, lists
        Rows of core.monthly_returns, raw.prices and raw.constituents, from the year before on.
    doubts
        Rows of core.return_doubts.
    securities
        Rows of raw.securities: the company of each line, and why trading in it ended.
    watched
        Rows of core.watched_names: the lines that do not count where there are no lists.
    rules
        Treatments, and the weight that may have no return.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_book_returns, sorted by book, month and treatment.
    """
    given = book_lines.filter("is_resolved").select(
        "book", "security_id", pl.col("weight").alias("given_weight")
    )
    own = holdings.join(given, on=["book", "security_id"], how="left").with_columns(
        pl.col("given_weight").fill_null(1.0)
    )
    losses = delisting_losses(
        own.filter(pl.col("status") == STOPPED), returns, prices, lists, securities, rules.delisting
    )
    months = own.select("month").unique()
    cross_section = returns.join(months, on="month", how="semi")
    listed = known_lines(cross_section, lists, "snapshot_date")
    known = without_watched(cross_section, watched, securities).select(MONTH) if listed is None else listed
    counted = pl.concat([known, own.select(MONTH)])
    found = [
        _monthly(_treated(own, cross_section, counted, doubts, losses, treatment, rules)).with_columns(
            pl.lit(treatment).alias("treatment")
        )
        for treatment in TREATMENTS
    ]
    covered = pl.concat(found).join(_unresolved(book_lines), on="book", how="left")
    return in_columns_of(_with_coverage(covered, rules), TreatedBookReturns).sort(
        "book", "month", "treatment"
    )


def _treated(
    own: pl.DataFrame,
    cross_section: pl.DataFrame,
    counted: pl.DataFrame,
    doubts: pl.DataFrame,
    losses: pl.DataFrame,
    treatment: str,
    rules: ReturnRules,
) -> pl.DataFrame:
    """Add each holding's treated return, null where it has none."""
    known = treated_returns(cross_section, doubts, treatment, rules, counted)
    treated = own.join(
        known.select(*MONTH, pl.col("total_return").alias("treated")), on=MONTH, how="left"
    ).with_columns(pl.when(pl.col("status") == HELD).then("treated").alias("treated"))
    if treatment == DELISTING_LOSSES:
        treated = treated.join(losses, on=MONTH, how="left").with_columns(
            pl.when(pl.col("status") == STOPPED).then("loss").otherwise("treated").alias("treated")
        )
    return treated


def _monthly(treated: pl.DataFrame) -> pl.DataFrame:
    """Weigh the returns of a month, and add up the weight without one."""
    value, has_return = pl.col("treated"), pl.col("treated").is_not_null()
    share = pl.col("given_weight") / pl.col("given_weight").filter(has_return).sum()
    planned = pl.col("given_weight").sum()
    is_changed = (value - pl.col("total_return")).abs() > 0
    # Sort first: summing the same numbers in another order changes the last digit.
    return (
        treated.sort("book", "month", "security_id")
        .group_by(OF_THE_BOOK, maintain_order=True)
        .agg(
            pl.when(has_return.any()).then((share * value).filter(has_return).sum()).alias("total_return"),
            pl.len().cast(pl.Int64).alias("lines"),
            (~has_return).sum().cast(pl.Int64).alias("without_return"),
            (is_changed.fill_null(False) | (has_return != pl.col("total_return").is_not_null()))
            .sum()
            .cast(pl.Int64)
            .alias("changed"),
            (pl.col("given_weight").filter(~has_return).sum() / planned).alias("share_without"),
        )
    )


def _unresolved(book_lines: pl.DataFrame) -> pl.DataFrame:
    """Compute each list's share of weight, and number of tickers, without a line."""
    weight = pl.col("weight").fill_null(1.0)
    return book_lines.group_by("book").agg(
        (weight.filter(~pl.col("is_resolved")).sum() / weight.sum()).alias("unresolved_share"),
        (~pl.col("is_resolved")).sum().cast(pl.Int64).alias("unresolved"),
    )


def _with_coverage(monthly: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Add the share of the whole book without a return, and what the month is labelled."""
    unresolved = pl.col("unresolved_share").fill_null(0.0)
    # All of the weight can sum to slightly more than 1 by rounding.
    without = (unresolved + (1 - unresolved) * pl.col("share_without")).clip(0.0, 1.0)
    is_covered = pl.col("weight_without_return") <= rules.max_weight_without_return
    return monthly.with_columns(
        pl.col("unresolved").fill_null(0), without.alias("weight_without_return")
    ).with_columns(
        pl.when(is_covered).then(pl.lit(COMPLETE)).otherwise(pl.lit(SURVIVORS_ONLY)).alias("coverage"),
        pl.lit(rules.label).alias("rule_set"),
    )
