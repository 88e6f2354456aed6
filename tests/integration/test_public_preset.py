"""The preset public, over real HTTP in the SEC's formats, gives the statements and scores of the sample.

What the formats cannot carry is listed here and counted, so that a loss that nobody knows of is seen.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from smallcap.lake import Lake
from tests.command_line import must_succeed, smallcap
from tests.integration.homes import make
from tests.standin.sec_filings import filed_on
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tolerances import EXACT

COMPANIES, SEED, CLOCK, AS_OF = 60, 2000, "2026-06-30", dt.date(2025, 12, 31)
CONTACT = "Jane Doe jane.doe@research.example"
FIRST_TAGGED = dt.date(2010, 1, 1)
"""Filings before 2009 have no tagged figures, and those of 2009 lack the year before."""
CHANGED = 1e-3
"""A later filing that differs by less is rounding and no new version."""
SCORED = ["roe", "fcf_margin", "debt_to_assets", "interest_coverage", "score", "quintile"]


class Lakes(NamedTuple):
    """The lakes of both presets, how often the SEC was asked, and what commands told."""

    sample: Lake
    public: Lake
    first: dict[str, int]
    again: dict[str, int]
    told: dict[str, str]
    home: Path


def settings_of(standin: StandIn, folder: Path) -> dict[str, object]:
    return {
        "home": folder / "home",
        "preset": "public",
        "sec_contact": CONTACT,
        "sec_www_url": standin.url,
        "sec_data_url": standin.url,
        "sec_search_url": standin.url,
        "sec_requests_per_second": 500,
        "rate_dir": folder / "rates",
        "french_base_url": f"{standin.url}/pages/faculty/ken.french",
        "clock": CLOCK,
        "ishares_min_members": 20,
    }


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    folder = tmp_path_factory.mktemp("public")
    sample_home = tmp_path_factory.mktemp("sample") / "home"
    tables = ["raw.fundamentals", "core.annual_fundamentals", "raw.securities", "marts.quality_scores"]
    make(sample_home, AS_OF, tables=tables, sample_companies=COMPANIES, sample_seed=SEED)
    with StandIn(sample_universe(COMPANIES, SEED)) as standin:
        settings = settings_of(standin, folder)
        told = {"fetch before": must_succeed("fetch", "--dry-run", "--as-of", AS_OF, **settings)}
        assert standin.counts() == {}
        must_succeed("run", "--as-of", AS_OF, **settings)
        first = standin.counts()
        told["run again"] = must_succeed("run", "--as-of", AS_OF, **settings)
        both = standin.counts()
        again = {name: count - first.get(name, 0) for name, count in both.items() if count != first.get(name)}
        told["fetch after"] = must_succeed("fetch", "--dry-run", "--as-of", AS_OF, **settings)
        # A universe of sixty has few names that left: how many of them are resolved is chance.
        told["doctor"] = smallcap("doctor", "--online", **settings).stdout
        told["screen"] = must_succeed("status", **settings)
    return Lakes(
        Lake(sample_home / "lake"), Lake(folder / "home" / "lake"), first, again, told, folder / "home"
    )


def _companies(lakes: Lakes) -> pl.DataFrame:
    """Our ids of one company in both homes, by the ticker of a line that both have on the date."""
    theirs = sample_universe(COMPANIES, SEED).lines.select("source_entity_id", "cik").drop_nulls().unique()
    sample = lakes.sample.read("raw.securities").select("source_entity_id", "entity_id").unique()
    named = lakes.public.read("raw.securities").select(cik="source_entity_id", public_id="entity_id")
    return sample.join(theirs, on="source_entity_id").join(named.unique(), on="cik")


def _both(lakes: Lakes, table: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    ids = _companies(lakes)
    ours = lakes.sample.read(table).filter(pl.col("entity_id").is_in(ids["entity_id"].implode()))
    theirs = (
        lakes.public.read(table)
        .join(ids.select("entity_id", "public_id"), left_on="entity_id", right_on="public_id", suffix="_own")
        .drop("entity_id")
        .rename({"entity_id_own": "entity_id"})
    )
    return ours, theirs.select(ours.columns)


@pytest.mark.drill
def test_statements_are_those_of_the_sample_but_for_what_the_format_cannot_carry(lakes: Lakes) -> None:
    sample, public = _both(lakes, "core.annual_fundamentals")
    tagged = sample.filter(
        pl.col("filing_date") >= FIRST_TAGGED, pl.col("period_end") >= pl.date(2009, 6, 30)
    )
    key = ["entity_id", "period_end", "version", "filing_date"]
    both = tagged.join(public, on=key, suffix="_public")
    lost = tagged.join(public, on=key, how="anti")
    # A change of at most a thousandth is no version; figures in another currency are no row of dollars.
    assert lost.height <= 0.01 * tagged.height, lost.select(key)
    assert both.height > 300
    unequal = {}
    for column in (name for name, dtype in tagged.schema.items() if dtype == pl.Float64):
        close = (pl.col(column) - pl.col(f"{column}_public")).abs() <= CHANGED * pl.col(column).abs()
        count = both.filter(
            ~close.fill_null(False), pl.col(column).is_not_null() | pl.col(f"{column}_public").is_not_null()
        ).height
        if count:
            unequal[column] = count
    # Counts that do not belong to a cover of the last 400 days, or are too small, are refused.
    assert set(unequal) <= {"shares_outstanding"}
    assert sum(unequal.values()) <= 3


@pytest.mark.drill
def test_most_figures_are_equal_to_the_last_dollar(lakes: Lakes) -> None:
    sample, public = _both(lakes, "core.annual_fundamentals")
    original = sample.filter(pl.col("version") == "original", pl.col("filing_date") >= FIRST_TAGGED)
    both = original.join(public, on=["entity_id", "period_end", "version", "filing_date"], suffix="_public")
    difference = (pl.col("total_assets_usd") - pl.col("total_assets_usd_public")).abs()
    assert both.height > 300
    assert both.filter(difference > EXACT).is_empty()


@pytest.mark.drill
def test_quality_scores_are_those_of_the_sample(lakes: Lakes) -> None:
    sample, public = _both(lakes, "marts.quality_scores")
    key = ["as_of", "basis", "method", "entity_id"]
    at = [table.filter(pl.col("as_of") == AS_OF) for table in (sample, public)]
    both = at[0].join(at[1], on=key, suffix="_public")
    assert both.height >= 0.95 * at[0].height
    for column in ("roe", "fcf_margin", "debt_to_assets", "interest_coverage"):
        close = (pl.col(column) - pl.col(f"{column}_public")).abs() <= CHANGED
        equal = close.fill_null(False) | (pl.col(column).is_null() & pl.col(f"{column}_public").is_null())
        # What the sample's vendor leaves undated, the SEC dates: one record may be another version.
        assert both.filter(~equal).height <= 0.05 * both.height, column


@pytest.mark.drill
def test_no_figure_is_known_before_its_filing(lakes: Lakes) -> None:
    rows = lakes.public.read("raw.fundamentals")
    assert rows.filter(pl.col("available_date") <= pl.col("filing_date")).is_empty()
    assert rows["filing_date"].null_count() == 0
    universe = sample_universe(COMPANIES, SEED)
    filed = {(row["period_end"], filed_on(row)) for row in universe.fundamentals.iter_rows(named=True)}
    originals = rows.filter(pl.col("version") == "original", pl.col("period_end") >= pl.date(2010, 1, 1))
    assert set(originals.select("period_end", "filing_date").iter_rows()) <= filed


@pytest.mark.drill
def test_members_carry_the_day_on_which_their_list_was_public(lakes: Lakes) -> None:
    rows = lakes.public.read("raw.constituents").filter(pl.col("as_of") == AS_OF)
    assert rows["snapshot_date"].unique().to_list() == [AS_OF]
    assert rows["list_available_date"].unique().to_list() == [dt.date(2026, 2, 26)]
    assert rows["price_usd"].is_not_null().all()


@pytest.mark.drill
def test_a_second_run_asks_for_nothing(lakes: Lakes) -> None:
    assert sum(lakes.first.values()) > 100
    assert lakes.again == {}


@pytest.mark.drill
def test_a_dry_run_says_requests_bytes_and_minutes_before_anything_is_asked(lakes: Lakes) -> None:
    before, after = (" ".join(lakes.told[name].split()) for name in ("fetch before", "fetch after"))
    assert "company_facts 2265" in before
    assert "requests and" in before
    assert "MB over the network; at 500 a second" in before
    assert "company_facts 0" in after


@pytest.mark.drill
def test_the_doctor_says_contact_limit_funds_and_how_much_is_filled(lakes: Lakes) -> None:
    told = " ".join(lakes.told["doctor"].split())
    assert "a contact for the SEC is set" in told
    assert "SEC: 500 requests in 1 s, counted in" in told
    assert "reports of IWM 28, VTWO 26" in told
    assert "resolved members" in told
    assert "total_assets 100%" in told


@pytest.mark.drill
def test_the_contact_and_the_hosts_are_in_no_table_and_no_output(lakes: Lakes) -> None:
    for text in lakes.told.values():
        assert "jane.doe" not in text
    for path in sorted(lakes.home.rglob("*")):
        if path.is_file() and path.suffix in (".parquet", ".json", ".duckdb", ".toml", ".zst"):
            assert b"jane.doe" not in path.read_bytes(), path
    host = b"127.0.0.1:"
    tables = [*lakes.home.glob("lake/**/*.parquet"), *lakes.home.glob("warehouse/*")]
    assert all(host not in path.read_bytes() for path in tables if path.is_file())


def test_without_a_contact_nothing_is_asked(tmp_path: Path) -> None:
    with StandIn(sample_universe(COMPANIES, SEED)) as standin:
        settings = {name: v for name, v in settings_of(standin, tmp_path).items() if name != "sec_contact"}
        done = smallcap("run", "--as-of", AS_OF, **settings)
        assert done.returncode == 2
        assert "SMALLCAP_SEC_CONTACT" in done.stderr
        assert not [name for name in standin.counts() if name.startswith("/sec/")]
