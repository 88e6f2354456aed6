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
    returns: pl.DataFrame, doubts: pl.DataFrame, treatment: str, rules: ReturnRules
) -> pl.DataFrame:
    """Apply a treatment to the returns of all lines.

    Parameters
    ----------
    returns
        Rows of core.monthly_returns: all lines of each month, because the quantiles are those of the month.
    doubts
        Rows of core.return_doubts for the same months.
    treatment
        One of `OF_RETURNS`.
    rules
        The quantiles at which returns are cut off.

    Returns
    -------
    pl.DataFrame
        The rows that are left, with the columns of `returns` and treated returns.
    """
    if treatment == WITHOUT_SUSPECTS:
        suspects = doubts.filter("is_return_suspect").select(MONTH)
        return returns.join(suspects, on=MONTH, how="anti", maintain_order="left")
    if treatment == WINSORIZED:
        total = pl.col("total_return")
        low, high = (
            total.quantile(level, "linear").over("month")
            for level in (rules.winsorizing.low, rules.winsorizing.high)
        )
        return returns.with_columns(total.clip(low, high))
    return returns
