"""Causes of additions and removals, from prices and from size relative to the members that stayed."""

from __future__ import annotations

import polars as pl

from smallcap.finance.index.membership import ADDED, REMOVED
from smallcap.rules.types.index import MILLION, ChangeRules, EligibilityRules

GRADUATED, DEMOTED_IN, DELISTED, IPO, BELOW_MINIMUM, OTHER = (
    "graduated", "demoted_in", "delisted_or_acquired", "ipo", "below_minimum", "other",
)  # fmt: skip
CAUSES = (GRADUATED, DEMOTED_IN, DELISTED, IPO, BELOW_MINIMUM, OTHER)
Case = tuple[pl.Expr, str, pl.Expr]
"""Condition, cause, and evidence in words."""


def cause_and_evidence(changes: ChangeRules, eligibility: EligibilityRules) -> list[pl.Expr]:
    """Return the cause and evidence of the first case whose condition holds.

    Parameters
    ----------
    changes, eligibility
        The thresholds.

    Returns
    -------
    list of pl.Expr
        `cause` and `evidence`, over rows with the columns change, as_of, size_as_of, size_basis, size_usd,
        size_quantile, market_cap_usd, price_usd, first_price_date, last_price_date, prices_from and prices_to
        (first and last day for which prices are available), prices_as_of (last day with prices up to as_of),
        and other_name (of the company with the same ticker on the other side of the change).
    """
    cases = [*_same_ticker(), *_removed(changes, eligibility), *_added(changes)]
    cause = pl.coalesce(
        *(pl.when(holds.fill_null(False)).then(pl.lit(name)) for holds, name, _ in cases), pl.lit(OTHER)
    )
    evidence = pl.coalesce(
        *(pl.when(holds.fill_null(False)).then(words) for holds, _, words in cases), _unexplained()
    )
    return [cause.alias("cause"), evidence.alias("evidence")]


def _same_ticker() -> list[Case]:
    """Return the case of a ticker that one company leaves with and another enters with."""
    words = pl.format(
        "{} has the same ticker {}: renamed or another company (resolution_evidence of raw.securities)",
        "other_name",
        pl.when(pl.col("change") == REMOVED).then(pl.lit("afterwards")).otherwise(pl.lit("before")),
    )
    return [(pl.col("other_name").is_not_null(), OTHER, words)]


def _removed(changes: ChangeRules, eligibility: EligibilityRules) -> list[Case]:
    is_removed, last = pl.col("change") == REMOVED, pl.col("last_price_date")
    # Without prices after as_of, a missing month cannot be distinguished from a delisted line.
    has_ended = (last < pl.col("prices_as_of")) & (pl.col("prices_to") > pl.col("as_of"))
    priced_to = pl.format("last price on {}, while others are priced to {}", last, "prices_to")
    quantile, size = pl.col("size_quantile"), _size("at most as large")
    return [
        (is_removed & has_ended, DELISTED, priced_to),
        (is_removed & (quantile >= changes.graduated_quantile), GRADUATED, size),
        *((is_removed & is_below, BELOW_MINIMUM, words) for is_below, words in _below_minimum(eligibility)),
        (is_removed & (quantile <= changes.below_minimum_quantile), BELOW_MINIMUM, size),
    ]


def _below_minimum(rules: EligibilityRules) -> list[tuple[pl.Expr, pl.Expr]]:
    """Return, for price and market value, whether it is below its minimum, and the evidence in words."""
    price, cap = pl.col("price_usd"), pl.col("market_cap_usd")
    cheap = pl.format(
        "price of {} USD at {} is below {} USD", price, "size_as_of", pl.lit(rules.min_price_usd)
    )
    small = pl.format(
        "market value of {} M USD at {} is below {} M USD",
        (cap / MILLION).round(1),
        "size_as_of",
        pl.lit(rules.min_market_cap_usd / MILLION),
    )
    return [(price < rules.min_price_usd, cheap), (cap < rules.min_market_cap_usd, small)]


def _added(changes: ChangeRules) -> list[Case]:
    is_added, first = pl.col("change") == ADDED, pl.col("first_price_date")
    is_young = first > pl.col("as_of").dt.offset_by(f"-{changes.ipo_months}mo")
    # A line whose prices begin when all prices begin may be older than the price data.
    is_seen_to_begin = first > pl.col("prices_from").dt.offset_by("1mo")
    return [
        (is_added & is_young & is_seen_to_begin, IPO, pl.format("first price on {}", first)),
        (
            is_added & (pl.col("size_quantile") >= changes.demoted_quantile),
            DEMOTED_IN,
            _size("at most as large, and it traded before"),
        ),
    ]


def _size(words: str) -> pl.Expr:
    """Describe the company's size relative to the members that stayed."""
    size = (
        pl.when(pl.col("size_basis") == "market_cap")
        .then(pl.lit("market value"))
        .otherwise(pl.lit("the fund's holding"))
    )
    share = (100 * pl.col("size_quantile")).round(1)
    return pl.format(
        "{} of {} M USD at {}: {}% of the members that stayed are {}",
        size,
        (pl.col("size_usd") / MILLION).round(1),
        "size_as_of",
        share,
        pl.lit(words),
    )


def _unexplained() -> pl.Expr:
    """Describe what is known about a change that no rule explains."""
    is_open = (pl.col("change") == REMOVED) & (pl.col("last_price_date") < pl.col("prices_as_of"))
    priced = (
        pl.when(pl.col("last_price_date").is_null())
        .then(pl.lit("no price of its lines is available"))
        .when(is_open)
        .then(
            pl.format(
                "no price since {}; no prices at all after as_of to show whether more follow",
                "last_price_date",
            )
        )
        .otherwise(pl.format("priced from {} to {}", "first_price_date", "last_price_date"))
    )
    sized = (
        pl.when(pl.col("size_quantile").is_not_null())
        .then(_size("at most as large"))
        .otherwise(pl.lit("its size is not known"))
    )
    return pl.concat_str([priced, sized], separator="; ")
