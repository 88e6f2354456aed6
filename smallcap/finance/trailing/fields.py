"""The items of a statement: flows, their year-to-date columns, and those of the balance sheet."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import MONEY_FIELDS, SHARE_FIELDS, SUSPECT, is_named
from smallcap.tables.quarters import QuarterlyRecord

_SUFFIX = "_year_to_date_usd"

YEAR_TO_DATE = {
    f"{name.removesuffix(_SUFFIX)}_usd": name for name in QuarterlyRecord.columns() if name.endswith(_SUFFIX)
}
"""By flow, the column with its sum since the first day of the fiscal year."""
FLOWS = tuple(YEAR_TO_DATE)
BALANCE = tuple(name for name in MONEY_FIELDS if name not in FLOWS)
SHARES = (*SHARE_FIELDS, "shares_outstanding_date", "shares_split_basis")
NONE_IF_BLANK = ("dividends_paid_usd", "net_share_repurchases_usd")
"""Flows that are zero if blank, where the source declares it."""


def zero_where_declared(of_quarters: bool) -> list[pl.Expr]:
    """Return dividends and buybacks, zero if blank and the source declares that blank means none.

    Only where the cash flow statement is known at all, and not where the figure has a suspect scale.

    Parameters
    ----------
    of_quarters
        Whether the rows have year-to-date columns too: then both have to be blank, and both become zero.
    """
    names = {name: [name, YEAR_TO_DATE[name]] if of_quarters else [name] for name in NONE_IF_BLANK}
    cash_flow = [
        "operating_cash_flow_usd",
        *([YEAR_TO_DATE["operating_cash_flow_usd"]] if of_quarters else []),
    ]
    has_statement = pl.any_horizontal(pl.col(cash_flow).is_not_null())
    filled = []
    for pair in names.values():
        is_blank = pl.all_horizontal(pl.col(pair).is_null()) & ~is_named(SUSPECT, *pair)
        is_none = is_blank & has_statement & pl.col("is_blank_debt_zero")
        filled += [pl.when(is_none).then(0.0).otherwise(pl.col(name)).alias(name) for name in pair]
    return filled
