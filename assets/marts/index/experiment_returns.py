"""marts.experiment_returns: what the index and its profitable members earned, month by month."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.experiment import admission, returns
from smallcap.rules.types.experiment import CapRange

MEMBERS = ("year", "as_of", "entity_id", "security_id", "sector")
METRICS = ("year", "as_of", "entity_id", "net_income_usd", "is_stale", "market_cap_usd")
RETURNS = ("year", "month", "security_id", "total_return")


@table_asset(
    "marts.experiment_returns",
    columns={
        "members": MEMBERS,
        "metrics_as_of": METRICS,
        "trailing_as_of": ("year", *admission.METRICS),
        "monthly_returns": RETURNS,
    },
    by_year=True,
)
def experiment_returns(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    cap_ranges: Sequence[CapRange],
    year: int,
) -> pl.DataFrame:
    """Form each universe at the end of June from what was visible, and hold members for twelve months.

    Earlier years serve to find who was admitted in them.
    """
    admitted = admission.admissions(members, trailing_as_of, cap_ranges)
    held = members.filter(pl.col("year") >= year - 1)
    return returns.experiment_returns(held, metrics_as_of, monthly_returns, year, admitted=admitted)
