"""A small published home of Delta tables, written by the lake itself, without a run of the pipeline."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smallcap.lake import Home
from smallcap.package_files import SQL_DIR
from smallcap.repair.steps import record_checksums
from smallcap.settings import load_settings
from smallcap.utc import utc_now
from smallcap.warehouse import build, swap
from smallcap.warehouse.from_lake import RECORDS, tables_of
from tests.component.lake.test_store import prices

YEARS = (2020, 2021, 2022)


def make_home(folder: Path) -> Home:
    """A home with nothing in it yet."""
    home = Home(load_settings(home=folder, preset="sample", sample_companies=250))
    home.prepare()
    return home


def publish(home: Home, run_id: str, close: float = 10.0) -> None:
    """Write prices of three years, record the run as one that published, and publish it."""
    rows = prices(*((year, line, close + line) for year in YEARS for line in (1, 2)))
    inputs = {year: {"code": "1:a"} for year in YEARS}
    home.lake.write_years("raw.prices", rows, YEARS, run_id, inputs)
    home.records.upsert("meta.checks", [check(run_id)])
    home.records.upsert("meta.fetched", [fetched(year) for year in YEARS])
    home.records.run(run_id, "smallcap run", (2020, 2022), None, "sample", "published", utc_now())
    serve(home, run_id)
    record_checksums(home)


@contextmanager
def copy_at(place: Path, template: Path) -> Iterator[Home]:
    """A copy of a home that was made at this place and moved away: its catalogues need not be built again."""
    shutil.copytree(template, place)
    yield Home(load_settings(home=place))
    shutil.rmtree(place, ignore_errors=True)


def serve(home: Home, run_id: str) -> None:
    """Publish the newest versions of the lake."""
    folder = home.settings.warehouse_dir
    meta = {name: home.records.read(name) for name in RECORDS}
    tables = tables_of(home.lake)
    path = folder / "warehouse.duckdb"
    new = build(path, home.path, tables, meta, SQL_DIR / "views", run_id, utc_now(), "synthetic", "0.1.0")
    swap(new, folder, 5)


def check(run_id: str) -> dict[str, object]:
    """A check of the prices that passed."""
    return {
        "run_id": run_id,
        "table_name": "raw.prices",
        "check_name": "contract",
        "first_year": 2020,
        "last_year": 2022,
        "status": "passed",
        "message": "",
        "checked_at": utc_now(),
    }


def fetched(year: int) -> dict[str, object]:
    """A recorded request for the prices of a year."""
    return {
        "dataset": "prices",
        "source": "sample",
        "year": year,
        "asked": 2,
        "fetched_through": dt.date(year, 12, 31),
        "fetched_at": utc_now(),
    }


def reopened(home: Home) -> Home:
    """The same home as another process finds it."""
    return Home(load_settings(home=home.path))
