"""marts.funnel_outcomes: the six filters in strict order, and the outcome of each company."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.pointintime import take
from smallcap.finance.statuses import FAIL, NOT_APPLICABLE, VERIFY
from smallcap.tables.funnel import FunnelOutcomes

NOT_REACHED = "not_reached"
SURVIVOR, SURVIVOR_UNVERIFIED, UNDETERMINED, FAILED = (
    "survivor",
    "survivor_unverified",
    "undetermined",
    "failed",
)
SURVIVORS = (SURVIVOR, SURVIVOR_UNVERIFIED)
"""Outcomes of the companies that enter books."""
FORGIVING_FILTERS = 2
"""Up to this filter, verify still leaves the company a survivor, though unverified."""


def funnel_outcomes(evaluations: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Apply the filters to each member in strict order.

    Filters after a fail are not reached. A verify continues to the next filter: it is neither a pass nor a
    silent drop. The company is a survivor if every filter passes; a survivor_unverified if none fails and
    only filters 1 and 2 have verify; undetermined if none fails and any of 3 to 6 has verify; otherwise
    failed. A filter that is not applicable is no pass either: it counts like verify for the outcome, so that
    nobody survives on fewer filters than others. Books that pass over filter 1 pass over it too.

    Parameters
    ----------
    evaluations
        Rows of core.filter_evaluations.
    members
        Rows of core.members, for the tickers.

    Returns
    -------
    pl.DataFrame
        One row per row of `evaluations`, in the columns of marts.funnel_outcomes, sorted by as_of, company
        and filter.
    """
    ordered = evaluations.sort("as_of", "entity_id", "filter_number")
    # One number per company and date: grouping by it once is several times faster than a window function per
    # column.
    numbered = ordered.with_columns(
        pl.struct("as_of", "entity_id").rle_id().alias("company"),
        (pl.col("stand_alone_status") == FAIL).alias("is_failed"),
    )
    is_verify, is_forgiving = (
        pl.col("stand_alone_status").is_in([VERIFY, NOT_APPLICABLE]),
        pl.col("filter_number") <= FORGIVING_FILTERS,
    )
    companies = numbered.group_by("company", maintain_order=True).agg(
        # Null if no filter fails.
        pl.col("filter_number").filter("is_failed").min().alias("first_failed"),
        (is_verify & ~is_forgiving).any().alias("is_open"),
        (is_verify & is_forgiving).any().alias("is_unverified"),
        # Of filter 2; null if no company has a rate.
        pl.col("is_vintage_later").max(),
    )
    outcome = (
        pl.when(pl.col("first_failed").is_not_null())
        .then(pl.lit(FAILED))
        .when("is_open")
        .then(pl.lit(UNDETERMINED))
        .when("is_unverified")
        .then(pl.lit(SURVIVOR_UNVERIFIED))
        .otherwise(pl.lit(SURVIVOR))
    )
    known = companies.select("first_failed", "is_vintage_later", outcome.alias("outcome"))
    is_reached = (pl.col("filter_number") <= pl.col("first_failed")).fill_null(True)
    judged = (
        numbered.drop("is_vintage_later")
        .hstack(take(known, numbered["company"]))
        .with_columns(
            pl.when(is_reached).then("stand_alone_status").otherwise(pl.lit(NOT_REACHED)).alias("status")
        )
    )
    tickers = members.select("as_of", "entity_id", "ticker")
    return in_columns_of(
        judged.join(tickers, on=["as_of", "entity_id"], how="left", maintain_order="left"), FunnelOutcomes
    )
