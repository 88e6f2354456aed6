"""marts.index_changes: additions and removals between two dates with what is known of each. The rules of the causes are in `causes`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.index.calendar import with_expected_event
from smallcap.finance.index.causes import cause_and_evidence
from smallcap.finance.index.membership import REMOVED, membership_changes, successive_dates, turnover
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.index import IndexChanges

MARKET_CAP, HOLDING = "market_cap", "holding"
KEY = ["as_of", "entity_id"]


def index_changes(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    rules: IndexRules,
    events: Sequence[Reconstitution],
    years: Sequence[int],
) -> pl.DataFrame:
    """Find who came and who went since the as_of before, and why.

    Sizes are compared on one date with those of the members that stayed: of those who came at as_of; of those
    who went at the rank day of a reconstitution that the calendar expects between the dates, else at the
    as_of before. Where no market value is known, the fund's holding stands in, compared with the fund's
    holdings of the others.

    Parameters
    ----------
    members
        Rows of core.members of these years and the year before.
    metrics_as_of
        Rows of core.metrics_as_of of the same.
    prices
        Rows of raw.prices, two years back and one ahead.
    rules, events
        The thresholds and the calendar.
    years
        The years whose dates are looked at.

    Returns
    -------
    pl.DataFrame
        One row per change, in the columns of marts.index_changes, sorted by as_of and company.
    """
    dates = with_expected_event(successive_dates(members, years), events)
    changes = membership_changes(members, dates)
    judged = turnover(changes, dates, rules.reconstitution).select(
        "as_of", "is_reconstitution", "expected_event", "event_rank_date"
    )
    sizes = _sizes(members, metrics_as_of, dates)
    dated = _with_size_date(changes.join(judged, on="as_of", how="left", maintain_order="left"), sizes)
    measured = _with_size(dated, sizes, members)
    priced = measured.join(_price_days(members, prices), on="entity_id", how="left", maintain_order="left")
    told = _with_known_days(priced, prices).with_columns(
        *cause_and_evidence(rules.changes, rules.eligibility),
        pl.col("as_of").dt.year().alias("year"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return in_columns_of(told, IndexChanges).sort(KEY)


def _sizes(members: pl.DataFrame, metrics_as_of: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """Return the size of each member at each date that is compared: its market value, and what the fund holds of it."""
    days = (
        pl.concat([dates["as_of"], dates["previous_as_of"], dates["event_rank_date"].dt.month_end()])
        .drop_nulls()
        .unique()
    )
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
    """Choose the date on which sizes are compared: the rank day's month end only of companies that were members then."""
    at_rank = sizes.select(
        pl.col("size_as_of").alias("rank_as_of"), "entity_id", pl.lit(True).alias("was_member")
    )
    ranked = changes.with_columns(pl.col("event_rank_date").dt.month_end().alias("rank_as_of")).join(
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
    """Add each company's size, and the share of the members that stayed which are at most as large."""
    sized = dated.join(sizes, on=["size_as_of", "entity_id"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col("market_cap_usd").is_not_null())
        .then(pl.lit(MARKET_CAP))
        .when(pl.col("holding_usd").is_not_null())
        .then(pl.lit(HOLDING))
        .alias("size_basis"),
        pl.coalesce("market_cap_usd", "holding_usd").alias("size_usd"),
    )
    stayed = _sizes_of_stayers(sized.select("as_of", "previous_as_of", "size_as_of").unique(), sizes, members)
    asked = sized.select(*KEY, "size_as_of", "size_basis", "size_usd")
    shares = (
        asked.join(stayed, on=["as_of", "size_as_of", "size_basis"])
        .group_by(KEY)
        .agg((pl.col("size_of_other") <= pl.col("size_usd")).mean().alias("size_quantile"))
    )
    return sized.join(shares, on=KEY, how="left", maintain_order="left")


def _sizes_of_stayers(compared: pl.DataFrame, sizes: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the sizes of those who are members at both dates, by as_of, date and kind of size."""
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


def _price_days(members: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Return the first and the last day with a price of any line that was a company's largest."""
    lines = members.select("entity_id", "security_id").unique()
    return (
        _priced(prices)
        .join(lines, on="security_id")
        .group_by("entity_id")
        .agg(pl.col("date").min().alias("first_price_date"), pl.col("date").max().alias("last_price_date"))
    )


def _with_known_days(changes: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Add the first and the last day of which prices are at hand, and the last up to as_of."""
    days = _priced(prices).select("date").unique().sort("date")
    return (
        changes.sort("as_of")
        .join_asof(
            days.select(pl.col("date").alias("prices_as_of")),
            left_on="as_of",
            right_on="prices_as_of",
            coalesce=False,
        )
        .with_columns(
            pl.lit(days["date"].min(), pl.Date).alias("prices_from"),
            pl.lit(days["date"].max(), pl.Date).alias("prices_to"),
        )
    )


def _priced(prices: pl.DataFrame) -> pl.DataFrame:
    return prices.filter(
        pl.any_horizontal(pl.col("close_usd", "adjusted_close_usd", "total_return").is_not_null())
    )
