"""raw.securities: every line the source knows, with ids that stay."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.sources.identity import ids as identity


@table_asset("raw.securities")
def securities(run: Run) -> pl.DataFrame:
    """Ask the source for the lines of the requested lists, books, watched names and index funds.

    New ones are given ids, known ones keep theirs.
    """
    known = run.home.lake.read("raw.securities")
    # Where they were lost, years that exist need the lines of their lists again.
    listed = run.lists.at(run.dates.all() if known.is_empty() else run.dates.of(run.asked)).rows
    named = {*run.book_tickers(), *run.watched_tickers(), *run.fund_tickers()}
    delivery = run.source.securities(listed, sorted(named))
    run.log.note_delivery("raw.securities", delivery, [])
    run.log.note_fetched("securities", [0], delivery.rows["source_id"].n_unique())
    return identity.mint(delivery.rows, known)
