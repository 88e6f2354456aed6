"""What every table is: one schema per table, and the registry that finds it by name.

A table's columns, types, units, ranges and key stand in its schema and nowhere else. The Delta schema, the
check before a write, the asset check, the comments in DuckDB and docs/data-dictionary.md all come from here.
"""

from smallcap.tables.registry import META_TABLES, TABLES, Table, table

__all__ = ["META_TABLES", "TABLES", "Table", "table"]
