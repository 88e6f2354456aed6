"""Which table is made from which, and from which of its years; the one place that says so.

The years that a run reads and makes, what Dagster shows of them, and the check for staleness all come from
here.
"""

from __future__ import annotations

from smallcap.engine.lineage_of_marts import MARTS
from smallcap.engine.windows import (
    LATEST,
    LISTED_LINES,
    MEMBERS_LINES,
    SAME_YEAR,
    VISIBLE,
    WATCHED,
    WATCHED_LINES,
    Window,
)

READS: dict[str, dict[str, Window]] = {
    "raw.securities": {},
    "raw.factors": {},
    "raw.constituents": {"raw.securities": SAME_YEAR},
    "raw.fundamentals": {"raw.securities": SAME_YEAR},
    "raw.quarterly_fundamentals": {"raw.securities": SAME_YEAR},
    "raw.fundamental_tags": {
        "raw.securities": SAME_YEAR,
        "raw.fundamentals": SAME_YEAR,
        "raw.quarterly_fundamentals": SAME_YEAR,
    },
    "raw.vendor_metrics": {"raw.securities": SAME_YEAR, "raw.fundamentals": Window(back=9)},
    "raw.prices": {"raw.securities": SAME_YEAR},
    "raw.snapshots": {},
    "core.members": {
        "raw.constituents": SAME_YEAR,
        "raw.securities": SAME_YEAR,
        "raw.prices": Window(back=1, among=LISTED_LINES),
    },
    "core.annual_fundamentals": {"raw.fundamentals": Window(back=8)},
    # Six years back hold the same quarter of the four years before, filed late, and the year of which a
    # restated quarter is part.
    "core.quarterly_fundamentals": {
        "raw.quarterly_fundamentals": Window(back=6),
        "core.annual_fundamentals": Window(back=6),
    },
    "core.annual_metrics": {"core.annual_fundamentals": Window(back=6)},
    # Six years back hold the fiscal years of sums over five; four hold the quarters of two years in a row and
    # their like a year earlier, filed late. A year that ended before a quarter is known where the quarter is.
    "core.trailing_metrics": {
        "core.annual_fundamentals": Window(back=6),
        "core.quarterly_fundamentals": Window(back=4),
    },
    "core.metrics_as_of": {
        # Splits between lists since the share count, as far back as prices are read.
        "core.members": Window(back=3),
        "core.annual_metrics": VISIBLE,
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
        "raw.vendor_metrics": VISIBLE,
    },
    "core.trailing_as_of": {
        "core.members": Window(back=3),
        "core.trailing_metrics": LATEST,
        # When a balance sheet was filed, and what the last quarter earned.
        "core.quarterly_fundamentals": LATEST,
        # The row of a company of which no quarter is known.
        "core.metrics_as_of": SAME_YEAR,
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
    },
    "core.filter_evaluations": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "core.annual_metrics": VISIBLE,
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
        "raw.factors": SAME_YEAR,
    },
    "core.factors_monthly": {"raw.factors": SAME_YEAR},
    "core.monthly_returns": {"raw.prices": Window(back=1)},
    "core.return_doubts": {
        # A year ahead holds later lists, counts and reversals.
        "core.monthly_returns": Window(ahead=1),
        "raw.constituents": Window(back=1, ahead=1),
        "raw.fundamentals": Window(back=1, ahead=1),
        "raw.prices": Window(back=1),
        "raw.securities": SAME_YEAR,
    },
    "core.books": {},
    "core.book_lines": {"raw.securities": SAME_YEAR},
    "core.watched_names": {
        "core.members": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "raw.securities": SAME_YEAR,
    },
    "core.watched_metrics": {
        "core.watched_names": SAME_YEAR,
        "core.annual_metrics": Window(back=8, among=WATCHED),
        "raw.prices": Window(back=3, among=WATCHED_LINES),
        "raw.vendor_metrics": Window(back=8, among=WATCHED),
    },
    "core.watched_trailing": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.trailing_metrics": Window(back=3, among=WATCHED),
        "core.quarterly_fundamentals": Window(back=3, among=WATCHED),
        "raw.prices": Window(back=3, among=WATCHED_LINES),
    },
    **MARTS,
}
"""For each table what it reads, each after those that it reads.

Of a table without partitions all rows are read. Such a table is itself made from all years that exist; its
windows say which of them a run makes if they are missing.
"""

JUDGES = {
    "core.annual_fundamentals": "raw.fundamentals",
    "core.quarterly_fundamentals": "raw.quarterly_fundamentals",
    "raw.fundamental_tags": "raw.fundamentals",
}
"""Tables that say something of every row of another: of everything that was fetched. Otherwise a row with an
impossible date, filed years before its period ended, would go unnoticed in a year that no snapshot reads."""

FIRST_YEAR = 2003
"""The first year of history: the sample's first members are of January 2005, and screens look back."""


def followers(name: str) -> set[str]:
    """Return a table and all that are made from it, directly or through others."""
    found = {name}
    while more := {other for other, reads in READS.items() if other not in found and found & reads.keys()}:
        found |= more
    return found
