"""The gate of identity by evidence: labelled pairs of real lists; no pair of two companies may be joined.

The data file has tickers, dates, labels and reasons; names, holdings and prices are read from the lists. The
two companies of a pair are members of both lists, which proves that they are two; they are compared as if one
had taken the other's ticker between the lists.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from smallcap.rules.files import read_rules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.files.dates import load_date_limits
from smallcap.sources.files.source import FilesSource
from smallcap.sources.identity.aliases import load_ticker_aliases
from smallcap.sources.identity.continuity import score_pairs, with_flow
from smallcap.sources.identity.sightings import Sightings, seen_lines
from tests.paths import PROJECT_ROOT

SHARED = PROJECT_ROOT.parent / "shared"
REAL, CASES = SHARED / "real", SHARED / "cases"
REFERENCE = PROJECT_ROOT / "data" / "reference"
LABELS = pl.read_csv(Path(__file__).parent / "labelled_pairs.csv", try_parse_dates=True)
RULES = read_rules(REFERENCE, "ishares.toml", HoldingsRules)
RENAMED, OTHERS = "21-renamed-not-recycled", "23-figures-of-another-company"
FEWEST = 60

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")


def open_folder(folder: Path) -> FilesSource:
    limits = load_date_limits(REFERENCE, dt.date(2026, 11, 30))
    return FilesSource(folder, rules=RULES, aliases=load_ticker_aliases(REFERENCE), limits=limits)


def lists_of(folder: Path) -> Sightings:
    return open_folder(folder)._sightings


@pytest.fixture(scope="module")
def sightings() -> Sightings:
    """Every list, with the real prices."""
    everything = [
        lists_of(REAL),
        *(lists_of(CASES / name / "input") for name in (RENAMED, OTHERS) if CASES.is_dir()),
    ]
    listed = pl.concat([one.listed for one in everything]).unique(["symbol", "snapshot_date"], keep="first")
    companies = (
        pl.concat([one.companies for one in everything[1:]]) if CASES.is_dir() else everything[0].companies
    )
    return Sightings(listed, companies, everything[0].prices, pl.concat([one.counts for one in everything]))


def scored(sightings: Sightings, *, has_prices: bool) -> pl.DataFrame:
    """The labelled pairs with their points; with prices, those of the ticker that the later company has."""
    known = sightings if has_prices else Sightings(sightings.listed, sightings.companies)
    seen = seen_lines(known, RULES.identity)
    before = seen.rename({name: f"{name}_before" for name in seen.columns if name != "symbol"})
    pairs = (
        LABELS.join(
            before, left_on=["ticker", "date"], right_on=["symbol", "snapshot_date_before"], how="inner"
        )
        .with_columns(snapshot_date_before="date")
        .join(seen, left_on=["other_ticker", "other_date"], right_on=["symbol", "snapshot_date"], how="inner")
        .with_columns(snapshot_date="other_date")
    )
    is_other = pl.col("label") == "other"
    # Nothing of the tables is known of a company under a ticker that it never had.
    unknown = [pl.when(~is_other).then(pl.col(name)).alias(name) for name in ("record", "holding_ratio")]
    own_price = pairs.select("other_ticker", "date").unique().sort("date").join_asof(
        sightings.prices.select(other_ticker="symbol", day="date", earlier="adj_close").sort("day"),
        left_on="date", right_on="day", by="other_ticker", check_sortedness=False,
    ).drop("day")  # fmt: skip
    priced = pairs.join(own_price, on=["other_ticker", "date"], how="left").with_columns(
        *unknown,
        adj_close_before=pl.when(is_other & has_prices).then("earlier").otherwise("adj_close_before"),
    )
    points = score_pairs(_with_real_flow(priced, seen), RULES.identity, RULES.recycling)
    return points.with_columns(is_joined=pl.col("score") >= pl.col("threshold"))


def _with_real_flow(pairs: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Add the flow between the lists, from all tickers that both have."""
    dates = pairs.select("snapshot_date_before", "snapshot_date").unique()
    both = dates.join(
        seen.select("symbol", "quantity", snapshot_date_before="snapshot_date"), on="snapshot_date_before"
    ).join(seen.select("symbol", "snapshot_date", now="quantity"), on=["symbol", "snapshot_date"])
    flows = with_flow(both.rename({"quantity": "quantity_before", "now": "quantity"}), RULES.identity)
    key = ["snapshot_date_before", "snapshot_date"]
    return pairs.join(flows.select(*key, "flow").unique(), on=key, how="left")


def test_the_labelled_set_is_large_enough_and_has_facts_alone() -> None:
    assert LABELS.columns == ["ticker", "date", "other_ticker", "other_date", "label", "reason"]
    assert LABELS["label"].value_counts().sort("label")["count"].to_list() >= [FEWEST - 20, 20]
    assert LABELS.height >= FEWEST
    assert not LABELS.is_duplicated().any()


@pytest.mark.parametrize("has_prices", [False, True])
def test_no_pair_of_two_companies_is_joined(sightings: Sightings, has_prices: bool) -> None:
    others = scored(sightings, has_prices=has_prices).filter(pl.col("label") == "other")
    assert others.height == FEWEST
    assert others.filter("is_joined").select("ticker", "other_ticker", "score").rows() == []


def test_every_pair_of_one_company_is_joined(sightings: Sightings) -> None:
    same = scored(sightings, has_prices=True).filter(pl.col("label") == "same")
    assert same.height == (27 if CASES.is_dir() else 20)
    assert same.filter(~pl.col("is_joined")).select("ticker", "names", "score").rows() == []


@pytest.mark.skipif(not CASES.is_dir(), reason=f"real lists of other years are not here ({CASES})")
class TestOtherYears:
    def test_renamed_companies_keep_line_and_figures(self) -> None:
        found = open_folder(CASES / RENAMED / "input").securities().rows
        assert found["ticker"].is_unique().all()
        assert found["is_resolved"].all()
        assert not found["is_resolution_later"].any()

    def test_figures_of_another_company_are_refused_and_named(self) -> None:
        found = open_folder(CASES / OTHERS / "input").securities().rows
        lines = found.filter(pl.col("source_id").str.contains(":"))
        unresolved = dict(lines.filter(~pl.col("is_resolved")).select("ticker", "unresolved_reason").rows())
        assert sorted(unresolved) == ["ALTM", "KNTK", "RDUS"]
        assert re.search(r"another company under this ticker \(Altus", unresolved["ALTM"])
        assert re.search(r"another company under this ticker \(Radius Health", unresolved["RDUS"])
        assert re.search("it may be the company that the table has under ALTM", unresolved["KNTK"])
