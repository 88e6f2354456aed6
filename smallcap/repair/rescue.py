"""What the kept catalogues know of a table: its files at each publication, and the rows of the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.repair.checksums import Checksums
from smallcap.repair.damage import year_of
from smallcap.repair.reading_apart import Part, read_apart
from smallcap.settings import Settings
from smallcap.tables import META_TABLES
from smallcap.warehouse.contents import Published, read_contents
from smallcap.warehouse.serve import kept_catalogues


class Rescue:
    """The catalogues of a home that can be read, the newest first.

    Parameters
    ----------
    settings
        The settings, which name the home.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._checksums = Checksums(settings.lake_dir)
        self._catalogues = list(_readable(settings))

    def files(self, name: str) -> list[Path]:
        """List every existing file of a table that a kept catalogue serves."""
        files = {file: None for one in self._catalogues for file in _files_of(one, name) if file.is_file()}
        return list(files)

    def served_years(self, name: str) -> list[int]:
        """List the years of a table that the newest catalogue serves."""
        newest = next((one for one in self._catalogues if name in one.tables), None)
        return sorted({year_of(file) for file in _files_of(newest, name)}) if newest else []

    def dates(self, year: int) -> str:
        """Return the last date of a year that a published run made, as a stamp records it; else nothing."""
        runs = self.records("meta.runs").filter(
            (pl.col("status") == "published") & pl.lit(year).is_between("first_year", "last_year")
        )
        last = pl.min_horizontal(pl.date(year, 12, 31), pl.col("finished_at").cast(pl.Date))
        made = runs.select(pl.coalesce("as_of", last).max()).item() if runs.height else None
        return "" if made is None else str(made)

    def newest_version(self, name: str) -> int:
        """Return the highest version of a table that a kept catalogue serves; -1 where none does."""
        return max((one.tables[name].version for one in self._catalogues if name in one.tables), default=-1)

    def sound_files(self, name: str, year: int, without: list[Path]) -> list[Path]:
        """Find the files with the newest published rows of a year of a table that can be read.

        Parameters
        ----------
        name, year
            The table and its year.
        without
            Files that are known to be damaged.

        Returns
        -------
        list of Path
            None of them where no kept catalogue has all of its files of the year.
        """
        for one in self._catalogues:
            files = [file for file in _files_of(one, name) if year_of(file) == year]
            if files and not set(files) & set(without) and self._are_sound(name, files):
                return files
        return []

    def records(self, name: str) -> pl.DataFrame:
        """Return the rows of a record that kept catalogues have, those of the newest where keys are equal."""
        found = META_TABLES[name]
        parts = [one.meta[name] for one in self._catalogues if name in one.meta]
        rows = pl.concat([found.empty(), *parts])
        return rows.unique(found.key, keep="first", maintain_order=True)

    def _are_sound(self, name: str, files: list[Path]) -> bool:
        if not all(file.is_file() for file in files):
            return False
        judged = [self._checksums.is_sound(file, is_deep=True) for file in files]
        if None in judged and False not in judged:
            part = Part(name, tuple(str(file) for file in files), None)
            return read_apart([part]) == [None]
        return all(judged)


def _readable(settings: Settings) -> Iterator[Published]:
    for path in reversed(kept_catalogues(settings.warehouse_dir)):
        try:
            yield read_contents(path, settings.home)
        except SmallcapError:
            # A damaged catalogue cannot say; an earlier one may.
            continue


def _files_of(catalogue: Published, name: str) -> tuple[Path, ...]:
    return catalogue.tables[name].files if name in catalogue.tables else ()
