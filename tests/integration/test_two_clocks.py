"""No look-ahead: a home whose clock stops, and one that runs on for a year, agree about every date of then.

Only what the schemas declare to look later may differ (tests/contract/looks_later.txt). Tables that are not
by date, such as regressions over all months, are left out.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from smallcap.pipelines.night_years import unsettled_since
from smallcap.settings import load_settings
from smallcap.tables import TABLES, Table
from tests.command_line import must_succeed
from tests.once import made_once
from tests.sample_home import COMPANIES
from tests.tiers import others_in_drill

EARLIER_CLOCK = dt.date(2025, 6, 30)
STUDY_LAG = dt.timedelta(days=163)
OF_FILINGS = {"raw.fundamental_tags"}
"""Of preset public alone (test_public_two_clocks)."""
OF_DATES = [
    table
    for table in TABLES.values()
    if table.is_partitioned and table.date_column and table.name not in OF_FILINGS
]
FROM_EARLIER_YEARS = {
    "marts.quintile_outcomes",
    "marts.treated_book_returns",
    "marts.experiment_returns",
    "marts.treated_experiment_returns",
}
"""Tables of portfolios that were formed a year before: a home of one year has none of them yet."""


@pytest.fixture(scope="session")
def earlier_home(first_year: int, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The universe and the years of `backfilled_home`, made on a day a year before."""

    def make(folder: Path) -> Path:
        given = {"sample_companies": COMPANIES, "clock": EARLIER_CLOCK}
        last = EARLIER_CLOCK.year
        must_succeed("backfill", "--from", first_year, "--to", last, "--home", folder / "home", **given)
        return folder / "home"

    return made_once(tmp_path_factory, worker_id, f"earlier-{first_year}", make)


@pytest.fixture(scope="module")
def warehouses(earlier_home: Path, backfilled_home: Path) -> duckdb.DuckDBPyConnection:
    """Both warehouses attached, `earlier` and `later`."""
    connection = duckdb.connect()
    for name, home in (("earlier", earlier_home), ("later", backfilled_home)):
        connection.execute(f"ATTACH '{home / 'warehouse' / 'warehouse.duckdb'}' AS {name} (READ_ONLY)")
    return connection


def _known_then(home: str, table: Table) -> str:
    """Select a home's rows of dates up to the earlier clock, without what is declared to look later."""
    left_out = {*table.fetch_columns, *table.later_columns}
    columns = ", ".join(f'"{name}"' for name in table.columns if name not in left_out)
    rows = f"SELECT {columns} FROM {home}.{table.name} WHERE {table.date_column} <= DATE '{EARLIER_CLOCK}'"
    later = table.later
    if later is None:
        return rows
    values = ", ".join(f"'{value}'" for value in later.values)
    return f"{rows} AND coalesce(CAST({later.column} AS VARCHAR), '') NOT IN ({values.lower()})"


@pytest.mark.parametrize(
    "table",
    others_in_drill(OF_DATES, kept=[table for table in OF_DATES if table.name not in FROM_EARLIER_YEARS]),
    ids=lambda table: table.name,
)
def test_the_dates_of_then_are_the_same(warehouses: duckdb.DuckDBPyConnection, table: Table) -> None:
    then, now = (_known_then(home, table) for home in ("earlier", "later"))
    assert warehouses.execute(f"SELECT count(*) FROM ({then})").fetchall() != [(0,)], "nothing to compare"
    for one, other in ((then, now),) if table.added_later else ((then, now), (now, then)):
        changed = warehouses.execute(f"SELECT * FROM ({one} EXCEPT ALL {other}) LIMIT 3").fetchall()
        assert changed == []


@pytest.mark.drill
def test_the_earlier_home_ends_with_its_clock(warehouses: duckdb.DuckDBPyConnection) -> None:
    dates = "SELECT basis, max(as_of) FROM earlier.marts.quality_scores GROUP BY basis"
    last = dict(warehouses.execute(dates).fetchall())
    assert last["point_in_time"] == EARLIER_CLOCK
    assert last["as_published"] <= EARLIER_CLOCK - STUDY_LAG


@pytest.mark.drill
def test_a_night_begins_with_the_earliest_date_that_was_not_final(earlier_home: Path) -> None:
    ends = pl.date_range(EARLIER_CLOCK - STUDY_LAG, EARLIER_CLOCK, eager=True)
    month_ends = [day for day in ends if (day + dt.timedelta(days=1)).day == 1]
    assert unsettled_since(load_settings(home=earlier_home)) == month_ends[0]


def test_what_the_study_looked_at_later_is_the_same_once_its_horizon_is_over(
    warehouses: duckdb.DuckDBPyConnection,
) -> None:
    rows = "SELECT * EXCLUDE (is_final) FROM {}.marts.quality_scores WHERE horizon_date <= DATE '{}'"
    then, now = (rows.format(home, EARLIER_CLOCK) for home in ("earlier", "later"))
    for one, other in ((then, now), (now, then)):
        assert warehouses.execute(f"SELECT * FROM ({one} EXCEPT ALL {other}) LIMIT 3").fetchall() == []


def test_a_row_is_final_once_the_clock_has_passed_its_horizon(warehouses: duckdb.DuckDBPyConnection) -> None:
    for home, clock in (("earlier", EARLIER_CLOCK), ("later", dt.date(2026, 6, 30))):
        wrong = f"SELECT * FROM {home}.marts.quality_scores WHERE is_final <> (horizon_date < DATE '{clock}')"
        assert warehouses.execute(f"SELECT count(*) FROM ({wrong})").fetchall() == [(0,)]
    open_rows = "SELECT count(*) FROM earlier.marts.quality_scores WHERE NOT is_final"
    assert warehouses.execute(open_rows).fetchall() != [(0,)]
