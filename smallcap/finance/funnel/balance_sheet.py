"""Filter 3: an upper limit on debt over equity."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.rules.types.funnel import BalanceSheetRules


def balance_sheet(members: pl.DataFrame, rules: BalanceSheetRules) -> pl.DataFrame:
    """Evaluate each member's debt to equity.

    Equity that is not positive fails. Unknown debt or equity gives verify, and so does a financial, whose
    debt is part of its business.

    Parameters
    ----------
    members
        Rows with period_end, is_stale, is_scale_suspect, debt_to_equity, shareholders_equity_usd and
        is_financial.
    rules
        The limit.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`.
    """
    limit, value = rules.debt_to_equity, pl.col("debt_to_equity")
    # The ratio of a financial is already null, but its equity is not.
    has_no_equity = (
        (pl.col("shareholders_equity_usd") <= 0) & ~pl.col("is_financial").fill_null(False)
    ).fill_null(False)
    positive_equity = Condition(
        measure="shareholders_equity",
        holds=~has_no_equity,
        value=pl.lit(None, dtype=pl.Float64),
        threshold=pl.lit(None, dtype=pl.Float64),
        is_upper=False,
        is_borderline=pl.lit(False),
        broken="shareholders' equity is not positive",
        unknown="shareholders' equity is unknown",
    )
    ceiling = Condition(
        measure="debt_to_equity",
        holds=pl.when(has_no_equity).then(pl.lit(True)).otherwise(limit.holds(value)),
        value=value,
        threshold=pl.lit(limit.limit),
        is_upper=True,
        is_borderline=limit.is_borderline(value),
        broken=f"debt is {'above' if limit.is_limit_allowed else 'not below'} {limit.limit:.0%} of equity",
        unknown="debt or equity is unknown, or not meaningful for a financial",
    )
    return judge(members, [ceiling, positive_equity], RECORD_GATES)
