"""Piotroski's nine signals (Journal of Accounting Research 38, 2000), each true, false or unknown."""

from __future__ import annotations

from typing import Final

import polars as pl

SIGNALS: Final = (
    "is_income_positive",
    "is_cash_flow_positive",
    "is_return_on_assets_up",
    "is_cash_flow_above_income",
    "is_leverage_down",
    "is_current_ratio_up",
    "is_share_count_not_up",
    "is_gross_margin_up",
    "is_asset_turnover_up",
)


def signals() -> list[pl.Expr]:
    """Return the signals of a record with its two years before, and `share_count_change`.

    Return on assets and turnover are over assets at the beginning of the year, leverage is long-term debt
    over mean assets. Up and down are strict: a company without debt in both years has no falling leverage.
    """
    income, cash, debt = (
        pl.col("net_income_usd"),
        pl.col("operating_cash_flow_usd"),
        pl.col("long_term_debt_usd"),
    )
    assets, before, earlier = (_positive(f"total_assets_usd{suffix}") for suffix in ("", "_1", "_2"))
    leverage = debt / ((assets + before) / 2), pl.col("long_term_debt_usd_1") / ((before + earlier) / 2)
    values = (
        income > 0,
        cash > 0,
        income / before > pl.col("net_income_usd_1") / earlier,
        cash > income,
        leverage[0] < leverage[1],
        pl.col("current_ratio") > pl.col("current_ratio_1"),
        pl.col("share_count_change") <= 0,
        pl.col("gross_margin") > pl.col("gross_margin_1"),
        pl.col("revenue_usd") / before > pl.col("revenue_usd_1") / earlier,
    )
    return [value.alias(name) for name, value in zip(SIGNALS, values, strict=True)]


def f_score() -> list[pl.Expr]:
    """Return the number of signals that are true, null unless all are known, and the number known."""
    known = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in SIGNALS)
    total = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in SIGNALS)
    return [
        pl.when(known == len(SIGNALS)).then(total).alias("piotroski_f"),
        known.alias("piotroski_signals_known"),
    ]


def _positive(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(column)
