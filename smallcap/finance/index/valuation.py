"""Aggregate valuation: ratios of sums, which are weighted harmonic means, never means of ratios."""

from __future__ import annotations

import polars as pl

NO_MEMBER_COVERED = "no_member_covered"
CAP = pl.col("market_cap_usd")
EARNINGS = pl.col("net_income_usd")
IS_COVERED = CAP.is_not_null() & EARNINGS.is_not_null()
IS_PROFITABLE = IS_COVERED & (EARNINGS > 0)
NOT_POSITIVE = {
    "pe_including_losses": "earnings_not_positive",
    "pb": "equity_not_positive",
    "ps": "revenue_not_positive",
}


def pe_excluding_losses() -> list[pl.Expr]:
    """Return market value over earnings of the profitable members, with their number and weight."""
    earning = CAP.filter(IS_PROFITABLE).sum() / EARNINGS.filter(IS_PROFITABLE).sum()
    return [
        _where_any(IS_PROFITABLE, earning).alias("pe_excluding_losses"),
        *_covered("pe_excluding_losses", IS_PROFITABLE),
    ]


def multiple(name: str, denominator: str) -> list[pl.Expr]:
    """Return the sum of market values over the sum of `denominator`, over the members that have both.

    Includes the reason for a null, and the number and weight of these members.
    """
    below = pl.col(denominator)
    has_both = CAP.is_not_null() & below.is_not_null()
    total = below.filter(has_both).sum()
    reason = (
        pl.when(~has_both.any())
        .then(pl.lit(NO_MEMBER_COVERED))
        .when(total <= 0)
        .then(pl.lit(NOT_POSITIVE[name]))
    )
    return [
        pl.when(total > 0).then(CAP.filter(has_both).sum() / total).alias(name),
        reason.alias(f"{name}_reason"),
        *_covered(name, has_both),
    ]


def dividend_yield() -> list[pl.Expr]:
    """Return the sum of dividends over the sum of market values, over the members that have both."""
    has_both = CAP.is_not_null() & pl.col("dividends_usd").is_not_null()
    total = pl.col("dividends_usd").filter(has_both).sum() / CAP.filter(has_both).sum()
    return [_where_any(has_both, total).alias("dividend_yield"), *_covered("dividend_yield", has_both)]


def unprofitable() -> list[pl.Expr]:
    """Return the members with known earnings, and the unprofitable ones, by count and by weight."""
    known, loss, weight = EARNINGS.is_not_null(), pl.col("is_unprofitable"), pl.col("weight")
    return [
        known.sum().cast(pl.Int64).alias("earnings_members"),
        weight_of(known).alias("earnings_weight"),
        loss.sum().cast(pl.Int64).alias("unprofitable_members"),
        loss.mean().alias("unprofitable_share"),
        _where_any(
            known & weight.is_not_null(), weight.filter(loss).sum() / weight.filter(known).sum()
        ).alias("unprofitable_weight_share"),
    ]


def weight_of(is_part: pl.Expr) -> pl.Expr:
    """Sum the weight of the selected members; null if no weight is known."""
    weight = pl.col("weight")
    return pl.when(weight.is_not_null().any()).then(weight.filter(is_part).sum())


def _covered(name: str, is_part: pl.Expr) -> list[pl.Expr]:
    return [is_part.sum().cast(pl.Int64).alias(f"{name}_members"), weight_of(is_part).alias(f"{name}_weight")]


def _where_any(is_part: pl.Expr, value: pl.Expr) -> pl.Expr:
    # Polars sums an empty group to zero, and zero over zero is NaN.
    return pl.when(is_part.any()).then(value)
