"""marts.funnel_summary: attrition at each date, filter by filter."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.outcomes import FAILED, NOT_REACHED, SURVIVOR, SURVIVOR_UNVERIFIED, UNDETERMINED
from smallcap.finance.pointintime import take
from smallcap.finance.statuses import FAIL, NOT_APPLICABLE, PASS, STATUSES, VERIFY
from smallcap.tables.funnel import FunnelSummary

WORDS = {PASS: "passed", FAIL: "failed", VERIFY: VERIFY, NOT_APPLICABLE: NOT_APPLICABLE}


def funnel_summary(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count the members by their status at each of filters 1 to 6.

    Parameters
    ----------
    outcomes
        Rows of marts.funnel_outcomes.

    Returns
    -------
    pl.DataFrame
        One row per as_of and filter, in the columns of marts.funnel_summary, sorted by both.
    """
    by_filter = _with_passed_by_all(outcomes).group_by("year", "as_of", "filter_number", "filter_name")
    counted = by_filter.agg(pl.len().alias("members"), *_counts())
    without_factors = counted.with_columns(
        vintage=pl.lit(None, dtype=pl.String), is_vintage_later=pl.lit(None, dtype=pl.Boolean)
    )
    return in_columns_of(without_factors, FunnelSummary).sort("as_of", "filter_number")


def _with_passed_by_all(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Add whether the company passes this filter and all filters before it."""
    ordered = outcomes.sort("as_of", "entity_id", "filter_number").with_columns(
        pl.struct("as_of", "entity_id").rle_id().alias("company")
    )
    first_not_passed = ordered.group_by("company", maintain_order=True).agg(
        pl.col("filter_number").filter(pl.col("status") != PASS).min().alias("first_not_passed")
    )
    is_passed_by_all = (pl.col("filter_number") < pl.col("first_not_passed")).fill_null(True)
    return ordered.hstack(take(first_not_passed.drop("company"), ordered["company"])).with_columns(
        is_passed_by_all.alias("is_passed_by_all")
    )


def _counts() -> Iterator[pl.Expr]:
    """Count the members by status in order, by status of the filter alone, and by final outcome."""
    status = pl.col("status")
    yield (status != NOT_REACHED).sum().alias("entered")
    yield (status == NOT_REACHED).sum().alias("not_reached")
    yield ((status == PASS) & pl.col("is_borderline")).sum().alias("borderline")
    yield status.is_in([PASS, VERIFY, NOT_APPLICABLE]).sum().alias("left")
    yield pl.col("is_passed_by_all").cast(pl.Int64).sum().alias("left_verified")
    for word in STATUSES:
        yield (status == word).sum().alias(WORDS[word])
        yield (pl.col("stand_alone_status") == word).sum().alias(f"stand_alone_{WORDS[word]}")
    for outcome in (SURVIVOR, SURVIVOR_UNVERIFIED, UNDETERMINED, FAILED):
        yield (pl.col("outcome") == outcome).sum().alias(f"outcome_{outcome}")
