"""Which years of each table a run makes, and why: those missing, due at the source, or out of date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.engine.asked import asked_now
from smallcap.engine.asked_years import years_to_make
from smallcap.engine.lineage import READS
from smallcap.engine.recipe import in_words
from smallcap.engine.staleness import Digests
from smallcap.lake.home import Home
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.sources.base import Source
from smallcap.sources.payloads import CLOCKS_DIFFER
from smallcap.tables import TABLES
from smallcap.utc import utc_now


class Years:
    """The years of each table that a run makes; an answer stays the same for the whole run.

    Call it for a table only after the tables that it reads have been made.

    Parameters
    ----------
    home, source
        The home and the source.
    digests
        Digests of the current state.
    asked
        The years of the run.
    is_forced
        Whether the years of the run are made whether or not they are out of date.
    """

    def __init__(
        self, home: Home, source: Source, digests: Digests, asked: Sequence[int], *, is_forced: bool
    ) -> None:
        self._home, self._source, self._digests, self._asked, self._is_forced = (
            home,
            source,
            digests,
            asked,
            is_forced,
        )
        self._made: dict[str, dict[int, list[str]]] = {}

    def of(self, name: str) -> list[int]:
        """Return the years of a partitioned table that the run makes."""
        return [year for year in self.why(name) if year != UNPARTITIONED]

    def extend(self, name: str, years: Sequence[int]) -> None:
        """Add existing years of a partitioned table, in which a record that is delivered anew was, or is."""
        present, made = self._home.lake.years(name), self.why(name)
        added = {year: ["a record was dated anew"] for year in years if year in present and year not in made}
        self._made[name] = dict(sorted({**made, **added}.items()))

    def is_made(self, name: str) -> bool:
        """Whether the run makes anything of a table."""
        return bool(self.why(name))

    def why(self, name: str) -> dict[int, list[str]]:
        """Return the years that the run makes, each with the reasons in words.

        A table without partitions has the one year 0.
        """
        if name not in self._made:
            stale = {
                year: [in_words(key) for key in keys] for year, keys in self._digests.stale(name).items()
            }
            self._made[name] = (
                self._partitioned(name, stale) if TABLES[name].is_partitioned else self._whole(name, stale)
            )
        return self._made[name]

    def _partitioned(self, name: str, stale: dict[int, list[str]]) -> dict[int, list[str]]:
        present, due = self._home.lake.years(name), self._due(name)
        years = years_to_make(
            name, self._asked, present, stale, self._source.clock.year, due, is_forced=self._is_forced
        )
        return {year: self._reasons(year, present, due, stale) for year in years}

    def _whole(self, name: str, stale: dict[int, list[str]]) -> dict[int, list[str]]:
        is_missing = UNPARTITIONED not in self._home.lake.stamp(name).years
        if is_missing or self._is_forced or stale or self._due(name):
            return {
                UNPARTITIONED: self._reasons(
                    UNPARTITIONED, [] if is_missing else [UNPARTITIONED], self._due(name), stale
                )
            }
        return {}

    def _reasons(
        self, year: int, present: Sequence[int], due: Sequence[int], stale: dict[int, list[str]]
    ) -> list[str]:
        if year not in present:
            return ["does not exist yet"]
        return stale.get(year) or (["the source is asked again"] if year in due else ["forced"])

    def _due(self, name: str) -> list[int]:
        """Years of a raw table to fetch again.

        They were fetched up to an earlier day, for fewer companies than are known now, or too long ago.
        """
        if TABLES[name].layer != "raw":
            return []
        dataset = TABLES[name].short_name
        fetched = self._home.records.read("meta.fetched").filter(
            (pl.col("dataset") == dataset) & (pl.col("source") == self._source.name)
        )
        through = pl.min_horizontal(pl.date(pl.max_horizontal("year", 1), 12, 31), pl.lit(self._source.clock))
        known = asked_now(dataset, self._home.lake.read("raw.securities"))
        is_partial = (pl.col("year") > UNPARTITIONED) & (pl.col("fetched_through") < through)
        is_partial |= (pl.col("asked") < known) if known is not None else False
        return fetched.filter(is_partial | self._is_too_old())["year"].to_list()

    def _is_too_old(self) -> pl.Expr:
        """Whether an answer about the years of the run is older than the source lets it get.

        So is one that came under a clock that was ahead: nobody knows how old it is. Files and the sample
        never are.
        """
        refresh_after: dt.timedelta | None = self._source.refresh_after
        if refresh_after is None:
            return pl.lit(False)
        now = utc_now()
        is_young = pl.col("fetched_at").is_between(now - refresh_after, now + CLOCKS_DIFFER)
        return pl.col("year").is_in([UNPARTITIONED, *self._asked]) & ~is_young


def is_anything_made(years: Years) -> bool:
    """Whether a run makes anything at all; where it makes nothing, every table is as it would be made now."""
    return any(years.is_made(name) for name in READS)
