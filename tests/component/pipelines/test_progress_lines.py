"""Where nobody watches a terminal each table is a line, with figures below each other."""

from __future__ import annotations

import io

from rich.console import Console

from smallcap.engine.making import PROGRESS
from smallcap.pipelines.command.progress import show_progress
from smallcap.tables import TABLES

LONGEST = max(TABLES, key=len)


def test_rows_end_below_each_other_and_one_year_is_a_year() -> None:
    out = io.StringIO()
    with show_progress(3, Console(file=out, width=200)):
        PROGRESS.info("%s", LONGEST, extra={"phase": "end", "rows": 425_430, "years": 1})
        PROGRESS.info("%s", "core.books", extra={"phase": "end", "rows": 6, "years": 0})
        PROGRESS.info("%s", "core.members", extra={"phase": "end", "rows": 23_635, "years": 24})
    lines = out.getvalue().splitlines()
    assert len({line.index(" rows") for line in lines}) == 1
    assert [line.partition(" rows")[2].strip() for line in lines] == ["in 1 year", "", "in 24 years"]
