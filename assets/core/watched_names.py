"""core.watched_names: the names that are watched without being members."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.watched import names
from smallcap.rules.types.kinds import CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.watchlist import WatchedName

MEMBERS = ("year", "index_name", "as_of", "entity_id")


@table_asset("core.watched_names", columns={"members": MEMBERS}, by_year=True)
def watched_names(
    run: Run,
    members: pl.DataFrame,
    book_lines: pl.DataFrame,
    securities: pl.DataFrame,
    watchlist: tuple[WatchedName, ...],
    metrics_rules: MetricsRules,
    company_kinds: tuple[CompanyKind, ...],
) -> pl.DataFrame:
    """Find the companies of the watchlist, of the books and of the source, and say when they are members."""
    watched = (*watchlist, *run.proposed_names())
    return names.watched_names(
        members, book_lines, securities, watched, run.source.name, metrics_rules, company_kinds
    )
