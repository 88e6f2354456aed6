"""The schemas of all tables, and the registry that finds them by name.

A table's columns, types, units, ranges and key are defined only in its schema. The Delta schema, the check
before a write, the asset check, the comments in DuckDB and docs/data-dictionary.md are derived from it.
"""

from smallcap.tables.definition import Table
from smallcap.tables.registry import META_TABLES, TABLES, table

__all__ = ["META_TABLES", "TABLES", "Table", "table"]
