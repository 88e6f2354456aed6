"""A small home made of plain Parquet files in hive folders, published; what the warehouse's tests look at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from smallcap.tables import TABLES
from smallcap.warehouse import PublishedTable, build, swap

PROJECT_ROOT = Path(__file__).resolve().parent.parent
VIEWS_DIR = PROJECT_ROOT / "sql" / "views"
PUBLISHED_AT = dt.datetime(2026, 1, 2, 3, 4, 5)
HOSTILE_NAME = 'O\'Neil "& Sons", <b>bold</b>\n=1+1'
"""What a vendor may write: quotes of both kinds, a separator, markup, a line break, a formula."""

SCORES = "marts.quality_scores"
SECURITIES = "raw.securities"


def score_rows(year: int, count: int = 3) -> pl.DataFrame:
    """Make the rows of one December, one scored company after the other."""
    table = TABLES[SCORES]
    values = {
        "year": [year] * count,
        "as_of": [dt.date(year, 12, 31)] * count,
        "entity_id": list(range(1, count + 1)),
        "ticker": ["T" + chr(ord("A") + number) for number in range(count)],
        "name": [HOSTILE_NAME] * count,
        "method": ["published"] * count,
        "basis": ["point_in_time"] * count,
        "is_final": [True] * count,
        "status": ["scored"] * count,
        "score": [float(number) for number in range(count)],
        "rule_set": ["published 1"] * count,
    }
    return pl.DataFrame(
        {name: values.get(name, [None] * count) for name in table.columns},
        schema=table.columns,
    )


def write_scores(
    home: Path, years: range, *, version: int = 1, without: dict[int, str] | None = None
) -> PublishedTable:
    """Write a version of the scores, one file a year.

    `without` names a column that a year's file does not have.
    """
    files = []
    for year in years:
        folder = home / "lake" / "marts" / "quality_scores" / f"year={year}"
        folder.mkdir(parents=True, exist_ok=True)
        missing = (without or {}).get(year)
        frame = score_rows(year).drop("year", *([missing] if missing else []))
        files.append(folder / f"part-{version}.parquet")
        frame.write_parquet(files[-1])
    rows = 3 * len(years)
    return PublishedTable(
        SCORES, version, rows, tuple(files), years.start if rows else None, years.stop - 1 if rows else None
    )


def write_securities(home: Path) -> PublishedTable:
    """Write a table that is not partitioned."""
    file = home / "lake" / "raw" / "securities" / "part-0.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = TABLES[SECURITIES].columns
    row = {
        "security_id": 1,
        "source": "sample",
        "valid_from": dt.date(2020, 1, 1),
        "entity_id": 1,
        "ticker": "TA",
    }
    pl.DataFrame({name: [row.get(name)] for name in columns}, schema=columns).write_parquet(file)
    return PublishedTable(SECURITIES, 0, 1, (file,), None, None)


def publish(
    home: Path, run_id: str, *tables: PublishedTable, views_dir: Path = VIEWS_DIR, keep: int = 5
) -> Path:
    """Publish tables and return the warehouse's folder."""
    warehouse_dir = home / "warehouse"
    served = warehouse_dir / "warehouse.duckdb"
    new = build(served, home, tables, {}, views_dir, run_id, PUBLISHED_AT, "synthetic", "0.1.0")
    swap(new, warehouse_dir, keep)
    return warehouse_dir


def publish_small_home(home: Path, run_id: str = "run-1", *, version: int = 1) -> Path:
    """Publish three years of scores and one security."""
    return publish(
        home, run_id, write_scores(home, range(2023, 2026), version=version), write_securities(home)
    )


def publish_years(home: Path, last_year: int) -> Path:
    """Publish the scores from 2023 up to a year, so that the served run can be told from the rows."""
    return publish(
        home, f"run-{last_year}", write_scores(home, range(2023, last_year + 1), version=last_year)
    )
