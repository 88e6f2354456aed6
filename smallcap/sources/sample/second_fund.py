"""Lists of a second fund: in some months the source has no list of the first, and serves the other's.

The second fund holds another share of each company, and does not hold some members.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import LISTED_COLUMNS
from smallcap.sources.sample.calendar import FIRST_LIST_MONTH, MONTH_COUNT, Integers, month_ends, month_index
from smallcap.sources.sample.funds import SMALL
from smallcap.sources.sample.randomness import stream

FIRST: Final = SMALL.name
SECOND: Final = "Pretend Complete Small Company Fund"
FIRST_YEAR: Final = 2008
MONTHS_OF_YEAR: Final = (2, 8, 10, 11)
"""Months (January is 1) whose list may be the second fund's: not those of reconstitutions and quarters."""

SECOND_SHARE: Final = 0.22
"""Share of those months whose list is the second fund's."""

HOLDING: Final = 0.27
"""Shares that the second fund holds, over those that the first does."""

NOT_HELD_SHARE: Final = 0.02


def second_fund_months(seed: int) -> Integers:
    """Return the months whose lists are the second fund's; none follows another."""
    draws = stream(seed, "months of the second fund").random(MONTH_COUNT)
    months = np.arange(MONTH_COUNT)
    may = np.isin(months % 12 + 1, MONTHS_OF_YEAR) & (months >= month_index(FIRST_YEAR, 1))
    chosen = may & (draws < SECOND_SHARE)
    chosen[1:] &= ~chosen[:-1]
    return np.flatnonzero(chosen)


def first_fund_months(seed: int) -> Integers:
    """Return the months whose lists are the first fund's."""
    months = np.arange(FIRST_LIST_MONTH, MONTH_COUNT)
    return months[~np.isin(months, second_fund_months(seed))]


def with_second_fund(lists: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Serve the second fund's holdings in its months, and name the fund of every list.

    Parameters
    ----------
    lists, seed
        The lists of the first fund, in `LISTED_COLUMNS`, and the seed of the universe.
    """
    days = pl.Series(month_ends()[second_fund_months(seed)])
    is_second = pl.col("snapshot_date").is_in(days.implode())
    # Leftovers of mergers are in every fund's list, without a value.
    is_held = pl.Series(stream(seed, "holdings of the second fund").random(lists.height) >= NOT_HELD_SHARE)
    quantity = (HOLDING * pl.col("quantity")).round()
    value = (quantity * (pl.col("market_value_usd") / pl.col("quantity"))).round(2)
    is_priced = is_second & (pl.col("market_value_usd") > 0)
    return (
        lists.filter(~is_second | is_held | (pl.col("market_value_usd") == 0))
        .with_columns(
            pl.when(is_priced).then(quantity).otherwise("quantity").alias("quantity"),
            pl.when(is_second).then(pl.lit(SECOND)).otherwise(pl.lit(FIRST)).alias("fund"),
            market_value_usd=pl.when(is_priced).then(value).otherwise("market_value_usd"),
        )
        .select(*LISTED_COLUMNS)
    )
