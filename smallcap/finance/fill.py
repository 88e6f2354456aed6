"""How often each item of the visible annual records is filled."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.tables import TABLES

ITEMS: Final = tuple(
    name for name, dtype in TABLES["core.annual_fundamentals"].columns.items() if dtype == pl.Float64()
)
"""The columns of an annual record that hold figures."""
RECORD: Final = ("entity_id", "period_end", "version", "available_date")


def filled(metrics_as_of: pl.DataFrame, annual_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Return, by as_of, the share of visible records that have each item.

    Parameters
    ----------
    metrics_as_of
        Rows of core.metrics_as_of, which name the visible record of each member.
    annual_fundamentals
        Rows of core.annual_fundamentals.

    Returns
    -------
    pl.DataFrame
        `as_of` and `filled_<item>` for each of `ITEMS`, without `_usd`; a date without records has no row.
    """
    records = annual_fundamentals.select(*RECORD, *ITEMS).unique(RECORD, keep="any")
    seen = metrics_as_of.select("as_of", *RECORD).join(records, on=RECORD)
    shares = (
        pl.col(item).is_not_null().mean().alias(f"filled_{item.removesuffix('_usd')}") for item in ITEMS
    )
    return seen.group_by("as_of").agg(shares)
