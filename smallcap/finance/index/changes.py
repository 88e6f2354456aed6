"""marts.index_changes: additions and removals between two dates, with their causes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.index.calendar import data_month_end, with_expected_event, with_pending
from smallcap.finance.index.causes import DELISTED, cause_and_evidence
from smallcap.finance.index.membership import (
    REMOVED,
    membership_changes,
    successive_dates,
    turnover,
    with_other_name,
)
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.index_changes import IndexChanges

MARKET_CAP, HOLDING = "market_cap", "holding"
KEY = ["as_of", "entity_id"]
COMPARED = ["size_as_of", "size_basis"]
"""The date and the kind of the sizes that are compared."""


def index_changes(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    rules: IndexRules,
    events: Sequence[Reconstitution],
    years: Sequence[int],
) -> pl.DataFrame:
    """Find the companies added and removed since the previous as_of of the same fund, and the causes.

    Sizes are compared with those of the members that stayed, on one date: for an addition, as_of; for a
    removal, the rank day of a reconstitution that the calendar expects between the dates, or else the
    previous as_of. If no market value is known, the fund's holding is used instead, compared with the fund's
    holdings of the other members.

    Parameters
    ----------
    members
        Rows of core.members for these years and the year before.
    metrics_as_of
        Rows of core.metrics_as_of for the same years.
    prices
        Rows of raw.prices, from two years before to one year after.
    rules, events
        The thresholds and the calendar.
    years
        The years whose dates are evaluated.

    Returns
    -------
    pl.DataFrame
        One row per change, in the columns of marts.index_changes, sorted by as_of and company.
    """
    dates = with_pending(
        with_expected_event(successive_dates(members, years), events).join(
            members.select("as_of", "snapshot_date").unique("as_of"), on="as_of", how="left"
        ),
        events,
    )
    changes = with_other_name(membership_changes(members, dates))
    reconstitutions = turnover(changes, dates, rules.reconstitution).select(
        "as_of", "is_reconstitution", "expected_event", "event_rank_date", "fund", "is_reconstitution_pending"
    )
    sizes = _sizes(members, metrics_as_of, dates)
    of_dates = changes.join(reconstitutions, on="as_of", how="left", maintain_order="left")
    dated = _with_size_date(of_dates, sizes)
    measured = _with_size(dated, sizes, members)
    days = _days_with_a_price(prices)
    asked = members.filter(pl.col("entity_id").is_in(changes["entity_id"].unique().implode()))
    priced = measured.join(_price_days(asked, days), on="entity_id", how="left", maintain_order="left")
    explained = (
        _with_known_days(priced, days)
        .with_columns(
            *cause_and_evidence(rules.changes, rules.eligibility),
            pl.col("as_of").dt.year().alias("year"),
            pl.lit(rules.label).alias("rule_set"),
        )
        .with_columns(
            pl.when(pl.col("cause") == DELISTED)
            .then("prices_after")
            .otherwise("as_of")
            .alias("cause_known_date")
        )
    )
    return in_columns_of(explained, IndexChanges).sort(KEY)


def _sizes(members: pl.DataFrame, metrics_as_of: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """Return each member's market value and fund holding at each date that is compared."""
    rank_days = dates.select(day=data_month_end("event_rank_date"))["day"]
    days = pl.concat([dates["as_of"], dates["previous_as_of"], rank_days]).drop_nulls().unique()
    members, metrics_as_of = (
        rows.filter(pl.col("as_of").is_in(days.implode())) for rows in (members, metrics_as_of)
    )
    is_stale = pl.col("is_stale").fill_null(False)
    known = metrics_as_of.select(
        *KEY, "price_usd", pl.when(~is_stale).then("market_cap_usd").alias("market_cap_usd")
    )
    return (
        members.select(
            *KEY, pl.when(pl.col("market_value_usd") > 0).then("market_value_usd").alias("holding_usd")
        )
        .join(known, on=KEY, how="left")
        .rename({"as_of": "size_as_of"})
        .sort("size_as_of", "entity_id")
    )


def _with_size_date(changes: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Choose the date on which sizes are compared.

    The month end of the rank day is used only for companies that were members at that date.
    """
    at_rank = sizes.select(
        pl.col("size_as_of").alias("rank_as_of"), "entity_id", pl.lit(True).alias("was_member")
    )
    ranked = changes.with_columns(data_month_end("event_rank_date").alias("rank_as_of")).join(
        at_rank, on=["rank_as_of", "entity_id"], how="left", maintain_order="left"
    )
    is_removed = pl.col("change") == REMOVED
    size_as_of = (
        pl.when(is_removed & pl.col("was_member").fill_null(False))
        .then("rank_as_of")
        .when(is_removed)
        .then("previous_as_of")
        .otherwise("as_of")
    )
    return ranked.with_columns(size_as_of.alias("size_as_of"))


def _with_size(dated: pl.DataFrame, sizes: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Add each company's size, and the share of the members that stayed that are at most as large."""
    sized = dated.join(sizes, on=["size_as_of", "entity_id"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col("market_cap_usd").is_not_null())
        .then(pl.lit(MARKET_CAP))
        .when(pl.col("holding_usd").is_not_null())
        .then(pl.lit(HOLDING))
        .alias("size_basis"),
        pl.coalesce("market_cap_usd", "holding_usd").alias("size_usd"),
    )
    stayed = _sizes_of_stayers(sized.select("as_of", "previous_as_of", "size_as_of").unique(), sizes, members)
    asked = sized.select(*KEY, *COMPARED, "size_usd").drop_nulls("size_usd")
    return sized.join(_shares(asked, stayed), on=KEY, how="left", maintain_order="left")


def _shares(asked: pl.DataFrame, stayed: pl.DataFrame) -> pl.DataFrame:
    """Find which share of the sizes that a company is compared with is at most as large: `size_quantile`.

    By the place of its size among them, because comparing every pair would take most of the time.
    """
    group = ["as_of", *COMPARED]
    places = stayed.sort("size_of_other").with_columns(
        pl.int_range(1, pl.len() + 1).over(group).alias("place")
    )
    found = (
        asked.sort("size_usd")
        .join_asof(places, left_on="size_usd", right_on="size_of_other", by=group, check_sortedness=False)
        .join(stayed.group_by(group).len("others"), on=group)
    )
    return found.select(*KEY, (pl.col("place").fill_null(0) / pl.col("others")).alias("size_quantile"))


def _sizes_of_stayers(compared: pl.DataFrame, sizes: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the sizes of the members at both dates, by as_of, date and kind of size."""
    return (
        compared.join(members.select(*KEY), on="as_of")
        .join(
            members.select(pl.col("as_of").alias("previous_as_of"), "entity_id"),
            on=["previous_as_of", "entity_id"],
            how="semi",
        )
        .join(sizes, on=["size_as_of", "entity_id"])
        .unpivot(
            ["market_cap_usd", "holding_usd"],
            index=["as_of", "size_as_of"],
            variable_name="size_basis",
            value_name="size_of_other",
        )
        .drop_nulls("size_of_other")
        .with_columns(pl.col("size_basis").str.strip_suffix("_usd"))
    )


def _price_days(members: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """Return the first and last day with a price of any line that was the company's largest."""
    lines = members.select("entity_id", "security_id").unique()
    return (
        priced.join(lines, on="security_id")
        .group_by("entity_id")
        .agg(pl.col("date").min().alias("first_price_date"), pl.col("date").max().alias("last_price_date"))
    )


def _with_known_days(changes: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """Add the first and last day for which prices are available, the last up to as_of and the next."""
    days = priced.select("date").unique().sort("date")
    return (
        changes.sort("as_of")
        .join_asof(
            days.select(pl.col("date").alias("prices_as_of")),
            left_on="as_of",
            right_on="prices_as_of",
            coalesce=False,
        )
        .join_asof(
            days.select(pl.col("date").alias("prices_after")),
            left_on="as_of",
            right_on="prices_after",
            strategy="forward",
            allow_exact_matches=False,
            coalesce=False,
        )
        .with_columns(
            pl.lit(days["date"].min(), pl.Date).alias("prices_from"),
            pl.lit(days["date"].max(), pl.Date).alias("prices_to"),
        )
    )


def _days_with_a_price(prices: pl.DataFrame) -> pl.DataFrame:
    """List the days on which each line has a price or a return."""
    is_known = pl.any_horizontal(pl.col("close_usd", "adjusted_close_usd", "total_return").is_not_null())
    return prices.lazy().filter(is_known).select("security_id", "date").collect()
