"""Small homes of the sample universe: made in this process, copied, run again, and compared by what they hold
and what they serve.
"""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.engine.lineage import READS
from smallcap.engine.plan import plan_run
from smallcap.lake import Home, Lake
from smallcap.pipelines.command import app as cli
from smallcap.pipelines.execute import run_years
from smallcap.pipelines.signals import Stopped
from smallcap.settings import NUMBER_FIELDS, load_settings
from smallcap.sources.open import open_source
from smallcap.tables import TABLES
from smallcap.warehouse import ensure_home
from smallcap.warehouse.sqltext import quote_name, quote_table
from tests.paths import PROJECT_ROOT

COMPANIES = 250
"""Enough for more than the 25 complete records that a score needs."""
EARLIER, LATER = dt.date(2024, 1, 31), dt.date(2025, 1, 31)
"""The two dates of `small_home`: one in each of two years, so that a run over either leaves the other year as
it is.
"""
LONGER_STALE_LIMIT = 30
"""Months: a stale limit under which the same inputs give other contents than under the default of 18."""


class Answer(NamedTuple):
    """What the command ended with, and printed."""

    code: int
    out: str
    err: str


def make(
    home: Path,
    as_of: dt.date | None = None,
    years: tuple[int, int] | None = None,
    tables: Sequence[str] | None = None,
    is_forced: bool = False,
    **given: object,
) -> str:
    """Run the job for a date or for years, in this process; return the run's id.

    A setting that changes numbers is recorded first where the home has another, as `config set` does.
    """
    record(
        home,
        **{
            name: given.pop(name)
            for name in NUMBER_FIELDS
            if name in given and (home / "home.toml").is_file()
        },
    )
    settings = load_settings(
        home=home, **{"sample_companies": COMPANIES, "is_report_written": False, **given}
    )
    Home(settings).prepare()
    first, last = years or (as_of.year, as_of.year)  # type: ignore[union-attr]
    return run_years(settings, first, last, as_of, tables, f"test of {as_of or years}", is_forced=is_forced)


def record(home: Path, **changed: object) -> None:
    """Record other values of settings that change numbers."""
    for name, value in changed.items():
        Home(load_settings(home=home)).record(name, str(value))


def copy_home(source: Path, target: Path) -> Path:
    """Copy a home and point its catalogues to the copy."""
    shutil.copytree(source, target)
    ensure_home(target / "warehouse", target, PROJECT_ROOT / "sql" / "views")
    return target


def contents(home: Path, names: Sequence[str] = tuple(TABLES)) -> dict[str, pl.DataFrame]:
    """Read tables of the lake whole, sorted by key, without the columns that only say when something was
    fetched.
    """
    lake = Lake(home / "lake")
    return {name: lake.read(name).drop(TABLES[name].fetch_columns).sort(TABLES[name].key) for name in names}


def assert_same_contents(home: Path, other: Path) -> None:
    """Insist that every table of two homes holds exactly the same rows."""
    differences = unequal_tables(home, other)
    assert not differences, "\n".join(differences)


def unequal_tables(home: Path, other: Path) -> list[str]:
    """Name the tables of two homes that differ in any row, with Polars' words on the first difference."""
    ours, theirs = contents(home), contents(other)
    differences = []
    for name in TABLES:
        try:
            assert_frame_equal(ours[name], theirs[name], check_exact=True)
        except AssertionError as difference:
            differences.append(f"{name}: {difference}")
    return differences


def lost_keys(before: Path, after: Path) -> list[str]:
    """Name the tables of which a home no longer has some key that it had."""
    ours, theirs = contents(before), contents(after)
    return [
        name
        for name in TABLES
        if not ours[name].join(theirs[name], on=TABLES[name].key, how="anti", nulls_equal=True).is_empty()
    ]


def served(home: Path) -> dict[str, tuple[int, int]]:
    """Count and digest every published table, as an analyst's own DuckDB sees it.

    The order of rows does not matter.
    """
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        return {name: _digest(connection, name) for name in TABLES}


def _digest(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    columns = ", ".join(
        quote_name(column) for column in TABLES[name].columns if column not in TABLES[name].fetch_columns
    )
    query = f"SELECT count(*), coalesce(sum(hash({columns})::HUGEINT), 0) FROM {quote_table(name)}"
    return connection.execute(query).fetchall()[0]


def as_of_dates(home: Path) -> list[dt.date]:
    """List the published dates that have members."""
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT as_of FROM marts.coverage WHERE has_membership ORDER BY as_of"
        ).fetchall()
    return [date for (date,) in rows]


def stale_years(home: Path, **given: object) -> dict[str, list[int]]:
    """List, for each table, the years that were made from something else than is there now."""
    settings = load_settings(home=home, **{"sample_companies": COMPANIES, **given})
    digests = plan_run(settings, open_source(settings, None), LATER.year, LATER.year, LATER).digests
    stale = {name: sorted(digests.stale(name)) for name in READS if TABLES[name].is_partitioned}
    return {name: years for name, years in stale.items() if years}


def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> Answer:
    """Call the command in this process: quicker than a process of its own, with the same messages and exit
    codes.

    A signal that stops the command is for this process as a whole, and is raised in it again.
    """
    monkeypatch.setattr(sys, "argv", ["smallcap", *map(str, arguments)])
    capsys.readouterr()
    try:
        cli.main()
        code = 0
    except SystemExit as end:
        if isinstance(end.__context__, Stopped):
            signal.raise_signal(end.__context__.exit_code - 128)
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return Answer(code, printed.out, printed.err)
