"""Decides which rows of a list are members: the same rules for the fund's files and lists of your own."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.holdings import HoldingsRules, MemberRules

HOLDINGS_SCHEMA: dict[str, type[pl.DataType]] = {
    "ticker": pl.String,
    "name": pl.String,
    "sector": pl.String,
    "market_value_usd": pl.Float64,
    "quantity": pl.Float64,
    "price_usd": pl.Float64,
    "location": pl.String,
    "exchange": pl.String,
}
_REFUSED_ONLY: dict[str, type[pl.DataType]] = {"rule": pl.String, "asset_class": pl.String}
REFUSED_HOLDINGS_SCHEMA = _REFUSED_ONLY | HOLDINGS_SCHEMA


def classify(
    table: pl.DataFrame,
    rules: HoldingsRules,
    list_key: tuple[str, ...] = (),
    *,
    is_unknown_kept: bool = False,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split the rows into members and refused rows; a refused row names the first rule that it breaks.

    Parameters
    ----------
    table
        The columns `list_key`, asset_class and those of `HOLDINGS_SCHEMA`.
    rules
        The rules.
    list_key
        Columns that identify a list, where the rows are of several.
    is_unknown_kept
        Whether a row without a price or market value is kept; the fund's file has both for every stock.

    Returns
    -------
    tuple
        The members (`list_key`, `HOLDINGS_SCHEMA`) and the refused rows (`list_key`,
        `REFUSED_HOLDINGS_SCHEMA`), both in a fixed order. Of two rows of a list with the same ticker, the
        larger is kept.
    """
    ruled = table.with_columns(rule=_first_broken_rule(rules.members, is_unknown_kept=is_unknown_kept)).sort(
        *list_key,
        pl.col("rule").is_not_null(),
        "ticker",
        pl.col("market_value_usd").fill_null(-1.0) * -1,
        *HOLDINGS_SCHEMA,
        "asset_class",
        nulls_last=True,
    )
    position = pl.int_range(pl.len()).over(*list_key, "rule", "ticker")
    is_repeated = pl.col("rule").is_null() & (position > 0)
    ruled = ruled.with_columns(rule=pl.when(is_repeated).then(pl.lit("duplicate_ticker")).otherwise("rule"))
    sector = pl.col("sector").replace({name.given: name.gics for name in rules.sectors})
    members = ruled.filter(pl.col("rule").is_null()).with_columns(
        sector=pl.when(sector == "").then(None).otherwise(sector)
    )
    refused = ruled.filter(pl.col("rule").is_not_null()).sort(
        *list_key, "rule", "name", "ticker", *HOLDINGS_SCHEMA, nulls_last=True
    )
    return members.select(*list_key, *HOLDINGS_SCHEMA), refused.select(*list_key, *REFUSED_HOLDINGS_SCHEMA)


def _first_broken_rule(rules: MemberRules, *, is_unknown_kept: bool) -> pl.Expr:
    name, exchange = pl.col("name").str.to_uppercase(), pl.col("exchange").str.to_uppercase()
    is_common = _matches(name, rules.common_stock_patterns)
    has_price = pl.col("price_usd") > rules.min_price_exclusive
    has_value = pl.col("market_value_usd") > rules.min_market_value_exclusive
    broken = {
        "not_equity": pl.col("asset_class") != "Equity",
        "not_common_stock": _matches(name, rules.not_common_stock_patterns) & ~is_common,
        "ticker_missing": pl.col("ticker").fill_null("").is_in(["-", ""]),
        "exchange_not_listed": _matches(exchange, rules.unlisted_exchange_patterns),
        "price_too_low": ~has_price.fill_null(is_unknown_kept),
        "market_value_too_low": ~has_value.fill_null(is_unknown_kept),
    }
    return pl.coalesce([pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items()])


def _matches(text: pl.Expr, patterns: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *(text.str.contains(pattern) for pattern in patterns))
