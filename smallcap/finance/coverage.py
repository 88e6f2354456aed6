"""marts.coverage: how much of the index could be screened at each as_of, and why the rest could not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.finance.fill import filled
from smallcap.finance.frames import as_table
from smallcap.finance.metrics.footing_report import footing_counts
from smallcap.finance.quality.inputs import POINT_IN_TIME, PUBLISHED

UNKNOWN_WITHOUT_EVIDENCE = ("evidence_members", "members_of_both_bases")
"""Counts that are null, not zero, where no list could be known."""
_EXCLUSIONS = (
    "unusable_ticker",
    "no_fundamentals",
    "stale",
    "missing",
    "out_of_range",
    "insufficient_records",
)


def coverage(
    as_ofs: Sequence[dt.date] | pl.Series,
    constituents: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    scores: pl.DataFrame,
    stale_months: int,
) -> pl.DataFrame:
    """Count the members at each as_of and the data known about them.

    Parameters
    ----------
    as_ofs
        Every requested date, including dates without membership.
    constituents
        Rows of raw.constituents.
    members
        Rows of core.members, of the year before too: of lists that were known before those in use.
    metrics_as_of
        Rows of core.metrics_as_of.
    annual_fundamentals
        Rows of core.annual_fundamentals, the visible ones among them.
    scores
        Rows of marts.quality_scores; only method published on basis point_in_time is counted.
    stale_months
        The staleness limit that was used.

    Returns
    -------
    pl.DataFrame
        The columns of marts.coverage, one row per date of `as_ofs`, ascending. A date without constituents
        has has_membership false and zero counts.
    """
    dates = pl.DataFrame({"as_of": pl.Series(as_ofs, dtype=pl.Date)}).unique().sort("as_of")
    parts = [
        _listed(constituents),
        *_by_evidence(dates, members),
        _known(members),
        _visible_records(metrics_as_of),
        footing_counts(metrics_as_of, members),
        filled(metrics_as_of, annual_fundamentals),
        _screened(scores),
    ]
    joined = dates
    for part in parts:
        joined = joined.join(part, on="as_of", how="left")
    shares = joined.with_columns(
        pl.col("as_of").dt.year().alias("year"),
        pl.col("lines").is_not_null().alias("has_membership"),
        pl.lit(stale_months).alias("stale_months"),
        _share("restated_values", "with_fundamentals").alias("restated_share"),
        _share("screened", "members").alias("screened_share"),
        _share("splits_unchecked", "market_caps").alias("split_unchecked_share"),
    )
    counts = [
        name
        for part in parts
        for name, dtype in part.schema.items()
        if dtype.is_integer() and name not in UNKNOWN_WITHOUT_EVIDENCE
    ]
    return as_table(shares.with_columns(pl.col(counts).fill_null(0)), "marts.coverage").sort("as_of")


def _listed(constituents: pl.DataFrame) -> pl.DataFrame:
    """Count the lines of the list, and identify the list."""
    return (
        constituents.sort("as_of", "security_id")
        .group_by("as_of", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("source").first().alias("membership_source"),
            pl.col("snapshot_date").max(),
        )
    )


def _by_evidence(dates: pl.DataFrame, members: pl.DataFrame) -> list[pl.DataFrame]:
    """Compare the members of each date with those of the newest list that could be known then.

    Returns
    -------
    list of pl.DataFrame
        By as_of: the basis and the list's available date; and the other list's date, its members, and the
        members of both.
    """
    shown = ("list_available_date", "membership_basis")
    bases = members.group_by("as_of").agg(pl.col(name).max() for name in shown)
    lists = (
        members.group_by("snapshot_date", "fund")
        .agg(pl.col("as_of").min().alias("seen_at"), pl.col("list_available_date").max())
        .drop_nulls("list_available_date")
    )
    known = (
        dates.join(lists, how="cross")
        .filter(pl.col("list_available_date") <= pl.col("as_of"), pl.col("snapshot_date") <= pl.col("as_of"))
        .sort("as_of", "snapshot_date", "fund", nulls_last=True)
        .unique("as_of", keep="last", maintain_order=True)
        .select("as_of", "seen_at", evidence_snapshot_date="snapshot_date")
    )
    then = known.join(members.select("entity_id", seen_at="as_of"), on="seen_at", how="inner")
    now = members.select("as_of", "entity_id", is_member=pl.lit(value=True))
    both = (
        then.join(now, on=["as_of", "entity_id"], how="left")
        .group_by("as_of")
        .agg(
            pl.col("evidence_snapshot_date").first(),
            pl.len().cast(pl.Int64).alias("evidence_members"),
            pl.col("is_member").sum().cast(pl.Int64).alias("members_of_both_bases"),
        )
    )
    return [bases, both]


def _known(members: pl.DataFrame) -> pl.DataFrame:
    """Count the companies, and those resolved, priced and classified."""
    flags = {"resolved": "is_resolved", "priced": "is_priced", "classified": "is_classified"}
    return members.group_by("as_of").agg(
        pl.len().cast(pl.Int64).alias("members"),
        *(pl.col(flag).sum().cast(pl.Int64).alias(name) for name, flag in flags.items()),
    )


def _visible_records(metrics_as_of: pl.DataFrame) -> pl.DataFrame:
    """Count the members with a visible annual record, by the properties of the record."""
    has_record = pl.col("period_end").is_not_null()
    counted = {
        "with_fundamentals": has_record,
        "fresh_fundamentals": has_record & ~pl.col("is_stale"),
        "stale_fundamentals": has_record & pl.col("is_stale"),
        "restated_values": has_record & pl.col("is_value_restated"),
        "assumed_available_dates": has_record & pl.col("is_available_date_assumed"),
        "market_caps": pl.col("market_cap_usd").is_not_null(),
    }
    return metrics_as_of.group_by("as_of").agg(
        condition.sum().cast(pl.Int64).alias(name) for name, condition in counted.items()
    )


def _screened(scores: pl.DataFrame) -> pl.DataFrame:
    """Count the scored members, and the excluded ones by the first part of their reason."""
    reason = pl.col("exclusion_reason").str.split(":").list.first()
    counted = {
        "screened": pl.col("status") == "scored",
        **{f"excluded_{name}": reason == name for name in _EXCLUSIONS},
    }
    return (
        scores.filter(pl.col("method") == PUBLISHED, pl.col("basis") == POINT_IN_TIME)
        .group_by("as_of")
        .agg(condition.sum().cast(pl.Int64).alias(name) for name, condition in counted.items())
    )


def _share(part: str, whole: str) -> pl.Expr:
    """Divide two counts; null if the whole is zero or unknown."""
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
