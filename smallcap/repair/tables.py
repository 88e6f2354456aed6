"""Repairing a damaged table: its damaged years are emptied or filled from an earlier publication.

A year that was damaged is stamped as made from nothing, so the next run makes it again: from the source's
folder, from kept payloads, or from other tables. What was published before fills it until then, so that rows
that a source no longer delivers are not lost.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from smallcap.engine.dates import DATES
from smallcap.engine.uses import uses_of
from smallcap.lake.appended import AppendedTables
from smallcap.lake.delta import create_delta, writing
from smallcap.lake.digests import digest_rows
from smallcap.lake.parquet import scan
from smallcap.lake.stamp_files import record_stamp, stamp_of
from smallcap.lake.stamps import UNPARTITIONED, Stamp, YearStamp
from smallcap.repair.aside import aside_path, link_or_copy, move_aside
from smallcap.repair.damage import TableDamage, folder_of, year_of
from smallcap.repair.rescue import Rescue
from smallcap.tables import META_TABLES, Table
from smallcap.tables import table as find_table

REPAIR_RUN: Final = "repair"
"""The run that a repaired year names: none audited it."""
_UNFINISHED, _REBUILT = ".rebuilding", ".rebuilt"
"""Endings of a folder that is being made again, and of one that is complete and waits for its place."""


def repair_table(lake_dir: Path, damage: TableDamage, rescue: Rescue) -> None:
    """Repair one table, so that it can be read and its damaged years are made again by the next run.

    Parameters
    ----------
    lake_dir, damage, rescue
        The folder of the lake, what is damaged, and what the kept catalogues know of the table.

    Raises
    ------
    InputError
        When the table's folder cannot be written.
    """
    found = find_table(damage.name)
    folder = folder_of(lake_dir, found)
    with writing(found.name, folder):
        if damage.log is not None:
            _rebuild(folder, found, rescue)
        else:
            _replace_files(folder, found, damage, rescue)
    if found.name in META_TABLES:
        rows = rescue.records(found.name)
        records = AppendedTables(lake_dir)
        kept = records.read(found.name)
        records.replace(found.name, pl.concat([kept, rows.join(kept, on=found.key, how="anti")]))


def _replace_files(folder: Path, found: Table, damage: TableDamage, rescue: Rescue) -> None:
    """Take damaged files out of the table; what is there of them is kept aside."""
    aside = aside_path(folder)
    for file in damage.files:
        if file.is_file():
            link_or_copy(file, aside / file.relative_to(folder))
    delta = DeltaTable(folder)
    actions = pl.DataFrame(delta.get_add_actions(flatten=True))
    there = [folder / path for path in actions["path"]] if not actions.is_empty() else []
    if found.name in META_TABLES:
        damaged = [file for file in there if file in damage.files]
        _commit(delta, folder, found, damaged, [], CommitProperties())
        return
    removed = [file for file in there if year_of(file) in damage.years]
    sound = {year: rescue.sound_files(found.name, year, removed) for year in damage.years}
    before = stamp_of(delta, folder) or Stamp()
    dates = {year: kept_inputs(made) for year, made in before.years.items()}
    stamp = before.with_years(_stamps(found, sound, dates), REPAIR_RUN, {})
    added = [file for files in sound.values() for file in files]
    _commit(delta, folder, found, removed, added, record_stamp(folder, stamp))


def _rebuild(folder: Path, found: Table, rescue: Rescue) -> None:
    """Make the table's folder again: a new log over the files that were published last.

    The files of every kept catalogue stay where readers look for them. The old folder is kept aside.
    """
    complete = folder.with_name(folder.name + _REBUILT)
    if not complete.exists() or folder.exists():
        shutil.rmtree(complete, ignore_errors=True)
        _make_again(folder, found, rescue, folder.with_name(folder.name + _UNFINISHED)).rename(complete)
    # Killed between these two, a process leaves the complete folder, which the next repair puts in place.
    if folder.exists():
        move_aside(folder)
    complete.rename(folder)


def _make_again(folder: Path, found: Table, rescue: Rescue, new: Path) -> Path:
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for file in rescue.files(found.name):
        link_or_copy(file, new / file.relative_to(folder))
    if found.name not in META_TABLES:
        years = rescue.served_years(found.name)
        sound = {year: rescue.sound_files(found.name, year, []) for year in years}
        delta = create_delta(new, found)
        files = [new / file.relative_to(folder) for files in sound.values() for file in files]
        dates = {year: {DATES: text} for year in years if (text := rescue.dates(year))}
        stamp = Stamp(_stamps(found, sound, dates), REPAIR_RUN)
        _commit(delta, new, found, [], files, record_stamp(new, stamp))
        _number_from(new / "_delta_log", 1 + max(rescue.newest_version(found.name), _newest_in(folder)))
    return new


def _number_from(log: Path, version: int) -> None:
    """Give the newest version of a log another number, under which the log begins.

    A number that an earlier version had would be taken for that version: by a publication that is kept, and
    by reports.
    """
    delta = DeltaTable(log.parent)
    delta.create_checkpoint()
    newest = f"{delta.version():020d}"
    for file in sorted(log.iterdir()):
        if file.name.startswith(newest):
            file.rename(log / file.name.replace(newest, f"{version:020d}"))
        elif file.name.endswith(".json"):
            file.unlink()
    pointer = log / "_last_checkpoint"
    known = json.loads(pointer.read_text(encoding="utf-8"))
    pointer.write_text(json.dumps({**known, "version": version}), encoding="utf-8")


def _newest_in(folder: Path) -> int:
    """Return the highest number of a commit in the log of a folder; -1 where there is none."""
    commits = (folder / "_delta_log").glob("*.json")
    return max((int(commit.stem) for commit in commits if commit.stem.isdigit()), default=-1)


def kept_inputs(made: YearStamp) -> dict[str, str]:
    """Return what a year that has to be made again still says: the dates that it is made for."""
    return {key: value for key, value in made.inputs.items() if key == DATES}


def _stamps(
    found: Table, sound: Mapping[int, Iterable[Path]], dates: Mapping[int, Mapping[str, str]]
) -> dict[int, YearStamp]:
    """Stamp years with the rows of the files that fill them, as made from nothing but their dates."""
    stamps = {}
    for year, files in sound.items():
        listed = list(files)
        rows = scan(listed, found).collect(engine="in-memory") if listed else found.empty()
        inputs = dates.get(year, {}) if uses_of(found.name).has_dates else {}
        stamps[year] = YearStamp(REPAIR_RUN, digest_rows(found, rows), rows.height, inputs)
    return stamps


def _commit(
    delta: DeltaTable,
    folder: Path,
    found: Table,
    removed: list[Path],
    added: list[Path],
    properties: CommitProperties,
) -> None:
    """Commit which files the table has no more and which it has again."""
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(_name(file, folder), True, now, partition_values=_partition(file, found))
        for file in removed
    ]
    actions += [
        AddAction(
            _name(file, folder),
            file.stat().st_size,
            _partition(file, found),
            now,
            data_change=True,
            stats="{}",
        )
        for file in added
    ]
    delta.create_write_transaction(
        actions,
        "append",
        delta.schema(),
        ["year"] if found.is_partitioned else None,
        commit_properties=properties,
    )


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _partition(file: Path, found: Table) -> dict[str, str | None]:
    return {"year": str(year_of(file))} if found.is_partitioned and year_of(file) != UNPARTITIONED else {}
