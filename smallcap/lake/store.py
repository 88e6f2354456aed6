"""Writing the Delta tables of one home: validate and commit a range of years, restamp, undo, vacuum.

Nothing here knows which table is made from which; that is the asset graph's business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties

from smallcap.errors import AuditError
from smallcap.lake.cleaning import InUse, clean_tables
from smallcap.lake.contract import check_contract, in_order, require_contract
from smallcap.lake.delta import (
    commit_rows,
    commit_stamp,
    create_delta,
    restore_delta,
    writing,
)
from smallcap.lake.digests import digest_rows
from smallcap.lake.encodings import DEFAULT, writer_properties
from smallcap.lake.parquet import only_grew
from smallcap.lake.parts import commit_parts
from smallcap.lake.reader import LakeReader
from smallcap.lake.rejects import REJECTS, reject_rows, replaced_rejects
from smallcap.lake.room import require_room
from smallcap.lake.spill import Spill
from smallcap.lake.stamps import UNPARTITIONED, Stamp, YearStamp, stamp_years
from smallcap.tables import TABLES, Table
from smallcap.tables import table as find_table


@dataclass(frozen=True)
class Written:
    """Result of a write: the table's version, rows written and refused, and whether anything changed."""

    version: int
    rows: int
    refused: int
    is_changed: bool


class Lake(LakeReader):
    """The Delta tables below one folder, to read and to write.

    Parameters
    ----------
    root
        Folder of the lake; a table is at ``<root>/<layer>/<table>``.
    before_first_write
        Called with a table's name and version before it is first written to; the home keeps its undo journal
        with it.
    """

    def __init__(self, root: Path, before_first_write: Callable[[str, int], None] | None = None) -> None:
        super().__init__(root)
        self._before_first_write = before_first_write or (lambda name, version: None)

    def write_years(
        self,
        name: str,
        rows: pl.DataFrame | Iterable[pl.DataFrame],
        years: Sequence[int],
        run_id: str,
        inputs: Mapping[int, Mapping[str, str]] | None = None,
        read_versions: Mapping[str, int] | None = None,
        refused: pl.DataFrame | None = None,
        undated_year: int | None = None,
    ) -> Written:
        """Replace complete years of a partitioned table in one commit, after checking the contract.

        Rows that break a row rule go to core.rejects with those that the caller refuses; a broken table rule
        (missing column, wrong type, duplicate key, a row outside the years) raises before anything is
        committed.

        Parameters
        ----------
        name
            The table.
        rows
            The rows of all `years`; a year without rows is emptied. Several frames, each of complete years,
            are taken one after the other, so that they are never in memory together.
        years
            The years that are replaced.
        run_id
            The run that writes.
        inputs
            For each year, a digest per table that was read.
        read_versions
            The versions of those tables.
        refused
            Rows already refused, in the columns year, rule, row_json.
        undated_year
            The one of `years` under which refused rows are kept whose year is null; the last by default.
            Under another year, where an earlier write kept them, they are removed.

        Raises
        ------
        AuditError
            When the rows break a table rule.
        """
        found = find_table(name)
        blocks = [rows] if isinstance(rows, pl.DataFrame) else rows
        stamps = stamp_years(found, found.empty(), years, run_id, inputs)
        broken = [refused]
        encodings: WriterProperties | None = None
        with Spill(self.root, found) as spill:
            for kept, breaking, block_years in _checked_blocks(found, blocks, years):
                stamps |= stamp_years(found, kept, block_years, run_id, inputs)
                broken.append(breaking)
                if encodings is None and kept.height:
                    encodings = writer_properties(kept)
                with writing(name, self._path(found)):
                    spill.add(in_order(found, kept))
            rejects = reject_rows(name, broken, years, max(years) if undated_year is None else undated_year)
            self._replace_rejects(name, rejects, years, run_id)
            new = Stamp(stamps, run_id, read_versions or {})
            size = spill.size
            written = self._commit(found, spill.data, new, size, encodings=encodings or DEFAULT)
            return replace(written, refused=rejects.height)

    def write_whole(
        self,
        name: str,
        frame: pl.DataFrame,
        run_id: str,
        inputs: Mapping[str, str] | None = None,
        read_versions: Mapping[str, int] | None = None,
        growing: Sequence[str] = (),
    ) -> Written:
        """Replace a table that is not partitioned.

        Parameters
        ----------
        name
            The table.
        frame
            All its rows.
        run_id
            The run that writes.
        inputs
            A digest per table that was read.
        read_versions
            The versions of those tables.
        growing
            Columns whose change does not make older readers stale. Where every old row, apart from these
            columns, is still there, the content digest stays: rows were only added, and what was made from
            the old ones still holds.
        """
        found = find_table(name)
        kept = require_contract(found, frame)
        digest = content = digest_rows(found, kept)
        before = self.stamp(name).years.get(UNPARTITIONED)
        is_grown = False
        if before is not None and growing:
            there = self.read(name)
            if only_grew(there, kept, growing):
                content, is_grown = before.content, digest_rows(found, there) != digest
        years = {UNPARTITIONED: YearStamp(run_id, content, kept.height, inputs or {})}
        new = Stamp(years, run_id, read_versions or {})
        size = int(kept.estimated_size())
        return self._commit(found, lambda years: in_order(found, kept), new, size, is_grown=is_grown)

    def restamp(self, name: str, stamp: Stamp) -> None:
        """Commit another stamp for the rows that a table has; its files stay as they are."""
        found = find_table(name)
        delta = self._open(found)
        if delta is None or stamp == self.stamp(name):
            return
        with writing(name, self._path(found)):
            commit_stamp(self._for_writing(found, delta), self._path(found), stamp)

    def restore(self, name: str, version: int) -> None:
        """Bring a table back to an earlier version.

        -1 removes what was written since the table did not exist.
        """
        found = find_table(name)
        delta = self._open(found)
        if delta is None or delta.version() == version:
            return
        path, target = self._path(found), max(version, 0)
        stamp = self.stamp(name, target)
        self._opened.pop(name, None)
        with writing(name, path):
            restore_delta(delta, path, target, stamp)

    def vacuum(self, days: int, in_use: InUse) -> int:
        """Delete what no version in use needs; return how many data files.

        As `smallcap.lake.cleaning.clean_tables`, for all tables.
        """
        return clean_tables(self, TABLES, days, in_use)

    def _commit(
        self,
        found: Table,
        rows_of: Callable[[Collection[int]], pl.DataFrame | pa.RecordBatchReader],
        new: Stamp,
        size: int,
        *,
        is_grown: bool = False,
        encodings: WriterProperties = DEFAULT,
    ) -> Written:
        """Replace the years whose contents differ from the stored ones.

        A year that only depends on something new gets its new stamp. Rows that only grew are written although
        their content digest stays. `size` is that of all rows in memory, in bytes.
        """
        delta = self._open(found)
        before = self.stamp(found.name)
        total = sum(stamp.rows for stamp in new.years.values())
        if delta is not None and not is_grown and before.is_same(new.years):
            return Written(delta.version(), total, 0, is_changed=False)
        changed = list(new.years) if is_grown else before.changed_years(new.years)
        after = before.with_years(new.years, new.run_id, new.read_versions)
        path = self._path(found)
        with writing(found.name, path):
            require_room(path, size if changed else 0)
            delta = self._for_writing(found, delta)
            if changed:
                years, rows = changed if found.is_partitioned else None, rows_of(changed)
                if years is None or isinstance(rows, pl.DataFrame):
                    commit_rows(delta, path, rows, years, after, encodings)
                else:
                    commit_parts(delta, path, rows, years, after, encodings)
            else:
                commit_stamp(delta, path, after)
        return Written(delta.version(), total, 0, is_changed=bool(changed))

    def _for_writing(self, found: Table, delta: DeltaTable | None) -> DeltaTable:
        """Note the table's version before it is written to, and create a table that does not exist."""
        self._before_first_write(found.name, -1 if delta is None else delta.version())
        self._opened.pop(found.name, None)
        return create_delta(self._path(found), found) if delta is None else delta

    def _replace_rejects(self, name: str, rejects: pl.DataFrame, years: Sequence[int], run_id: str) -> None:
        """Replace the refused rows of the given years of one table."""
        rows, touched = replaced_rejects(self.read, name, rejects, years)
        if touched:
            new = Stamp(stamp_years(REJECTS, rows, touched, run_id), run_id)
            size = int(rows.estimated_size())
            self._commit(REJECTS, lambda years: rows.filter(pl.col("year").is_in(list(years))), new, size)


def _checked_blocks(
    found: Table, blocks: Iterable[pl.DataFrame], years: Sequence[int]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, list[int]]]:
    """Check one frame after the other: its rows kept, those that break a rule, and the years of those kept.

    Raises
    ------
    AuditError
        When a frame breaks a table rule, or a year is in two of them.
    """
    seen: set[int] = set()
    for block in blocks:
        kept, broken = check_contract(found, block, years)
        block_years = kept["year"].unique().to_list()
        if seen.intersection(block_years):
            raise AuditError(
                f"{found.name}: a year is spread over several frames: {sorted(block_years)}; "
                f"nothing was written"
            )
        seen.update(block_years)
        yield kept, broken, block_years
