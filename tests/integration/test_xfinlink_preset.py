"""The preset xfinlink, by the real client over real HTTP, gives the tables that the preset sample gives."""

import datetime as dt

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.tables import TABLES
from tests.command_line import must_succeed
from tests.integration.homes import make
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tolerances import EXACT

pytestmark = pytest.mark.drill

COMPANIES, SEED, CLOCK, AS_OF = 120, 2000, "2026-06-30", dt.date(2025, 12, 31)

NOT_ON_THE_WIRE = {
    # The vendor's list of an index names companies and nothing of a fund's holding of them.
    "raw.constituents": {
        "sector",
        "market_value_usd",
        "weight",
        "quantity",
        "location",
        "exchange",
        "price_usd",
        "fund",
    },
    "core.members": {"fund", "market_value_usd", "weight", "list_quantity", "list_price_usd", "exchange"},
    "core.metrics_as_of": {
        "fund_share_of_company",
        "holding_ratio",
        "is_share_count_small_for_holding",
    },
    # Its adjusted close knows splits alone; the sample's knows dividends too. Returns are served as such and
    # must be equal. Volume is not asked for, so that no kept answer has to be fetched again.
    "raw.prices": {"adjusted_close_usd", "median_dollar_volume_usd"},
}
OF_THE_SOURCE = {"source", "sha256", "source_id", "source_entity_id"}
COMPARED = [
    "raw.constituents",
    "raw.fundamentals",
    "raw.vendor_metrics",
    "raw.prices",
    "raw.factors",
    "core.members",
    "core.annual_fundamentals",
    "core.annual_metrics",
    "core.metrics_as_of",
]


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """The lakes of both presets, and how many requests a first and a second run sent."""
    homes = {name: tmp_path_factory.mktemp(name) / "home" for name in ("sample", "xfinlink")}
    made = [name for name in TABLES if name.startswith("raw.") or name in COMPARED]
    make(homes["sample"], AS_OF, tables=made, sample_companies=COMPANIES, sample_seed=SEED)
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        settings = {
            "home": homes["xfinlink"],
            "preset": "xfinlink",
            "xfinlink_api_key": standin.key,
            "xfinlink_base_url": standin.url,
            "french_base_url": f"{standin.url}/pages/faculty/ken.french",
            "ishares_base_url": standin.url,
            "clock": CLOCK,
        }
        given = {name: value for name, value in settings.items() if name != "home"}
        make(homes["xfinlink"], AS_OF, tables=made, **given)
        first = sum(standin.counts().values())
        make(homes["xfinlink"], AS_OF, tables=made, is_forced=True, **given)
        again = sum(standin.counts().values()) - first
        before = must_succeed(
            "fetch", "--dry-run", "--as-of", AS_OF, **settings | {"home": homes["xfinlink"].parent / "new"}
        )
        told = {
            "fetch before": before,
            "fetch after": must_succeed("fetch", "--dry-run", "--as-of", AS_OF, **settings),
            "doctor": must_succeed("doctor", "--online", **settings, ishares_min_members=20),
        }
        # As the documents of the vendor's newer clients suggest, it may refuse the index.
        standin.configure(is_index_served=False)
        told["doctor without index"] = must_succeed(
            "doctor", "--online", **settings | {"running_period_max_age_hours": 0}, ishares_min_members=20
        )
    return Lake(homes["sample"] / "lake"), Lake(homes["xfinlink"] / "lake"), (first, again), told


@pytest.mark.parametrize("name", COMPARED)
def test_the_vendor_gives_the_table_that_the_sample_gives(lakes, name):
    sample, vendor = _under_common_ids(lakes[0], lakes[1], name)
    key = [column for column in TABLES[name].key if column not in OF_THE_SOURCE]
    both = sample.join(vendor, on=key, how="inner", suffix="_vendor", nulls_equal=True)
    assert both.height == sample.height == vendor.height > 0
    compared = set(sample.columns) - set(key) - OF_THE_SOURCE - NOT_ON_THE_WIRE.get(name, set())
    unequal = {
        column: both.filter(~_is_equal(column, sample.schema[column])).height for column in sorted(compared)
    }
    assert {column: count for column, count in unequal.items() if count} == {}


def test_a_second_run_asks_for_nothing(lakes):
    first, again = lakes[2]
    assert first > 0
    assert again == 0


def test_a_dry_run_says_how_many_requests_a_run_would_begin_with(lakes):
    before, after = lakes[3]["fetch before"], lakes[3]["fetch after"]
    assert "xfinlink constituents 12" in _squeezed(before)
    assert "xfinlink: 0 requests" in _squeezed(after)
    assert "left today" in after


def test_the_doctor_tells_of_every_source(lakes):
    told = _squeezed(lakes[3]["doctor"])
    assert "xfinlink accepts the key" in told
    assert "requests left today" in told
    assert "xfinlink serves the index russell2000" in told
    assert "iShares serves a list of 2026-06-29" in told
    assert "newest factor month 2026-04, vintage 202604" in told


def test_a_refused_index_is_told_with_what_stands_in(lakes):
    assert "does not serve the index russell2000" in _squeezed(lakes[3]["doctor without index"])


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _under_common_ids(sample: Lake, vendor: Lake, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables under the sample's ids, without lines that the vendor knows no entity of (leftovers of
    mergers).
    """
    lines = sample.read("raw.securities").join(
        vendor.read("raw.securities"), on=["ticker", "valid_from"], suffix="_vendor"
    )
    ours, theirs = sample.read(name), vendor.read(name)
    for column in ("security_id", "entity_id"):
        if column in ours.columns:
            ids = lines.select(
                pl.col(f"{column}_vendor").alias(column), pl.col(column).alias("common")
            ).unique()
            ours = ours.filter(pl.col(column).is_in(ids["common"].implode()))
            theirs = (
                theirs.join(ids, on=column, how="inner")
                .with_columns(pl.col("common").alias(column))
                .drop("common")
            )
    if name == "raw.factors":
        newest = theirs["vintage"].max()
        return ours.filter(pl.col("vintage") == newest), theirs
    return ours, theirs


def _is_equal(column: str, dtype: pl.DataType) -> pl.Expr:
    ours, theirs = pl.col(column), pl.col(f"{column}_vendor")
    if dtype != pl.Float64:
        return ours.eq_missing(theirs)
    close = (ours - theirs).abs() <= EXACT * pl.max_horizontal(ours.abs(), 1.0)
    return (ours.is_null() & theirs.is_null()) | close.fill_null(False)
