"""Questions to the published warehouse, measured against a native DuckDB table of the same rows."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import duckdb

from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import ratio

REPEATS = SIZES.questions
MOST_TIMES_NATIVE = 3.0
TABLE = "marts.quality_scores"
OPENED = "nothing: the file is opened"
WHERE_THE_TIME_GOES = (
    "Where the time goes: of one date more than half is opening. DuckDB reads the definition of every "
    "view, macro and comment of the catalogue when it opens the file, and the native file has one "
    "table; then it reads the footers of twenty Parquet files, where a question that also names the "
    "year reads one. What is left takes about as long as in the native table. Of a company's history "
    "nearly all is reading every column of all years, in both."
)


def run(warehouse: Path, folder: Path) -> Section:
    """Ask both, in turn, with a new connection for each question.

    Parameters
    ----------
    warehouse
        A published catalogue.
    folder
        Where the native table may go.
    """
    native = _native(warehouse, folder / "native.duckdb")
    rows, limits = [], []
    for what, query in _questions(warehouse).items():
        served, stored, count = _asked(warehouse, native, query)
        against = ratio(served, stored)
        middle = [1000 * statistics.median(seconds) for seconds in (stored, served)]
        rows.append([what, f"{count:,}", *(f"{taken:.1f}" for taken in middle), str(against)])
        if what != OPENED:
            limits.append(Limit(f"{what}, against a native table", against.median, MOST_TIMES_NATIVE))
    return Section(
        "Questions to the published warehouse",
        f"`{TABLE}` of twenty years, {_count(warehouse):,} rows: the published catalogue, whose "
        f"views read the lake's Parquet files, "
        "against a table of the same rows in a DuckDB file. A new connection for each question, "
        "all columns, result taken as Arrow; "
        f"medians of {REPEATS}, asked in turn, and of the ratios of each turn, with the least and "
        "the greatest. "
        f"{WHERE_THE_TIME_GOES}",
        ("question", "rows", "native table, ms", "published warehouse, ms", "× native table"),
        rows,
        limits,
    )


def _native(warehouse: Path, path: Path) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"ATTACH '{warehouse}' AS published (READ_ONLY)")
        connection.execute("CREATE SCHEMA marts")
        connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM published.{TABLE}")
    return path


def _questions(warehouse: Path) -> dict[str, str]:
    """Ask for the date in the middle, and for the company that was a member most often."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (as_of,) = connection.execute(
            f"SELECT quantile_disc(as_of, 0.5) FROM (SELECT DISTINCT as_of FROM {TABLE})"
        ).fetchall()[0]
        (company,) = connection.execute(
            f"SELECT entity_id FROM {TABLE} GROUP BY entity_id ORDER BY count(*) DESC, entity_id"
        ).fetchall()[0]
    return {
        OPENED: "SELECT 1",
        "one date": f"SELECT * FROM {TABLE} WHERE as_of = DATE '{as_of}'",
        "one company's history": (
            f"SELECT * FROM {TABLE} WHERE entity_id = {company} ORDER BY as_of, method, basis"
        ),
    }


def _count(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()[0][0])


def _asked(warehouse: Path, native: Path, query: str) -> tuple[list[float], list[float], int]:
    served: list[float] = []
    stored: list[float] = []
    counts: set[int] = set()
    for _ in range(REPEATS):
        for path, taken in ((warehouse, served), (native, stored)):
            seconds, count = _ask(path, query)
            taken.append(seconds)
            counts.add(count)
    if len(counts) != 1:
        raise ValueError(
            f"the published warehouse and the native table answer with different numbers of rows: "
            f"{sorted(counts)}"
        )
    return served, stored, counts.pop()


def _ask(path: Path, query: str) -> tuple[float, int]:
    started = time.perf_counter()
    with duckdb.connect(str(path), read_only=True) as connection:
        count = connection.sql(query).to_arrow_table().num_rows
    return time.perf_counter() - started, count
