"""Additions and removals between two lists of one fund, and whether they amount to a reconstitution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.rules.types.index import ReconstitutionRules

ADDED, REMOVED = "added", "removed"
Compared = tuple[dt.date, dt.date | None, str | None, bool]
"""A date, the one that it is compared with, its fund, and whether that fund is still to be confirmed."""
COMPARED_SCHEMA = {
    "as_of": pl.Date,
    "previous_as_of": pl.Date,
    "fund": pl.String,
    "is_fund_unconfirmed": pl.Boolean,
}
MEMBER = ("security_id", "ticker", "name", "sector", "weight")


def successive_dates(members: pl.DataFrame, years: Sequence[int]) -> pl.DataFrame:
    """Return each as_of of the given years with the previous one whose members it is compared with.

    Lists of one fund are compared. Where the fund changes, the differences are those between the funds until
    the new fund's next list confirms them: the first date with its list is compared with none, and the date
    of its next list with the last date of the fund before. If the fund before comes back in between, its
    lists are compared as if the other's were not there.

    Parameters
    ----------
    members
        Rows with `as_of`, `fund` and `snapshot_date`; include the year before the first of `years`.
    years
        Calendar years.

    Returns
    -------
    pl.DataFrame
        as_of, previous_as_of, fund and is_fund_unconfirmed: the list is of another fund than those before,
        and none of its own confirms it. previous_as_of is null then, and for the first date.
    """
    lists = members.select("as_of", "fund", "snapshot_date").unique("as_of").sort("as_of")
    dates = pl.DataFrame(list(_compared(lists.iter_rows())), schema=COMPARED_SCHEMA, orient="row")
    return dates.filter(pl.col("as_of").dt.year().is_in(list(years)))


def _compared(lists: Iterable[tuple[dt.date, str | None, dt.date]]) -> Iterator[Compared]:
    """Go through the lists, by as_of, with the fund whose lists are compared and the one to be confirmed."""
    followed: tuple[str | None, dt.date] | None = None
    other: tuple[str | None, dt.date] | None = None
    for as_of, fund, list_date in lists:
        is_confirmed = other is not None and other[0] == fund and other[1] < list_date
        if followed is None or followed[0] == fund or is_confirmed:
            yield as_of, None if followed is None else followed[1], fund, False
            followed, other = (fund, as_of), None
        else:
            yield as_of, None, fund, True
            other = other if other is not None and other[0] == fund else (fund, list_date)


def membership_changes(
    members: pl.DataFrame, dates: pl.DataFrame, carried: Sequence[str] = MEMBER
) -> pl.DataFrame:
    """Find the companies that are members at only one of a date and the previous date.

    Parameters
    ----------
    members
        Rows of core.members, including the previous dates.
    dates
        Rows with `as_of` and `previous_as_of`.
    carried
        Columns of `members` to include.

    Returns
    -------
    pl.DataFrame
        as_of, previous_as_of, entity_id, change and the `carried` columns at the date at which the company
        was a member; sorted by as_of and company.
    """
    pairs = dates.drop_nulls("previous_as_of").select("as_of", "previous_as_of")
    companies = members.select("as_of", "entity_id", *carried)
    now = pairs.join(companies, on="as_of")
    before = pairs.join(companies.rename({"as_of": "previous_as_of"}), on="previous_as_of")
    key = ["as_of", "entity_id"]
    added = now.join(before, on=key, how="anti").with_columns(pl.lit(ADDED).alias("change"))
    removed = before.join(now, on=key, how="anti").with_columns(pl.lit(REMOVED).alias("change"))
    changes = pl.concat([added, removed], how="diagonal").select(
        "as_of", "previous_as_of", "entity_id", "change", *carried
    )
    return changes.sort(key)


def with_other_name(changes: pl.DataFrame) -> pl.DataFrame:
    """Add `other_name`: of the company that came with the ticker of one that went, and the reverse.

    Parameters
    ----------
    changes
        What `membership_changes` returns.

    Returns
    -------
    pl.DataFrame
        The rows, in their order; `other_name` is null where the ticker is on one side only.
    """
    key = ["as_of", "symbol"]
    spelled = changes.with_columns(
        symbol=normalised(pl.col("ticker")),
        other_change=pl.when(pl.col("change") == ADDED).then(pl.lit(REMOVED)).otherwise(pl.lit(ADDED)),
    )
    others = spelled.select(
        *key, other_change="change", other_name=pl.coalesce("name", pl.lit("a company without a name"))
    ).unique([*key, "other_change"], keep="first", maintain_order=True)
    return spelled.join(others, on=[*key, "other_change"], how="left", maintain_order="left").drop(
        "symbol", "other_change"
    )


def turnover(changes: pl.DataFrame, dates: pl.DataFrame, rules: ReconstitutionRules) -> pl.DataFrame:
    """Sum the changes of each date, and flag those that amount to a reconstitution.

    One-way turnover is half the sum of the weights added, at as_of, and of those removed, at the previous
    as_of. Weight changes among the members that stayed are due to prices and are not counted.

    Parameters
    ----------
    changes
        Rows of `membership_changes`, with `weight`.
    dates
        Rows with `as_of` and `previous_as_of`.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows of `dates`, with additions, removals, turnover and is_reconstitution; null if there is no
        previous as_of.
    """
    is_added = pl.col("change") == ADDED
    summed = changes.group_by("as_of", maintain_order=True).agg(
        is_added.sum().cast(pl.Int64).alias("additions"),
        (~is_added).sum().cast(pl.Int64).alias("removals"),
        (pl.col("weight").sum() / 2).alias("turnover"),
    )
    has_before = pl.col("previous_as_of").is_not_null()
    counted = dates.join(summed, on="as_of", how="left", maintain_order="left").with_columns(
        pl.when(has_before).then(pl.col(name).fill_null(0)).alias(name)
        for name in ("additions", "removals", "turnover")
    )
    as_of, before = pl.col("as_of").dt, pl.col("previous_as_of").dt
    months = 12 * (as_of.year() - before.year()) + as_of.month() - before.month()
    threshold = rules.min_turnover + rules.turnover_per_further_month * (months - 1).clip(lower_bound=0)
    return counted.with_columns((pl.col("turnover") >= threshold).alias("is_reconstitution"))
