"""The treatments of doubtful monthly returns."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.returns import ReturnRules

ALL, WITHOUT_SUSPECTS, WINSORIZED = "all", "without_suspects", "winsorized"
DELISTING_LOSSES: Final = "delisting_losses"
OF_RETURNS: Final = (ALL, WITHOUT_SUSPECTS, WINSORIZED)
"""Treatments of the returns themselves, which hold for any portfolio."""
TREATMENTS: Final = (*OF_RETURNS, DELISTING_LOSSES)
COMPLETE, SURVIVORS_ONLY = "complete", "survivors_only"
MONTH: Final = ["month", "security_id"]


def treated_returns(
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    treatment: str,
    rules: ReturnRules,
    counted: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Apply a treatment to the returns of all lines.

    Parameters
    ----------
    returns
        Rows of core.monthly_returns: every counted line of each month, because the quantiles are those of the
        month.
    doubts
        Rows of core.return_doubts for the same months.
    treatment, rules
        One of `OF_RETURNS`, and the quantiles at which returns are cut off.
    counted
        Columns month and security_id: the rows of `returns` whose quantiles are taken. By default, and in a
        month without any, all of them.

    Returns
    -------
    pl.DataFrame
        The rows that are left, with the columns of `returns` and treated returns.
    """
    if treatment == WITHOUT_SUSPECTS:
        suspects = doubts.filter("is_return_suspect").select(MONTH)
        return returns.join(suspects, on=MONTH, how="anti", maintain_order="left")
    if treatment == WINSORIZED:
        return _cut_off(returns, returns if counted is None else counted, rules)
    return returns


def known_lines(returns: pl.DataFrame, lists: pl.DataFrame, day: str) -> pl.DataFrame | None:
    """Find the returns of lines that have been in a list of members by the month's end.

    Before the first list, those of the first list count.

    Parameters
    ----------
    returns
        Rows of core.monthly_returns.
    lists, day
        Lists of members: column security_id and the column `day` of their dates.

    Returns
    -------
    pl.DataFrame | None
        Columns month and security_id; None if there are no lists.
    """
    if lists.is_empty():
        return None
    listed = lists.group_by("security_id").agg(pl.col(day).min().alias("listed_since"))
    since = pl.col("listed_since")
    is_known = (since <= pl.col("month")) | (since == lists[day].min())
    return returns.select(MONTH).join(listed, on="security_id").filter(is_known).select(MONTH)


def _cut_off(returns: pl.DataFrame, counted: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Cut off the returns of each month at the quantiles of its counted lines."""
    total, is_counted = pl.col("total_return"), pl.col("is_counted").fill_null(False)
    keys = counted.select(MONTH).unique().with_columns(is_counted=pl.lit(True))
    counts = total.filter(is_counted | ~is_counted.any())
    low, high = (
        counts.quantile(level, "linear").over("month")
        for level in (rules.winsorizing.low, rules.winsorizing.high)
    )
    marked = returns.join(keys, on=MONTH, how="left", maintain_order="left")
    return marked.with_columns(total.clip(low, high)).drop("is_counted")
