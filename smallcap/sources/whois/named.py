"""Lines asked for by ticker that no fund's list has: names of books, watched names, index funds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import polars as pl

from smallcap.sources.base import SECURITIES_COLUMNS

BY_TICKER: Final = "holder_of_the_ticker"
"""The way of a line that is known by the ticker that was asked for alone: its holder of today."""
A_FUND: Final = "a fund, not a company"


def named_lines(
    asked: Collection[str],
    companies: pl.DataFrame,
    funds: pl.DataFrame,
    source: str,
    since: dt.date,
) -> tuple[pl.DataFrame, list[str]]:
    """Return a line for each ticker that a company or fund has today, and the tickers that none has.

    Nothing but the ticker says who is meant, so that every such line is marked as known only later.

    Parameters
    ----------
    asked
        Tickers without separators, of which no list has a line.
    companies
        Today's tickers of companies (`COMPANIES_SCHEMA`).
    funds
        Today's tickers of funds (`FUNDS_SCHEMA`).
    source
        The value of the column `source`.
    since
        The day from which the lines are known.

    Returns
    -------
    tuple
        Rows in `SECURITIES_COLUMNS`, and the tickers without one, sorted.
    """
    wanted = sorted(set(asked))
    held = companies.filter(pl.col("ticker").is_in(wanted)).sort("ticker", "cik", "name")
    of_companies = held.unique("ticker", keep="first", maintain_order=True).select(
        "ticker",
        "name",
        source_id=pl.format("cik:{}:{}", "cik", "ticker"),
        source_entity_id="cik",
        is_resolved=pl.lit(value=True),
        unresolved_reason=pl.lit(None, pl.String),
        resolved_by=pl.lit(BY_TICKER),
        resolution_evidence=pl.format("{}, CIK {}", pl.lit(BY_TICKER), "cik"),
    )
    rest = funds.filter(pl.col("ticker").is_in(wanted)).join(of_companies, on="ticker", how="anti")
    of_funds = (
        rest.sort("ticker", "series_id", "class_id")
        .unique("ticker", keep="first", maintain_order=True)
        .select(
            "ticker",
            name=pl.lit(None, pl.String),
            source_id=pl.format("fund:{}:{}", "series_id", "ticker"),
            source_entity_id=pl.format("fund:{}:{}", "series_id", "ticker"),
            is_resolved=pl.lit(value=False),
            unresolved_reason=pl.lit(A_FUND),
            resolved_by=pl.lit(None, pl.String),
            resolution_evidence=pl.lit(None, pl.String),
        )
    )
    found = pl.concat([of_companies, of_funds]).with_columns(
        source=pl.lit(source),
        valid_from=pl.lit(since),
        is_resolution_later=pl.lit(value=True),
        is_resolution_corrected=pl.lit(value=False),
    )
    rows = found.select(
        (pl.col(name) if name in found.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SECURITIES_COLUMNS.items()
    )
    return rows, [ticker for ticker in wanted if ticker not in set(rows["ticker"])]
