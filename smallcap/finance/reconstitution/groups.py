"""The companies that a reconstitution moved, by the group to which each belongs."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.delistings import PERFORMANCE, TAKEN_OVER, known_causes
from smallcap.finance.index.causes import BELOW_MINIMUM, DELISTED, DEMOTED_IN, GRADUATED, IPO, OTHER
from smallcap.finance.index.membership import ADDED, REMOVED, membership_changes
from smallcap.rules.types.event_study import EventStudyRules

ADDITIONS, DELETIONS, DIFFERENCE = "additions", "deletions", "additions_less_deletions"
FROM_ABOVE, FROM_BELOW, NEW_LISTING, ADDITION_UNKNOWN = (
    "from_above", "from_below", "new_listing", "addition_unknown",
)  # fmt: skip
GRADUATE, TOO_SMALL, ACQUIRED, FAILED, DELETION_UNKNOWN = (
    "graduated", "too_small", "acquired", "failed", "deletion_unknown",
)  # fmt: skip
ADDED_GROUPS: Final = (FROM_ABOVE, FROM_BELOW, NEW_LISTING, ADDITION_UNKNOWN)
REMOVED_GROUPS: Final = (GRADUATE, TOO_SMALL, ACQUIRED, FAILED, DELETION_UNKNOWN)
GROUPS: Final = (ADDITIONS, *ADDED_GROUPS, DELETIONS, *REMOVED_GROUPS, DIFFERENCE)
"""The cause of a line that an exchange delisted, in raw.securities."""
MONTHS_BEFORE_A_STOP: Final = "12mo"


def moved_names(
    dated: pl.DataFrame,
    members: pl.DataFrame,
    changes: pl.DataFrame,
    stops: pl.DataFrame,
    rules: EventStudyRules,
) -> pl.DataFrame:
    """Find who came and who went between the two lists of each event, each in one group.

    Parameters
    ----------
    dated
        What `windows.with_lists` returns.
    members
        Rows of core.members.
    changes
        Rows of marts.index_changes, for the causes.
    stops
        What `last_trades` returns, for telling failed companies from acquired ones.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        event, entity_id, security_id (of the list on which the company was), change, weight, group; sorted by
        event and company.
    """
    pairs = dated.filter(pl.col("lists_reason").is_null()).select("event", "as_of", "previous_as_of")
    moved = pairs.join(
        membership_changes(members, pairs.drop("event").unique(), ["security_id", "weight"]),
        on=["as_of", "previous_as_of"],
    )
    told = (
        moved.join(
            changes.select(
                "entity_id", "change", "cause", "size_quantile", pl.col("as_of").alias("changed_as_of")
            ),
            on=["entity_id", "change"],
            how="left",
        )
        .filter(
            pl.col("changed_as_of").is_null()
            | (
                (pl.col("previous_as_of") < pl.col("changed_as_of"))
                & (pl.col("changed_as_of") <= pl.col("as_of"))
            )
        )
        .sort("event", "entity_id", "changed_as_of")
        .unique(["event", "entity_id"], keep="last", maintain_order=True)
        .select("event", "entity_id", "cause", "size_quantile")
    )
    return (
        moved.join(told, on=["event", "entity_id"], how="left")
        .join(stops, on="security_id", how="left")
        .with_columns(_group(rules).alias("group"))
        .select("event", "entity_id", "security_id", "change", "weight", "group")
        .sort("event", "entity_id")
    )


def last_trades(prices: pl.DataFrame, returns: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each line's end: the source's cause, last close, last twelve months.

    Parameters
    ----------
    prices
        Rows of raw.prices: security_id, date, close_usd.
    returns
        Rows of core.monthly_returns: security_id, month, total_return.
    securities
        Rows of raw.securities: security_id, valid_from, delisting_cause.

    Returns
    -------
    pl.DataFrame
        security_id, delisting_cause, last_close_usd and last_year_return; null where unknown.
    """
    closes = (
        prices.drop_nulls("close_usd")
        .group_by("security_id")
        .agg(pl.col("close_usd").sort_by("date").last().alias("last_close_usd"))
    )
    is_last_year = pl.col("month") > pl.col("month").max().over("security_id").dt.offset_by(
        f"-{MONTHS_BEFORE_A_STOP}"
    )
    earned = (
        returns.filter(is_last_year)
        .sort("security_id", "month")
        .group_by("security_id", maintain_order=True)
        .agg(((1 + pl.col("total_return")).product() - 1).alias("last_year_return"))
    )
    return closes.join(earned, on="security_id", how="full", coalesce=True).join(
        known_causes(securities), on="security_id", how="full", coalesce=True
    )


def _group(rules: EventStudyRules) -> pl.Expr:
    """Assign each company to its group by cause, and by how its trading ended."""
    cause, is_added = pl.col("cause"), pl.col("change") == ADDED
    has_failed = (pl.col("last_close_usd") < rules.failed_price_usd).fill_null(False) | (
        pl.col("last_year_return") < rules.failed_return
    ).fill_null(False)
    is_known = pl.any_horizontal(pl.col("last_close_usd", "last_year_return").is_not_null())
    stopped = (
        pl.when(pl.col("delisting_cause") == PERFORMANCE)
        .then(pl.lit(FAILED))
        .when(pl.col("delisting_cause") == TAKEN_OVER)
        .then(pl.lit(ACQUIRED))
        .when(has_failed)
        .then(pl.lit(FAILED))
        .when(is_known)
        .then(pl.lit(ACQUIRED))
        .otherwise(pl.lit(DELETION_UNKNOWN))
    )
    return (
        pl.when(is_added & (cause == DEMOTED_IN))
        .then(pl.lit(FROM_ABOVE))
        .when(is_added & (cause == IPO))
        .then(pl.lit(NEW_LISTING))
        .when(is_added & (cause == OTHER) & pl.col("size_quantile").is_not_null())
        .then(pl.lit(FROM_BELOW))
        .when(is_added)
        .then(pl.lit(ADDITION_UNKNOWN))
        .when((pl.col("change") == REMOVED) & (cause == GRADUATED))
        .then(pl.lit(GRADUATE))
        .when(cause == BELOW_MINIMUM)
        .then(pl.lit(TOO_SMALL))
        .when(cause == DELISTED)
        .then(stopped)
        .otherwise(pl.lit(DELETION_UNKNOWN))
    )
