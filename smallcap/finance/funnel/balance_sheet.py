"""Filter 3: debt over equity, a hard ceiling."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.rules.types.funnel import BalanceSheetRules


def balance_sheet(members: pl.DataFrame, rules: BalanceSheetRules) -> pl.DataFrame:
    """Judge each member's debt to equity.

    Equity that is not positive fails: there is no cushion, and no ratio. Unknown debt or equity has to be
    verified, and so has a financial's, whose debt is its trade.

    Parameters
    ----------
    members
        Rows with period_end, is_stale, is_scale_suspect, debt_to_equity, shareholders_equity_usd and
        is_financial.
    rules
        The ceiling.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`.
    """
    limit, value = rules.debt_to_equity, pl.col("debt_to_equity")
    # A financial's ratio is null already, but its equity is not.
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
        unknown="debt or equity is unknown, or says nothing about a financial",
    )
    return judge(members, [ceiling, positive_equity], RECORD_GATES)
