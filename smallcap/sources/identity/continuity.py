"""Whether a ticker in successive lists is one line: each is compared with the list before that shows it."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.holdings import Recycling
from smallcap.rules.types.identity import Identity, Thresholds
from smallcap.sources.identity.evidence import PREFIX, equal_points, name_points, ratio_points, summed, told
from smallcap.sources.identity.names import EQUAL, SIMILAR, compared

PARTS = (
    "names", "quantity", "list_price", "vendor_price", "sector", "exchange", "record", "count", "close_lists",
)  # fmt: skip
_COMPARED = ("snapshot_date", "name", "sector", "exchange", "quantity", "price_usd", "adj_close", "record")


def with_continuity(
    seen: pl.DataFrame, aliases: pl.DataFrame, rules: Identity, recycling: Recycling
) -> pl.DataFrame:
    """Decide for each sighting of a ticker whether it is the line of the sighting before.

    Parameters
    ----------
    seen
        What `sightings.seen_lines` returns.
    aliases
        The dated aliases: ``renamed`` and ``recycled`` decide where they are dated between the two lists.
    rules, recycling
        The evidence.

    Returns
    -------
    pl.DataFrame
        The rows with `is_same` (null for the first sighting), `is_by_alias` (an alias decided otherwise than
        the evidence), `name_before` and `continuity`, the evidence in words where the names differ.
    """
    before = [pl.col(name).shift().over("symbol").alias(f"{name}_before") for name in _COMPARED]
    pairs = seen.sort("symbol", "snapshot_date").with_columns(*before)
    scored = score_pairs(with_flow(pairs, rules), rules, recycling)
    decided = _with_alias(scored, aliases)
    by_evidence = pl.col("score") >= pl.col("threshold")
    is_same = pl.coalesce(
        pl.when(pl.col("alias") == "renamed")
        .then(pl.lit(True))
        .when(pl.col("alias") == "recycled")
        .then(pl.lit(False)),
        by_evidence,
    )
    words = pl.when(pl.col("names") != EQUAL).then(
        pl.format(
            "{}: {} after {}: {} ({})",
            "snapshot_date",
            pl.col("name").fill_null("no name"),
            pl.col("name_before").fill_null("no name"),
            pl.when(is_same).then(pl.lit("same line")).otherwise(pl.lit("another line")),
            pl.coalesce(pl.format("alias of {}: {}", "alias_from", "alias"), told(PARTS)),
        )
    )
    has_before = pl.col("snapshot_date_before").is_not_null()
    return (
        decided.with_columns(
            is_same=pl.when(has_before).then(is_same),
            is_by_alias=(has_before & (is_same != by_evidence)).fill_null(False),
            continuity=pl.when(has_before).then(words),
        )
        .select(*seen.columns, "is_same", "is_by_alias", "name_before", "continuity")
        .sort("symbol", "snapshot_date")
    )


def with_flow(pairs: pl.DataFrame, rules: Identity) -> pl.DataFrame:
    """Add `flow`, the median change of quantity between two lists: the effect of the fund's flows."""
    change = _change("quantity")
    together = ["snapshot_date_before", "snapshot_date"]
    median = pl.when(change.count() >= rules.limits.min_counts).then(change.median())
    return pairs.with_columns(flow=median.over(together).fill_null(1.0))


def score_pairs(pairs: pl.DataFrame, rules: Identity, recycling: Recycling) -> pl.DataFrame:
    """Score pairs of sightings.

    Parameters
    ----------
    pairs
        The columns of `sightings.seen_lines`, those of the earlier sighting as `X_before`, and `flow`.
    rules, recycling
        The evidence.

    Returns
    -------
    pl.DataFrame
        The pairs with the points of each part, `names`, `score` and `threshold`.
    """
    named = pairs.join(
        compared(
            pairs.rename({"name": "name_b", "name_before": "name_a"}), rules, recycling.insignificant_words
        ),
        left_on=["name_before", "name"],
        right_on=["name_a", "name_b"],
        how="left",
        maintain_order="left",
        nulls_equal=True,
    )
    gap = pl.col("snapshot_date") - pl.col("snapshot_date_before")
    is_near = gap <= pl.duration(days=rules.limits.holding_gap_days)
    quantity, price = _change("quantity") / pl.col("flow"), _change("price_usd")
    over_vendor = price / _change("adj_close")
    is_split = _is_split(quantity, pl.coalesce(over_vendor, price), rules)
    in_range = pl.col("holding_ratio").is_between(rules.limits.count_low, rules.limits.count_high)
    points = {
        "names": name_points(pl.col("names"), rules.line_names),
        "quantity": pl.when(is_near & ~is_split).then(ratio_points(quantity, rules.quantity)),
        "list_price": pl.when(is_near & ~is_split & over_vendor.is_null()).then(
            ratio_points(price, rules.list_price)
        ),
        "vendor_price": pl.when(~is_split).then(ratio_points(over_vendor, rules.vendor_price)),
        "sector": equal_points(pl.col("sector"), pl.col("sector_before"), rules.sector),
        "exchange": equal_points(pl.col("exchange"), pl.col("exchange_before"), rules.exchange),
        "record": equal_points(pl.col("record"), pl.col("record_before"), rules.record),
        "count": pl.when(in_range & (pl.col("record") == pl.col("record_before"))).then(rules.count_points),
        "close_lists": pl.when(gap < pl.duration(days=recycling.min_gap_days)).then(rules.close_lists_points),
    }
    return named.with_columns(**{PREFIX + part: value for part, value in points.items()}).with_columns(
        score=summed(PARTS), threshold=_threshold(rules.thresholds)
    )


def _threshold(thresholds: Thresholds) -> pl.Expr:
    """Return the points that join: fewer where names are similar and nothing else is known of both lists."""
    shown = [PREFIX + part for part in ("quantity", "list_price", "vendor_price", "sector", "exchange")]
    return (
        pl.when(~pl.col("names").is_in(SIMILAR))
        .then(pl.lit(thresholds.unnamed_lines))
        .when(pl.all_horizontal(pl.col(shown).is_null()))
        .then(pl.lit(thresholds.names_only))
        .otherwise(pl.lit(thresholds.named_lines))
    )


def _change(column: str) -> pl.Expr:
    """Return the ratio of a size to the one before; null where one is missing or not positive."""
    now, before = pl.col(column), pl.col(f"{column}_before")
    return pl.when((now > 0) & (before > 0)).then(now / before)


def _is_split(quantity: pl.Expr, price: pl.Expr, rules: Identity) -> pl.Expr:
    """Whether quantity and price moved by one ratio in opposite directions, beyond the last bound."""
    bound = rules.quantity.up_to[-1]
    moved = quantity.log().abs().exp() > bound
    return (moved & ((quantity * price).log().abs().exp() <= rules.limits.split_tolerance)).fill_null(False)


def _with_alias(pairs: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `alias` and `alias_from`: the last ``renamed`` or ``recycled`` between the two sightings."""
    dated = (
        aliases.filter(pl.col("relation").is_in(["renamed", "recycled"]))
        .select(symbol="ticker", alias="relation", alias_from="valid_from")
        .sort("alias_from")
    )
    joined = pairs.sort("snapshot_date").join_asof(
        dated,
        left_on="snapshot_date",
        right_on="alias_from",
        by="symbol",
        check_sortedness=False,
        coalesce=False,
    )
    is_between = (pl.col("alias_from") > pl.col("snapshot_date_before")).fill_null(False)
    return joined.with_columns(pl.when(is_between).then(pl.col("alias", "alias_from")))
