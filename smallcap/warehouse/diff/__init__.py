"""Comparing two published warehouses, homes or exported files.

`sides` opens both and `shape` decides what of a table can be compared. `unequal` finds the rows that differ,
`pairs` joins them by key, `table` puts that together for one table, `compare` for all; `result` is what comes
out.
"""

from smallcap.warehouse.diff.compare import Choice, compare
from smallcap.warehouse.diff.result import Change, Diff, Source, TableDiff

__all__ = ["Change", "Choice", "Diff", "Source", "TableDiff", "compare"]
