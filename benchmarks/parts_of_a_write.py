"""Where the time of a write goes: processor milliseconds of its parts, for tables of an existing home.

``python -m benchmarks.parts_of_a_write HOME YEAR TABLE ...``; with POLARS_MAX_THREADS=1 other programs matter
least.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from smallcap.lake import Lake
from smallcap.lake.contract import check_contract, in_order
from smallcap.lake.digests import digest_rows
from smallcap.lake.encodings import writer_properties
from smallcap.tables import TABLES

RUNS = 5


def parts(lake: Lake, name: str, year: int) -> Iterator[tuple[str, float]]:
    """Measure the parts of writing a year of a table, the least of some runs each."""
    found, rows = TABLES[name], lake.read(name, [year])

    def whole() -> None:
        with tempfile.TemporaryDirectory(prefix="smallcap-write-") as folder:
            Lake(Path(folder)).write_years(name, rows, [year], "measured")

    def plain() -> None:
        with tempfile.TemporaryDirectory(prefix="smallcap-write-") as folder:
            rows.write_parquet(Path(folder) / "rows.parquet")

    yield "contract", _least(lambda: check_contract(found, rows, [year]))
    yield "digest", _least(lambda: digest_rows(found, rows))
    yield "order", _least(lambda: in_order(found, rows))
    yield "encodings", _least(lambda: writer_properties(rows))
    yield "whole write", _least(whole)
    yield "plain Parquet", _least(plain)


def _least(function: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        function()
        taken.append(time.process_time() - started)
    return 1000 * min(taken)


def main() -> None:
    """Print a row per table."""
    home, year, *names = sys.argv[1:]
    lake = Lake(Path(home) / "lake")
    measured = [{"table": name, **dict(parts(lake, name, int(year)))} for name in names]
    with pl.Config(tbl_cols=-1, tbl_width_chars=120, float_precision=0):
        print(pl.DataFrame(measured))


if __name__ == "__main__":
    main()
