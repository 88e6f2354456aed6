"""Market capitalisation at a date: price as traded x latest visible shares, on the price's split basis."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import SHARE_FIELDS, is_suspect
from smallcap.finance.metrics.footing import adjusted_to, footed, vintage_ratios
from smallcap.finance.metrics.holding_ratio import (
    basis_doubtful,
    held_shares,
    is_count_small,
    relative_to_list,
)
from smallcap.finance.metrics.holding_splits import holding_splits, with_holding_splits
from smallcap.finance.metrics.later_splits import adjusted_ratios, simple_ratios
from smallcap.finance.metrics.prices import is_list_price_usable, last_prices, split_factors
from smallcap.finance.reasons import Check, first_reason, missing
from smallcap.rules.types.footing import HoldingRatioRules
from smallcap.rules.types.metrics import MetricsRules


def with_market_cap(
    seen: pl.DataFrame,
    records: pl.DataFrame,
    prices: pl.DataFrame,
    rules: MetricsRules,
    members: pl.DataFrame,
) -> pl.DataFrame:
    """Add price, shares and market cap to members and their visible records.

    Share counts cover all classes of a company, and so does the market cap: company shares x the price of the
    largest line, because counts per line are not available.

    Parameters
    ----------
    seen
        Members with the columns of their visible annual record.
    records
        Rows of core.annual_metrics: other versions of the visible record.
    prices
        Rows of raw.prices.
    rules
        The thresholds.
    members
        Rows of core.members of these dates and of those before: consecutive lists show splits.

    Returns
    -------
    pl.DataFrame
        The rows in the same order with the price, share and market cap columns of core.metrics_as_of.
    """
    priced = seen.hstack(last_prices(seen, prices, rules.price.max_age_days)).with_columns(
        _price(rules.price.max_age_days)
    )
    footing = footed(
        _with_evidence(priced.with_columns(count_served="shares"), records, prices, rules),
        rules.footing,
        rules.holding_ratio,
    )
    splits = holding_splits(members, prices, rules.holding_split, rules.price.max_age_days)
    counted = with_holding_splits(footing, splits, records, rules.holding_ratio)
    held = held_shares(pl.col("shares"))
    with_holding = counted.with_columns(
        pl.when(pl.col("shares").is_not_null() & pl.col("price_usd").is_not_null())
        .then("is_split_unchecked")
        .alias("is_split_unchecked"),
        held.alias("fund_share_of_company"),
        relative_to_list(held).alias("holding_ratio"),
    ).with_columns(
        is_count_small(pl.col("holding_ratio"), rules.holding_ratio).alias("is_share_count_small_for_holding")
    )
    reason = first_reason(_checks(rules.holding_ratio))
    return with_holding.with_columns(
        pl.when(reason.is_null()).then(pl.col("price_usd") * pl.col("shares")).alias("market_cap_usd"),
        reason.alias("market_cap_reason"),
    )


def _with_evidence(
    priced: pl.DataFrame, records: pl.DataFrame, prices: pl.DataFrame, rules: MetricsRules
) -> pl.DataFrame:
    """Add the evidence on each count's split basis: splits before and after the price, earlier versions."""
    # A count that is declared as adjusted up to a day before the price is one of that day.
    declared = adjusted_to("shares_split_basis")
    dated = priced.with_columns(
        pl.when(declared <= pl.col("price_date"))
        .then(pl.max_horizontal("shares_date", declared))
        .otherwise("shares_date")
        .alias("shares_date")
    )
    ratios = adjusted_ratios(priced, prices, rules.price.max_age_days)
    later = simple_ratios(ratios["adjusted_ratio"], ratios["is_ratio_of_one_day"], rules.footing.ratios)
    return priced.hstack(
        [
            *split_factors(dated, prices, rules.price.max_age_days).get_columns(),
            *ratios.get_columns(),
            later.alias("later_split_ratio"),
            *vintage_ratios(priced, records, rules.footing).get_columns(),
        ]
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


def _checks(rules: HoldingRatioRules) -> list[Check]:
    return [
        (pl.col("price_usd").is_null() & pl.col("has_adjusted_close"), "price_adjusted_only"),
        missing(pl.col("price_usd"), reason="price_missing"),
        (pl.col("period_end").is_null(), "no_fundamentals"),
        (pl.col("shares").is_null() & is_suspect(*SHARE_FIELDS), "scale_suspect"),
        missing(pl.col("shares"), reason="shares_missing"),
        basis_doubtful(pl.col("holding_ratio"), rules),
    ]
