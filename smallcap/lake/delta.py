"""One Delta table as files and commits: opening it, and the commits, each of which carries a stamp."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties, write_deltalake
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import DeltaError, TableNotFoundError

from smallcap.errors import InputError
from smallcap.lake.stamp_files import record_stamp
from smallcap.lake.stamps import Stamp
from smallcap.tables import Table

NO_CLEAN_UP: Final = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
"""Delta's own clean-up of the log knows nothing of the versions that are in use (see `cleaning`)."""
DAMAGE: Final = (
    *(DeltaError, pl.exceptions.PolarsError, pa.ArrowException, OSError, ValueError),
    pl.exceptions.PanicException,
)
"""What libraries raise for a damaged log or file."""


class DataFile(NamedTuple):
    """A Parquet file of a table.

    Attributes
    ----------
    year
        Its year; None in a table that is not partitioned.
    path
        Where it is, from the folder of the table.
    size
        Its size in bytes.
    """

    year: int | None
    path: str
    size: int


@contextmanager
def reading(name: str, path: Path) -> Iterator[None]:
    """Explain errors of the libraries that read the table in a folder.

    Raises
    ------
    InputError
        When the table's log or a file of it is damaged or gone.
    """
    try:
        yield
    except DAMAGE as error:
        raise InputError(
            f"the log or a file of table {name} at {path} cannot be read ({_first_line(error)}); "
            "'smallcap run' repairs the table and makes its damaged years again, 'smallcap doctor --repair' "
            "shows what that would do; what was published is still served"
        ) from None


_WITHOUT_MEMORY: Final = ("returned null pointer", "memory allocation")


@contextmanager
def writing(name: str, path: Path) -> Iterator[None]:
    """Explain errors of the libraries that write the table in a folder.

    Raises
    ------
    InputError
        When the table cannot be written.
    """
    try:
        yield
    except (DeltaError, OSError) as error:
        told = _first_line(error)
        # A writer that is refused memory ends in a panic, not in an error of its own.
        remedy = (
            "there is not enough memory; end other programs"
            if any(words in told for words in _WITHOUT_MEMORY)
            else "check the space and the permissions there"
        )
        raise InputError(
            f"table {name} at {path} cannot be written ({told}); {remedy}, and run again: a run undoes what "
            "an unfinished one before it wrote, and what was published is still served"
        ) from None


def open_delta(path: Path, name: str, version: int | None) -> DeltaTable | None:
    """Open the newest version of a table, or an earlier one; None where there is no table.

    Raises
    ------
    InputError
        When its log cannot be read.
    """
    with reading(name, path):
        try:
            return DeltaTable(path, version=version)
        except TableNotFoundError:
            return None


def create_delta(path: Path, found: Table) -> DeltaTable:
    """Create a table without rows."""
    path.mkdir(parents=True, exist_ok=True)
    schema = DeltaSchema.from_arrow(found.empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema)
    return DeltaTable.create(
        path,
        schema=schema,
        partition_by=["year"] if found.is_partitioned else None,
        commit_properties=record_stamp(path, Stamp()),
        post_commithook_properties=NO_CLEAN_UP,
    )


def listed_files(delta: DeltaTable) -> list[DataFile]:
    """List the Parquet files of a version, in order of year."""
    actions = delta.get_add_actions(flatten=True)
    if not actions.num_rows:
        return []
    paths, sizes = actions.column("path").to_pylist(), actions.column("size_bytes").to_pylist()
    is_by_year = "partition.year" in actions.schema.names
    years = actions.column("partition.year").to_pylist() if is_by_year else [None] * len(paths)
    return sorted(
        (
            DataFile(None if year is None else int(year), path, size)
            for year, path, size in zip(years, paths, sizes, strict=True)
        ),
        key=lambda file: (file.year or 0, file.path),
    )


def paths_of(files: Iterable[DataFile], folder: Path, years: Iterable[int] | None) -> list[Path]:
    """Return where the files of a table in `folder` are, or those of some years.

    Raises
    ------
    OSError
        When a file is gone, or has another size than the log says.
    """
    wanted = None if years is None else set(years)
    found = []
    for file in files:
        if wanted is not None and file.year is not None and file.year not in wanted:
            continue
        path = folder / file.path
        if (there := path.stat().st_size) != file.size:
            raise OSError(f"{path} has {there} bytes, and the log says {file.size}")
        found.append(path)
    return found


def commit_rows(
    delta: DeltaTable,
    path: Path,
    rows: pl.DataFrame | pa.RecordBatchReader,
    years: Sequence[int] | None,
    stamp: Stamp,
    encodings: WriterProperties,
) -> None:
    """Replace the rows of some years, or all rows for None, and record the stamp in the same commit."""
    write_deltalake(
        delta,
        rows,
        mode="overwrite",
        predicate=None if years is None else f"year in ({', '.join(map(str, sorted(years)))})",
        schema_mode="merge",
        writer_properties=encodings,
        commit_properties=record_stamp(path, stamp),
        post_commithook_properties=NO_CLEAN_UP,
    )


def commit_stamp(delta: DeltaTable, path: Path, stamp: Stamp) -> None:
    """Commit a stamp and nothing else."""
    delta.create_write_transaction(
        [],
        "append",
        delta.schema(),
        commit_properties=record_stamp(path, stamp),
        post_commithook_properties=NO_CLEAN_UP,
    )


def restore_delta(delta: DeltaTable, path: Path, version: int, stamp: Stamp) -> None:
    """Bring a table back to an earlier version, with the stamp of that version."""
    # A file that is gone makes its year damaged, which the next run repairs; it must not prevent the undo.
    delta.restore(
        version,
        ignore_missing_files=True,
        commit_properties=record_stamp(path, stamp),
        post_commithook_properties=NO_CLEAN_UP,
    )


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
