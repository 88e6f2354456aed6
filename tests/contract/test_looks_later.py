"""What the tables declare to hold more than was known on a row's date, as a reviewed text.

Whatever is not in the text must not change once its date is over: tests/integration/test_two_clocks.py
compares homes. To accept a change: SMALLCAP_WRITE_SNAPSHOTS=1 python -m pytest
tests/contract/test_looks_later.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from smallcap.tables import TABLES

SNAPSHOT = Path(__file__).with_name("looks_later.txt")


def _declared() -> Iterator[str]:
    """List, for each table, whether it is compared, its rows and its columns that look later."""
    for name, table in TABLES.items():
        if not table.is_partitioned:
            yield f"{name}: not by date"
        elif table.date_column is None:
            yield f"{name}: without a date"
        if table.added_later is not None:
            yield f"{name} rows are added: {table.added_later}"
        if table.later is not None:
            later = table.later
            yield f"{name} rows with {later.column} = {later.written}: {later.reason}"
        yield from (f"{name}.{column}: {reason}" for column, reason in table.later_columns.items())


def test_what_looks_later_than_its_date_is_the_reviewed_list() -> None:
    text = "\n".join(_declared()) + "\n"
    if os.environ.get("SMALLCAP_WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_the_rows_that_look_later_are_told_by_a_column_of_the_table() -> None:
    for table in TABLES.values():
        assert table.later is None or table.later.column in table.columns
