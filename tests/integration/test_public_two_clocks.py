"""No look-ahead in preset public: homes of two clocks agree about every filing that the earlier one knows.

The SEC's server stands on the clock of each home, so that the later one has a year of filings more.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from tests.integration.homes import make
from tests.integration.test_public_preset import COMPANIES, SEED, settings_of
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.drill
EARLIER, LATER = dt.date(2025, 6, 30), dt.date(2026, 6, 30)
AS_OF = dt.date(2024, 12, 31)
TABLES = (
    *("raw.securities", "raw.constituents", "raw.fundamentals", "raw.quarterly_fundamentals"),
    *("raw.fundamental_tags", "core.annual_fundamentals", "core.annual_metrics"),
)
BY_DAY = {
    "raw.fundamentals": "available_date",
    "raw.quarterly_fundamentals": "available_date",
    "raw.fundamental_tags": "available_date",
    "core.annual_fundamentals": "available_date",
    "core.annual_metrics": "available_date",
    "raw.constituents": "list_available_date",
}
"""Tables of what became known, with the column of the day."""


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> dict[dt.date, Lake]:
    made = {}
    for clock in (EARLIER, LATER):
        folder = tmp_path_factory.mktemp(f"clock-{clock.year}")
        with StandIn(sample_universe(COMPANIES, SEED), clock) as standin:
            given = settings_of(standin, folder) | {"clock": clock}
            make(Path(str(given.pop("home"))), AS_OF, tables=TABLES, **given)
        made[clock] = Lake(folder / "home" / "lake")
    return made


def _known(lake: Lake, table: str) -> pl.DataFrame:
    """The rows that were known at the earlier clock, by the names of the SEC."""
    ids = {"security_id", "missing_since"}
    rows = lake.read(table).filter(pl.col(BY_DAY[table]) <= EARLIER)
    columns = [name for name in rows.columns if name not in ids]
    return rows.select(columns).sort(columns)


def _companies(lake: Lake) -> set[int]:
    """Companies that a home knows statements of."""
    return set(lake.read("raw.securities").filter("is_resolved")["entity_id"])


@pytest.mark.parametrize("table", BY_DAY)
def test_what_was_known_then_is_the_same_a_year_later(lakes: dict[dt.date, Lake], table: str) -> None:
    then, now = (_known(lakes[clock], table) for clock in (EARLIER, LATER))
    if "entity_id" in then.columns:
        then = then.filter(pl.col("entity_id").is_in(list(_companies(lakes[LATER]))))
    assert then.height > 0
    changed = then.join(now, on=then.columns, how="anti", nulls_equal=True)
    assert changed.is_empty(), changed


def test_a_company_is_lost_only_where_its_line_says_why_nobody_is_found(lakes: dict[dt.date, Lake]) -> None:
    lost = _companies(lakes[EARLIER]) - _companies(lakes[LATER])
    lines = lakes[EARLIER].read("raw.securities").filter(pl.col("entity_id").is_in(list(lost)))
    later = (
        lakes[LATER]
        .read("raw.securities")
        .filter(pl.col("security_id").is_in(lines["security_id"].implode()))
    )
    # Today's tickers have nobody who died meanwhile; what else identifies a line is in its name.
    assert len(lost) <= 2, lines
    assert later["is_resolved"].sum() == 0
    assert later["unresolved_reason"].null_count() == 0


def test_no_figure_names_a_filing_after_the_clock(lakes: dict[dt.date, Lake]) -> None:
    for clock, lake in lakes.items():
        tags = lake.read("raw.fundamental_tags")
        assert tags.height > 0
        assert tags.filter(pl.col("filed_date") > clock).is_empty()
        assert tags.filter(pl.col("filed_date") >= pl.col("available_date")).is_empty()
