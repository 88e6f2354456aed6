"""Market capitalisation at a date: price as traded x latest visible shares, on the price's split basis."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import SHARE_FIELDS, is_suspect
from smallcap.finance.metrics.prices import is_list_price_usable, last_prices, split_factors
from smallcap.finance.reasons import Check, first_reason, missing
from smallcap.rules.types.metrics import FundHoldingRules, MetricsRules


def with_market_cap(seen: pl.DataFrame, prices: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    """Add price, shares and market cap to members and their visible records.

    Share counts cover all classes of a company, and so does the market cap: company shares x the price of the
    largest line, because counts per line are not available.

    Parameters
    ----------
    seen
        Members with the columns of their visible annual record.
    prices
        Rows of raw.prices.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows in the same order with the price, share and market cap columns of core.metrics_as_of.
    """
    priced = seen.hstack(last_prices(seen, prices, rules.price.max_age_days)).with_columns(
        _price(rules.price.max_age_days)
    )
    split = priced.hstack(split_factors(priced, prices, rules.price.max_age_days)).with_columns(
        (pl.col("shares") * pl.col("split_factor")).alias("shares"),
        pl.when(pl.col("shares").is_not_null() & pl.col("price_usd").is_not_null())
        .then("is_split_unchecked")
        .alias("is_split_unchecked"),
    )
    reason = first_reason(_checks(rules.fund_holding))
    return split.with_columns(
        pl.when(reason.is_null()).then(pl.col("price_usd") * pl.col("shares")).alias("market_cap_usd"),
        reason.alias("market_cap_reason"),
    )


def _price(max_age_days: int) -> list[pl.Expr]:
    """Return the last close as traded, else the list's own price, which is flagged stale.

    Both must be at most `max_age_days` old.
    """
    has_close = pl.col("close_usd").is_not_null()
    uses_list = ~has_close & is_list_price_usable(max_age_days)
    return [
        pl.when(has_close).then("close_usd").when(uses_list).then("list_price_usd").alias("price_usd"),
        pl.when(has_close).then("close_date").when(uses_list).then("snapshot_date").alias("price_date"),
        pl.when(has_close)
        .then(pl.lit("close"))
        .when(uses_list)
        .then(pl.lit("holdings_file"))
        .alias("price_basis"),
        pl.when(has_close | uses_list).then(uses_list).alias("is_price_stale"),
    ]


def _checks(holding: FundHoldingRules) -> list[Check]:
    shares, quantity = pl.col("shares"), pl.col("list_quantity")
    is_plausible = (quantity / shares).is_between(holding.min_share_of_company, holding.max_share_of_company)
    return [
        (pl.col("price_usd").is_null() & pl.col("has_adjusted_close"), "price_adjusted_only"),
        missing(pl.col("price_usd"), reason="price_missing"),
        (pl.col("period_end").is_null(), "no_fundamentals"),
        (shares.is_null() & is_suspect(*SHARE_FIELDS), "scale_suspect"),
        missing(shares, reason="shares_missing"),
        # A fund that lists a line without holding any shares gives no evidence on the line's share count.
        ((quantity > 0) & ~is_plausible, "shares_implausible"),
    ]
