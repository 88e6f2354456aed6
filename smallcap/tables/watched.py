"""The tables of watched names: companies judged against the index's universe without being its members.

Each has the columns of the members' table of the same kind. Names are kept apart, so that a query of a
members' table never counts one of them. Which names are watched is decided today, also for past dates.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, flag, key_text, text
from smallcap.tables.core import Members
from smallcap.tables.funnel import FunnelOutcomes
from smallcap.tables.lenses import StatementLenses
from smallcap.tables.metrics_as_of import MetricsAsOf
from smallcap.tables.quality import QualityScores

TICKER = "the watched ticker"
IS_MEMBER = "the company is a member of the index at as_of: always false here"
COMPANY = "our id of the company; null if no line of the source carries the ticker"


def _company() -> dy.Int64:
    return dy.Int64(nullable=True, description=COMPANY)


class WatchedNames(Members):
    """One row per as_of and watched ticker, of the watchlist or of a book, members of the index included."""

    ticker = key_text(TICKER)
    entity_id = _company()
    security_id = dy.Int64(nullable=True, description="our id of the line that carries the ticker")
    line_count = count("lines of the company in the index: none is counted here", unit="lines")
    snapshot_date = date("date of the list of members; null: no list has the line as a watched one")
    membership_basis = text("null: the name is no member by a list")
    membership_age_days = count("null: the name is no member by a list", nullable=True, unit="days")
    is_priced = flag("null: core.watched_metrics has the price", nullable=True)
    source = text("where the name comes from", nullable=False)
    is_member = flag("the company is a member of the index at as_of; only others are judged as watched")
    watched_by = text("watchlist, or the names of the books, separated by semicolons", nullable=False)
    watch_reason = text("why it is watched")
    missing_filing = text("the filing that no source has; null if sources have the company's filings")


class WatchedMetrics(MetricsAsOf):
    """One row per as_of and watched name that is no member: its visible record and market values."""

    ticker = key_text(TICKER)
    entity_id = _company()
    is_member = flag(IS_MEMBER)


class WatchedOutcomes(FunnelOutcomes):
    """One row per as_of, watched name that is no member, and filter 1 to 6 in strict order."""

    ticker = key_text(TICKER)
    entity_id = _company()
    is_member = flag(IS_MEMBER)

    @dy.rule()
    def no_member(cls) -> pl.Expr:
        """A watched name is no member."""
        return ~pl.col("is_member")


class WatchedLenses(StatementLenses):
    """One row per as_of, watched name that is no member, and statement item: value, preference, verdict."""

    ticker = key_text(TICKER)
    entity_id = _company()
    is_member = flag(IS_MEMBER)

    @dy.rule()
    def no_member(cls) -> pl.Expr:
        """A watched name is no member."""
        return ~pl.col("is_member")


class WatchedScores(QualityScores):
    """One row per as_of, watched name that is no member, method and basis: its score among the members."""

    ticker = key_text(TICKER)
    entity_id = _company()
    is_member = flag(IS_MEMBER)

    @dy.rule()
    def no_member(cls) -> pl.Expr:
        """A watched name is no member."""
        return ~pl.col("is_member")
