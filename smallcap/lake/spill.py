"""Frames that wait for a commit: one stays in memory, several are spilled to disk and read as a stream."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from smallcap.lake.room import require_room
from smallcap.tables import Table

SPILL_PREFIX = ".spill-"


class Spill:
    """Collects the frames of one write.

    Parameters
    ----------
    folder
        Where frames are spilled to; a run that is killed leaves them there, and the next removes them.
    table
        The table that the frames are of.
    """

    def __init__(self, folder: Path, table: Table) -> None:
        self._folder, self._table = folder, table
        self._frame: pl.DataFrame | None = None
        self._paths: list[Path] = []
        self._directory: Path | None = None

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def add(self, frame: pl.DataFrame) -> None:
        """Take the next frame."""
        if self._frame is None and not self._paths:
            self._frame = frame
            return
        if self._frame is not None:
            first, self._frame = self._frame, None
            self._spill(first)
        self._spill(frame)

    @property
    def size(self) -> int:
        """Bytes of the frames that were taken."""
        if self._paths:
            return sum(path.stat().st_size for path in self._paths)
        return 0 if self._frame is None else int(self._frame.estimated_size())

    def data(self, years: Collection[int] | None = None) -> pl.DataFrame | pa.RecordBatchReader:
        """Return what was taken, in that order: one frame, or a stream over the frames on disk.

        Of these years alone, if they are given.
        """
        if not self._paths:
            frame = self._table.empty() if self._frame is None else self._frame
            return frame if years is None else frame.filter(pl.col("year").is_in(list(years)))
        with pa.memory_map(str(self._paths[0])) as source, pa.ipc.open_file(source) as first:
            schema = first.schema
        return pa.RecordBatchReader.from_batches(schema, self._batches(years))

    def _spill(self, frame: pl.DataFrame) -> None:
        if self._directory is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._directory = Path(tempfile.mkdtemp(prefix=SPILL_PREFIX, dir=self._folder))
        require_room(self._directory, int(frame.estimated_size()))
        path = self._directory / f"{len(self._paths):04}.arrow"
        # One batch: the Delta writer does not keep the order of several. Texts stay as Polars has them, which
        # saves copying each.
        frame.write_ipc(path, compat_level=pl.CompatLevel.newest(), record_batch_size=max(frame.height, 1))
        self._paths.append(path)

    def _batches(self, years: Collection[int] | None) -> Iterator[pa.RecordBatch]:
        for path in self._paths:
            with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
                for number in range(reader.num_record_batches):
                    batch = reader.get_batch(number)
                    yield from [batch] if years is None else _slices(batch, years)


def _slices(batch: pa.RecordBatch, years: Collection[int]) -> Iterator[pa.RecordBatch]:
    """Cut the given years out of rows that are sorted by year, without copying them."""
    runs = pc.run_end_encode(batch["year"])
    start = 0
    for year, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        if year in years:
            yield batch.slice(start, end - start)
        start = end


def remove_leftovers(folder: Path) -> None:
    """Remove frames that a killed run left."""
    for path in folder.glob(f"{SPILL_PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)
