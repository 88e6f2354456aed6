"""Reading the Delta tables of one home: rows of a range of years, versions, stamps, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from smallcap.errors import MissingStampError
from smallcap.lake.delta import DataFile, listed_files, open_delta, paths_of, reading
from smallcap.lake.log_files import LOG_DIR
from smallcap.lake.parquet import scan
from smallcap.lake.stamp_files import STAMPS_DIR, stamp_of
from smallcap.lake.stamps import UNPARTITIONED, Stamp
from smallcap.tables import Table
from smallcap.tables import table as find_table


class LakeReader:
    """What can be read of the Delta tables below one folder.

    Parameters
    ----------
    root
        Folder of the lake; a table is at ``<root>/<layer>/<table>``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._opened: dict[str, tuple[int, DeltaTable]] = {}
        self._listed: dict[str, tuple[DeltaTable, int, list[DataFile]]] = {}
        self._stamped: dict[str, tuple[DeltaTable, int, Stamp]] = {}

    def read(
        self,
        name: str,
        years: Iterable[int] | None = None,
        columns: Sequence[str] | None = None,
        where: Mapping[str, object] | None = None,
    ) -> pl.DataFrame:
        """Read a table, or some of its years, sorted by its key.

        Columns that files of an older release do not have are null; a table that was never written is empty.

        Parameters
        ----------
        name
            The table.
        years, columns
            Those that are needed; None for all.
        where
            Values that columns must have: other rows never come into memory.
        """
        found = find_table(name)
        delta = self._open(found)
        selected = list(columns or found.columns)
        if delta is None:
            return found.empty().select(selected)
        with reading(name, self._path(found)):
            files = paths_of(self._files(found, delta), self._path(found), years)
        if not files:
            return found.empty().select(selected)
        rows = scan(files, found)
        # A year that is one file is sorted already, and sorting twenty years again would double the memory.
        if len({file.parent for file in files}) < len(files):
            rows = rows.sort("year", *found.key) if found.is_partitioned else rows.sort(found.key)
        for column, value in (where or {}).items():
            rows = rows.filter(pl.col(column) == value)
        with reading(name, self._path(found)):
            return rows.select(selected).collect(engine="in-memory")

    def version(self, name: str) -> int:
        """Return the newest version of a table, -1 where it was never written."""
        delta = self._open(find_table(name))
        return -1 if delta is None else delta.version()

    def stamp(self, name: str, version: int | None = None) -> Stamp:
        """Return the stamp of a table's newest version, or of another; an empty one where it has no rows.

        Raises
        ------
        MissingStampError
            When the version has rows and no stamp, so that nobody knows what they were made from.
        """
        found = find_table(name)
        path = self._path(found)
        delta = None if version == -1 else self._open(found, version)
        if delta is None:
            return Stamp()
        known = self._stamped.get(found.name)
        if known is not None and known[0] is delta and known[1] == delta.version():
            return known[2]
        with reading(name, path):
            stamp = stamp_of(delta, path)
        if stamp is None:
            raise MissingStampError(
                f"table {name} at {path} has rows in version {delta.version()}, but the stamp that records "
                f"what they were made from is gone from {path / STAMPS_DIR}; 'smallcap run' repairs the "
                "table and makes its years again; what was published is still served"
            )
        # Only the newest version is opened as the same object again.
        self._stamped[found.name] = (delta, delta.version(), stamp)
        return stamp

    def years(self, name: str) -> list[int]:
        """Return the years of a table that were written, also those without rows."""
        return sorted(year for year in self.stamp(name).years if year != UNPARTITIONED)

    def files(self, name: str, version: int | None = None) -> list[Path]:
        """Return the Parquet files of a version, the newest by default, in order of year."""
        found = find_table(name)
        delta = self._open(found, version)
        with reading(name, self._path(found)):
            return [] if delta is None else paths_of(self._files(found, delta), self._path(found), None)

    def folder(self, name: str) -> Path:
        """Return the folder of a table."""
        return self._path(find_table(name))

    def _path(self, found: Table) -> Path:
        return self.root / found.layer / found.short_name

    def _files(self, found: Table, delta: DeltaTable) -> list[DataFile]:
        """List the files of an open table once: a run asks for them as often as the table is read."""
        known, version, files = self._listed.get(found.name, (None, 0, []))
        if known is not delta or version != delta.version():
            files = listed_files(delta)
            self._listed[found.name] = (delta, delta.version(), files)
        return files

    def _open(self, found: Table, version: int | None = None) -> DeltaTable | None:
        """Open a table.

        The newest version is opened once for each state of its log, since a run asks for it a thousand times.
        """
        path = self._path(found)
        log = path / LOG_DIR
        if not log.is_dir():
            return None
        changed = log.stat().st_mtime_ns
        if self._opened.get(found.name, (0, None))[0] == changed:
            opened = self._opened[found.name][1]
            if version in (None, opened.version()):
                return opened
        delta = open_delta(path, found.name, version)
        if version is None and delta is not None:
            self._opened[found.name] = (changed, delta)
        return delta
