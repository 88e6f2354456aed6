"""The holding ratio: the share of a company that the fund holds, relative to the median of the same list.

An index fund holds nearly the same share of every company, so a ratio far from 1 says that the share count is
wrong. Weights are by free float: controlled companies have ratios of 0.05 to 0.3, and their counts are right.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.prices import is_positive
from smallcap.finance.reasons import Check
from smallcap.rules.types.footing import HoldingRatioRules


def held_quantity() -> pl.Expr:
    """Return the fund's quantity; without one, the market value of the holding over the list's own price."""
    from_value = pl.when(is_positive("list_price_usd")).then(
        pl.col("market_value_usd") / pl.col("list_price_usd")
    )
    return pl.coalesce("list_quantity", from_value)


def held_shares(count: pl.Expr) -> pl.Expr:
    """Divide the fund's quantity by the company's shares; null where either is unknown or not positive."""
    quantity = held_quantity()
    return pl.when((quantity > 0) & (count > 0)).then(quantity / count)


def relative_to_list(held: pl.Expr) -> pl.Expr:
    """Divide by the median of the list of the same date."""
    return held / held.median().over("as_of")


def is_near(ratio: pl.Expr, rules: HoldingRatioRules) -> pl.Expr:
    """Whether a holding ratio is near the median of its list; null where it is unknown."""
    return ratio.is_between(rules.near_from, rules.small_count_above)


def is_count_small(ratio: pl.Expr, rules: HoldingRatioRules) -> pl.Expr:
    """Whether the count is small for the holding: shares were issued since, or the count is stale."""
    return ratio > rules.small_count_above


def basis_doubtful(ratio: pl.Expr, rules: HoldingRatioRules) -> Check:
    """Refuse the market value if the count cannot be the company's: another unit, or another split basis."""
    return ~ratio.is_between(rules.least, rules.greatest), "shares_basis_doubtful"
