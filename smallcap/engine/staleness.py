"""What a year of a table was made from, as digests, and which years are out of date.

An input is digested by whole years, and where only some rows of it matter also by the rows of the year's own
members. What a table uses besides its inputs is its recipe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from smallcap.engine.asked_years import years_read
from smallcap.engine.lineage import READS
from smallcap.engine.recipe import Recipes, is_same_use
from smallcap.engine.windows import Among
from smallcap.lake import Home, Stamp, YearStamp
from smallcap.lake.digests import ALGORITHM, digest_of_hashes, digest_text, hash_of_rows
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.tables import TABLES

SEPARATOR = "#"
"""Between the digest of whole years and that of the members' rows, where an input has both."""


class Digests:
    """Digests of inputs and recipes as they are now, computed once for each version of a table.

    Parameters
    ----------
    home
        The home; its lake may change between calls.
    recipes
        The recipes in force.
    """

    def __init__(self, home: Home, recipes: Recipes) -> None:
        self._home, self._lake, self._recipes = home, home.lake, recipes
        self._hashes: dict[tuple[str, int, str], pl.DataFrame] = {}
        self._requested: dict[tuple[str, int, str, tuple[int, ...]], pl.DataFrame] = {}

    def inputs(
        self, name: str, years: Iterable[int], stamps: Mapping[str, Stamp] | None = None
    ) -> dict[int, dict[str, str]]:
        """Return, for each year of a table, the digest of each thing that it would be made from now.

        Parameters
        ----------
        name
            The table.
        years
            Its years; a table without partitions has the one year `UNPARTITIONED`.
        stamps
            Stamps of the tables that it reads; by default those that the lake has.
        """
        stamps = stamps or {upstream: self._lake.stamp(upstream) for upstream in READS[name]}
        return {
            year: {
                **{upstream: self._input(name, upstream, year, stamps[upstream]) for upstream in READS[name]},
                **self._recipes.of(name, year),
            }
            for year in years
        }

    def stale(self, name: str) -> dict[int, list[str]]:
        """Return the years that were made from something else than there is now, with what changed.

        What changed is named by tables and by keys of a recipe. A table without partitions has the one year
        `UNPARTITIONED`.
        """
        stamps = {upstream: self._lake.stamp(upstream) for upstream in READS[name]}
        changed = {
            year: [
                *(
                    key
                    for key, now in self._recipes.of(name, year).items()
                    if not is_same_use(key, made.inputs.get(key), now)
                ),
                *(
                    upstream
                    for upstream in READS[name]
                    if not self._is_same(name, upstream, year, stamps[upstream], made)
                ),
            ]
            for year, made in self._lake.stamp(name).years.items()
        }
        return {year: keys for year, keys in changed.items() if keys}

    def _input(self, name: str, upstream: str, year: int, stamp: Stamp) -> str:
        whole = _of_years(name, upstream, year, stamp)
        among = READS[name][upstream].among
        return (
            whole if among is None else f"{whole}{SEPARATOR}{self._of_members(name, upstream, year, among)}"
        )

    def _is_same(self, name: str, upstream: str, year: int, stamp: Stamp, made: YearStamp) -> bool:
        whole, _, members = made.inputs.get(upstream, "").partition(SEPARATOR)
        if whole == _of_years(name, upstream, year, stamp):
            return True
        among = READS[name][upstream].among
        if among is None or not members:
            return False
        if made.algorithm != ALGORITHM:
            # Digests of two algorithms do not compare. The publication refuses anything out of date, so what
            # is published was made from these rows.
            return self._home.records.is_last_run_published()
        # Rows of other companies may have come: they do not matter to a year whose own members' rows are
        # unchanged.
        return members == self._of_members(name, upstream, year, among)

    def _of_members(self, name: str, upstream: str, year: int, among: Among) -> str:
        rows = self._row_hashes(upstream, among.column)
        years = years_read(upstream, READS[name][upstream], [year])
        members = self._members(among, years_read(among.table, READS[name][among.table], [year]))
        dated = rows.filter(pl.col("year").is_in(years)) if "year" in rows.columns else rows
        own = dated.join(members, on=among.column, how="semi")
        return digest_text(f"{own.height} {digest_of_hashes(own)}")

    def _members(self, among: Among, years: list[int]) -> pl.DataFrame:
        key = (among.table, self._lake.version(among.table), among.column, tuple(years))
        if key not in self._requested:
            self._requested[key] = self._lake.read(among.table, years, [among.column]).unique()
        return self._requested[key]

    def _row_hashes(self, name: str, column: str) -> pl.DataFrame:
        key = (name, self._lake.version(name), column)
        if key not in self._hashes:
            self._hashes = {
                known: frame
                for known, frame in self._hashes.items()
                if known[0] != name or known[2] != column
            }
            kept = [named for named in ("year", column) if named in TABLES[name].columns]
            self._hashes[key] = hash_of_rows(TABLES[name], self._lake.read(name), kept)
        return self._hashes[key]


def _of_years(name: str, upstream: str, year: int, stamp: Stamp) -> str:
    """Digest whole years of a table that is read."""
    if year == UNPARTITIONED:
        return stamp.version(stamp.years)
    return stamp.version(years_read(upstream, READS[name][upstream], [year]))
