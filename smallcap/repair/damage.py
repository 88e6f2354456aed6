"""Finding damaged tables of a lake: a log that cannot be read, data files that are gone or changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from smallcap.lake.delta import DAMAGE
from smallcap.lake.stamp_files import stamp_of
from smallcap.lake.stamps import UNPARTITIONED, Stamp
from smallcap.repair.checksums import Checksums
from smallcap.repair.reading_apart import Part, read_apart
from smallcap.settings import Settings
from smallcap.tables import META_TABLES, TABLES, Table
from smallcap.tables import table as find_table
from smallcap.warehouse.reading import served_versions

STORED: Final = (*TABLES, *META_TABLES)
"""Names of the tables that a lake may hold."""
ALWAYS_WRITTEN: Final = ("meta.runs", "meta.checks", "meta.fetched")
"""Records that every publication leaves in the lake."""


@dataclass(frozen=True)
class TableDamage:
    """What is damaged of a table.

    Attributes
    ----------
    name
        The table.
    log
        Why its log cannot be used; None where it can.
    files
        Damaged files, each with what is wrong.
    """

    name: str
    log: str | None = None
    files: Mapping[Path, str] = field(default_factory=dict)

    @property
    def years(self) -> list[int]:
        """The years whose files are damaged; a table without partitions has the one year 0."""
        return sorted({year_of(file) for file in self.files})

    def __str__(self) -> str:
        if self.log is not None:
            return f"the log of {self.name} is damaged: {self.log}"
        (first, reason), more = next(iter(self.files.items())), len(self.files) - 1
        others = f", and {more} more" if more else ""
        return f"{self.name}: data file {first.name} of {_of_year(first)}: {reason}{others}"


def find_damage(settings: Settings, *, is_deep: bool) -> list[TableDamage]:
    """List the damaged tables of a home; nothing is written.

    Parameters
    ----------
    settings
        The settings, which name the home.
    is_deep
        Whether the bytes of every file are compared with its checksum, and files without one read. Otherwise
        size and modification time are compared, and bytes only where the time differs.
    """
    required = _required(settings)
    checksums, unknown = Checksums(settings.lake_dir), list[Part]()
    found: list[TableDamage] = []
    for name in STORED:
        damage = _look(settings.lake_dir, find_table(name), required.get(name), checksums, unknown, is_deep)
        if damage is not None:
            found.append(damage)
    return _with_unreadable(found, unknown) if is_deep else found


def files_in_use(lake_dir: Path) -> Iterator[Path]:
    """Yield the data files of the newest version of every table whose log can be read."""
    for name in STORED:
        folder = folder_of(lake_dir, find_table(name))
        if (folder / "_delta_log").is_dir():
            yield from _sizes(DeltaTable(folder), folder)


def folder_of(lake_dir: Path, found: Table) -> Path:
    """Return the folder of a table."""
    return lake_dir / found.layer / found.short_name


def year_of(file: Path) -> int:
    """Return the year of a data file by its folder; 0 for a table without partitions."""
    key, _, value = file.parent.name.partition("=")
    return int(value) if key == "year" and value.isdigit() else UNPARTITIONED


def _required(settings: Settings) -> dict[str, int]:
    """Return the least version that the lake must have of each table, since it was served."""
    served = served_versions(settings.warehouse_dir)
    return served | (dict.fromkeys(ALWAYS_WRITTEN, 0) if served else {})


def _look(
    lake_dir: Path,
    found: Table,
    required: int | None,
    checksums: Checksums,
    unknown: list[Part],
    is_deep: bool,
) -> TableDamage | None:
    """Look at one table; parts of it that have to be read are added to `unknown`."""
    folder = folder_of(lake_dir, found)
    try:
        delta = DeltaTable(folder)
        version, stamp, sizes = delta.version(), stamp_of(delta, folder), _sizes(delta, folder)
    except TableNotFoundError:
        is_lost = required is not None or any(folder.rglob("*.parquet"))
        return TableDamage(found.name, log="it is gone") if is_lost else None
    except DAMAGE as error:
        return TableDamage(found.name, log=" ".join(str(error).split())[:200])
    if stamp is None and found.name not in META_TABLES:
        return TableDamage(found.name, log="the stamp of its newest version is gone")
    if required is not None and version < required:
        return TableDamage(found.name, log=f"it ends at version {version}, and version {required} is served")
    damaged = {
        file: reason
        for file, size in sizes.items()
        if (reason := _damage_of(file, size, checksums, is_deep=is_deep)) is not None
    }
    if is_deep:
        sound = [file for file in sizes if file not in damaged]
        unknown += _unknown_parts(found, sound, Stamp() if damaged or stamp is None else stamp, checksums)
    return TableDamage(found.name, files=damaged) if damaged else None


def _sizes(delta: DeltaTable, folder: Path) -> dict[Path, int]:
    actions = pl.DataFrame(delta.get_add_actions(flatten=True))
    if actions.is_empty():
        return {}
    return {folder / path: size for path, size in actions.select("path", "size_bytes").iter_rows()}


def _damage_of(file: Path, size: int, checksums: Checksums, *, is_deep: bool) -> str | None:
    if not file.is_file():
        return "it is gone"
    if (found := file.stat().st_size) != size:
        return f"it has {found} bytes, and the log says {size}"
    try:
        is_sound = checksums.is_sound(file, is_deep=is_deep)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "its bytes were changed" if is_sound is False else None


def _unknown_parts(found: Table, files: Sequence[Path], stamp: Stamp, checksums: Checksums) -> Iterator[Part]:
    """Yield the parts of a table of which a file has no checksum; each file of a record is one."""
    years = sorted({year_of(file) for file in files})
    groups = [(year, [file for file in files if year_of(file) == year]) for year in years]
    if found.name in META_TABLES:
        stamp, groups = Stamp(), [(UNPARTITIONED, [file]) for file in files]
    for year, own in groups:
        if any(checksums.is_sound(file, is_deep=False) is None for file in own):
            made = stamp.years.get(year)
            paths = tuple(str(file) for file in own)
            yield Part(found.name, paths, made.rows if made else None, made.content if made else "")


def _with_unreadable(found: list[TableDamage], unknown: Collection[Part]) -> list[TableDamage]:
    """Add the files of parts that cannot be read, or hold other rows than the stamp says."""
    damaged = {damage.name: damage for damage in found}
    for part, reason in zip(unknown, read_apart(list(unknown)), strict=True):
        if reason is not None:
            before = damaged.get(part.table, TableDamage(part.table)).files
            files = {**before, **{Path(file): reason for file in part.files}}
            damaged[part.table] = TableDamage(part.table, files=files)
    return list(damaged.values())


def _of_year(file: Path) -> str:
    year = year_of(file)
    return "all rows" if year == UNPARTITIONED else str(year)
