"""The items of a statement that are not flows, and flows of which a blank means none."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import MONEY_FIELDS, SHARE_FIELDS, SUSPECT, is_named
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE

BALANCE = tuple(name for name in MONEY_FIELDS if name not in FLOWS)
SHARES = (*SHARE_FIELDS, "shares_outstanding_date", "shares_split_basis")
BLANK_IS_NONE = ("is_blank_debt_zero", "is_debt_explained_zero")
"""Columns that say that blank debt is none: of the source, and of the row's own filing."""
NONE_IF_BLANK = ("dividends_paid_usd", "net_share_repurchases_usd")
CASH_FLOW = "operating_cash_flow_usd"
"""Where it is blank, the statement of cash flows is taken as not known."""


def zero_where_declared(*, of_quarters: bool) -> list[pl.Expr]:
    """Return dividends and buybacks, zero if blank and the source declares that blank means none.

    Only where the statement of cash flows is known, and not where the figure has a suspect scale.

    Parameters
    ----------
    of_quarters
        Whether the rows have year-to-date columns too: then both have to be blank, and both become zero.
    """

    def columns(flow: str) -> list[str]:
        """Name the columns of a flow."""
        return [flow, YEAR_TO_DATE[flow]] if of_quarters else [flow]

    has_statement = pl.any_horizontal(pl.col(columns(CASH_FLOW)).is_not_null())
    filled = []
    for flow in NONE_IF_BLANK:
        is_blank = pl.all_horizontal(pl.col(columns(flow)).is_null())
        is_none = pl.col("is_blank_debt_zero") & has_statement & is_blank & ~is_named(SUSPECT, *columns(flow))
        filled += [pl.when(is_none).then(0.0).otherwise(name).alias(name) for name in columns(flow)]
    return filled
