"""Windows: which years and rows of another table one year of a table is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Among:
    """The rows of an upstream table that matter: their `column` occurs in `table`, which is read too."""

    table: str
    column: str


@dataclass(frozen=True)
class Window:
    """The years of an upstream table that one year of a table is made from.

    Attributes
    ----------
    back, ahead
        Years before and after it.
    among
        The rows that matter; None for all. Other companies' rows may come and go without making the year
        stale.
    """

    back: int = 0
    ahead: int = 0
    among: Among | None = None

    def around(self, years: Iterable[int]) -> set[int]:
        """Return every year that the given years are made from."""
        return {near for year in years for near in range(year - self.back, year + self.ahead + 1)}


SAME_YEAR = Window()
LISTED_LINES = Among("raw.constituents", "security_id")
MEMBERS = Among("core.members", "entity_id")
MEMBERS_LINES = Among("core.members", "security_id")
# Eight years back hold the five consecutive fiscal years that any rule asks for, with a stale limit and late
# filings.
VISIBLE = Window(back=8, among=MEMBERS)
# A quarter that has been known for longer gives way to the annual record: docs/methods/latest-footing.md.
LATEST = Window(back=3, among=MEMBERS)
PROFILED_DATES = Among("marts.index_profile", "as_of")
WATCHED = Among("core.watched_names", "entity_id")
WATCHED_LINES = Among("core.watched_names", "security_id")
# The basis as_published reads 163 days past as_of, so into the next year.
VISIBLE_LATER = Window(back=8, ahead=1, among=MEMBERS)
# The five years of a trailing regression.
TRAILING = Window(back=5)
# Eight years back hold the first months of the books that are given; years of longer books come with a
# backfill.
BOOK_YEARS = Window(back=8)
