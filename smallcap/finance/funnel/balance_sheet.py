"""Filter 3: an upper limit on debt over equity."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, at_least, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import BalanceSheetRules
from smallcap.rules.types.limits import Limit


def balance_sheet(
    members: pl.DataFrame, rules: BalanceSheetRules, applicability: Applicability
) -> pl.DataFrame:
    """Evaluate each member's debt to equity.

    Equity that is not positive fails. Unknown debt or equity gives verify. Debt known in part is a lower
    bound: it can fail, never pass. A bank, whose debt is part of its business, is not asked.

    Parameters
    ----------
    members
        Rows with period_end, is_stale, debt_to_equity, is_debt_partial, shareholders_equity_usd and
        company_kind.
    rules
        The limit.
    applicability
        Which kinds of company are asked.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`.
    """
    conditions = [_debt_ceiling(rules.debt_to_equity), _positive_equity()]
    return judge(members, conditions, RECORD_GATES, applicability.of_filter("balance_sheet"))


def has_no_equity() -> pl.Expr:
    """Whether equity is known and not positive."""
    return (pl.col("shareholders_equity_usd") <= 0).fill_null(False)


def _positive_equity() -> Condition:
    return Condition(
        measure="shareholders_equity",
        holds=~has_no_equity(),
        value=pl.lit(None, dtype=pl.Float64),
        threshold=pl.lit(None, dtype=pl.Float64),
        is_upper=False,
        is_borderline=pl.lit(False),
        broken="shareholders' equity is not positive",
        unknown="shareholders' equity is unknown",
    )


def _debt_ceiling(limit: Limit) -> Condition:
    value = pl.col("debt_to_equity")
    return Condition(
        measure="debt_to_equity",
        holds=pl.when(has_no_equity())
        .then(pl.lit(True))
        .otherwise(at_least(limit.holds(value), pl.col("is_debt_partial"))),
        value=value,
        threshold=pl.lit(limit.limit),
        is_upper=True,
        is_borderline=limit.is_borderline(value),
        broken=f"debt is {'above' if limit.is_limit_allowed else 'not below'} {limit.limit:.0%} of equity",
        unknown="debt or equity is unknown or known in part",
    )
