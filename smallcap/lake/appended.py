"""Tables of records: rows are added, seldom replaced, and many small files are made into one.

They are written without stamps and without an undo journal.
"""

from __future__ import annotations

from typing import Final, Literal

import polars as pl
from deltalake import write_deltalake

from smallcap.lake.contract import in_order, require_contract
from smallcap.lake.delta import NO_CLEAN_UP, create_delta, writing
from smallcap.lake.encodings import DEFAULT
from smallcap.lake.reader import LakeReader
from smallcap.lake.room import require_room
from smallcap.tables import table as find_table

COMPACT_FILES: Final = 16
"""A table of more files than this is written again as one."""


class AppendedTables(LakeReader):
    """Delta tables below one folder to which rows are added.

    Parameters
    ----------
    root
        Folder of the lake.
    """

    def put(self, name: str, rows: pl.DataFrame) -> None:
        """Add rows to a table. Only where it holds rows of the same keys is it written as a whole."""
        key = find_table(name).key
        if self.read(name, columns=key).join(rows, on=key, how="semi").is_empty():
            self._write(name, rows, "append")
        else:
            self.replace(name, self.merged(name, rows))

    def merged(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Read a table with these rows in the place of those of the same keys."""
        return pl.concat([self.read(name).join(rows, on=find_table(name).key, how="anti"), rows])

    def replace(self, name: str, rows: pl.DataFrame) -> None:
        """Replace all rows of a table."""
        self._write(name, rows, "overwrite")

    def is_scattered(self, name: str) -> bool:
        """Whether a table consists of so many files that it should be written again."""
        return len(self.files(name)) > COMPACT_FILES

    def _write(self, name: str, rows: pl.DataFrame, mode: Literal["append", "overwrite"]) -> None:
        found, path = find_table(name), self.folder(name)
        ordered = in_order(found, require_contract(found, rows))
        delta = self._open(found)
        with writing(name, path):
            require_room(path, int(ordered.estimated_size()))
            write_deltalake(
                create_delta(path, found) if delta is None else delta,
                ordered,
                mode=mode,
                schema_mode="merge",
                writer_properties=DEFAULT,
                post_commithook_properties=NO_CLEAN_UP,
            )
        self._opened.pop(name, None)
