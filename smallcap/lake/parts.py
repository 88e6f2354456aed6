"""Committing many years in one commit, of which the files are written some years at a time.

Delta's writer keeps the file of each year open until the last row has come, with the dictionaries of all its
columns: twenty years of a wide table took 800 MiB. So each part is written as a table of its own beside the
real one. Its files move to the real one, which names them all in one commit.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake import Schema as DeltaSchema
from deltalake.transaction import AddAction, RemoveAction

from smallcap.lake.delta import NO_CLEAN_UP, commit_rows
from smallcap.lake.spill import SPILL_PREFIX
from smallcap.lake.stamp_files import actions, commit_file, record_stamp
from smallcap.lake.stamps import Stamp


def commit_parts(
    delta: DeltaTable,
    path: Path,
    rows: pa.RecordBatchReader,
    years: Sequence[int],
    stamp: Stamp,
    encodings: WriterProperties,
) -> None:
    """Replace the rows of some years by batches of complete years, and record the stamp in the same commit.

    A table whose columns change is written by Delta itself, which knows how to merge them.

    Parameters
    ----------
    delta, path
        The table and its folder, ``<lake>/<layer>/<table>``.
    rows
        The rows of all `years`; no year is in two batches.
    years
        The years that are replaced.
    stamp
        The stamp of the commit.
    encodings
        How the files are encoded.
    """
    if _fields(DeltaSchema.from_arrow(rows.schema)) != _fields(delta.schema()):
        commit_rows(delta, path, rows, years, stamp, encodings)
        return
    with tempfile.TemporaryDirectory(prefix=SPILL_PREFIX, dir=path.parents[1]) as folder:
        added: list[AddAction | RemoveAction] = [
            action
            for number, batch in enumerate(rows)
            for action in _written(batch, Path(folder) / str(number), path, encodings)
        ]
    delta.create_write_transaction(
        added,
        "overwrite",
        delta.schema(),
        ["year"],
        [("year", "in", [str(year) for year in sorted(years)])],
        commit_properties=record_stamp(path, stamp),
        post_commithook_properties=NO_CLEAN_UP,
    )


def _fields(schema: DeltaSchema) -> set[tuple[str, str]]:
    return {(field.name, str(field.type)) for field in schema.fields}


def _written(
    batch: pa.RecordBatch, part: Path, path: Path, encodings: WriterProperties
) -> Iterator[AddAction]:
    """Write one batch as a table of its own, move its files to the real one, and describe them."""
    rows = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    write_deltalake(part, rows, partition_by=["year"], writer_properties=encodings)
    for _, file in actions(commit_file(part, 0), ("add",)):
        there = path / file["path"]
        there.parent.mkdir(exist_ok=True)
        os.rename(part / file["path"], there)
        yield AddAction(
            file["path"],
            file["size"],
            file["partitionValues"],
            file["modificationTime"],
            data_change=True,
            stats=file["stats"],
        )
