"""What a year of a table was made from, as digests, and which years were made from something else than is there now.

An input is digested by whole years, or by the rows of the year's own members alone; what a table uses beside
its inputs is its recipe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import polars as pl

from smallcap.engine.lineage import READS, Among, years_read
from smallcap.engine.recipe import CODE, Recipes
from smallcap.lake import Lake, Stamp
from smallcap.lake.stamps import UNPARTITIONED, hash_of_rows
from smallcap.tables import TABLES

SEPARATOR = "#"
"""Between the digest of whole years and that of the members' rows, where an input has both."""


class Digests:
    """Digests of inputs and recipes as they are now, computed once for each version of a table.

    Parameters
    ----------
    lake
        The lake; it may change between calls.
    recipes
        The recipes in force.
    """

    def __init__(self, lake: Lake, recipes: Recipes) -> None:
        self._lake, self._recipes = lake, recipes
        self._hashes: dict[tuple[str, int, str], pl.DataFrame] = {}
        self._asked: dict[tuple[str, int, str, tuple[int, ...]], pl.DataFrame] = {}

    def inputs(self, name: str, years: Iterable[int]) -> dict[int, dict[str, str]]:
        """Return, for each year of a table, the digest of each table and of everything else that it would be made from now."""
        stamps = {upstream: self._lake.stamp(upstream) for upstream in READS[name]}
        return {
            year: {
                **{upstream: self._input(name, upstream, year, stamps[upstream]) for upstream in READS[name]},
                **self._recipes.of(name, year),
            }
            for year in years
        }

    def stale(self, name: str) -> dict[int, list[str]]:
        """Return the years of a table that were made from something else than is there now, with what changed: tables, or keys of a recipe.

        A table without partitions has the one year `UNPARTITIONED`.
        """
        stamp = self._lake.stamp(name)
        stamps = {upstream: self._lake.stamp(upstream) for upstream in READS[name]}
        changed = {
            year: [
                *(
                    key
                    for key, now in self._recipes.of(name, year).items()
                    if not _is_same_use(key, made.inputs.get(key), now)
                ),
                *(
                    upstream
                    for upstream in READS[name]
                    if not self._is_same(
                        name, upstream, year, stamps[upstream], made.inputs.get(upstream, "")
                    )
                ),
            ]
            for year, made in stamp.years.items()
        }
        return {year: keys for year, keys in changed.items() if keys}

    def _input(self, name: str, upstream: str, year: int, stamp: Stamp) -> str:
        whole = self._of_years(name, upstream, year, stamp)
        among = READS[name][upstream].among
        return (
            whole if among is None else f"{whole}{SEPARATOR}{self._of_members(name, upstream, year, among)}"
        )

    def _is_same(self, name: str, upstream: str, year: int, stamp: Stamp, recorded: str) -> bool:
        whole, _, members = recorded.partition(SEPARATOR)
        if whole == self._of_years(name, upstream, year, stamp):
            return True
        # Rows of other companies may have come: they do not matter to a year whose own members' rows are
        # unchanged.
        among = READS[name][upstream].among
        return (
            among is not None and bool(members) and members == self._of_members(name, upstream, year, among)
        )

    def _of_years(self, name: str, upstream: str, year: int, stamp: Stamp) -> str:
        if year == UNPARTITIONED:
            return _short(stamp.contents(stamp.years))
        return _short(stamp.contents(years_read(upstream, READS[name][upstream], [year])))

    def _of_members(self, name: str, upstream: str, year: int, among: Among) -> str:
        rows = self._row_hashes(upstream, among.column)
        years = years_read(upstream, READS[name][upstream], [year])
        asked = self._members(among, years_read(among.table, READS[name][among.table], [year]))
        own = rows.filter(pl.col("year").is_in(years)).join(asked, on=among.column, how="semi")
        return _short(str(own.select(pl.col("first").sum(), pl.col("second").sum(), pl.len()).row(0)))

    def _members(self, among: Among, years: list[int]) -> pl.DataFrame:
        key = (among.table, self._lake.version(among.table), among.column, tuple(years))
        if key not in self._asked:
            self._asked[key] = self._lake.read(among.table, years, [among.column]).unique()
        return self._asked[key]

    def _row_hashes(self, name: str, column: str) -> pl.DataFrame:
        key = (name, self._lake.version(name), column)
        if key not in self._hashes:
            self._hashes = {
                known: frame
                for known, frame in self._hashes.items()
                if known[0] != name or known[2] != column
            }
            self._hashes[key] = hash_of_rows(TABLES[name], self._lake.read(name), ("year", column))
        return self._hashes[key]


def _is_same_use(key: str, recorded: str | None, now: str) -> bool:
    """Compare a use with what was recorded.

    A digest of code that another algorithm made says nothing and counts as the same.
    """
    if key == CODE and recorded is not None and recorded.partition(":")[0] != now.partition(":")[0]:
        return True
    return recorded == now


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
