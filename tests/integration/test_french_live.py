"""The factors of the live library, from the stand-in over real HTTP: as the sample's own, and through every
fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.errors import SmallcapError
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.live import FILES, FrenchFactors
from smallcap.sources.sample import SampleSource
from tests.component.sources.fetchers import Bench
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tolerances import EXACT

COMPANIES = 60
SEED = 2000
FOLDER = "/pages/faculty/ken.french"
FF5_FILE = next(iter(FILES))
TWO_DAYS = dt.timedelta(days=2)


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(COMPANIES, SEED)) as standin:
        yield standin


@pytest.fixture
def library(running: StandIn) -> StandIn:
    running.reset()
    return running


def source(bench: Bench, library: StandIn) -> FrenchFactors:
    limits = HttpLimits(timeout_seconds=0.5, max_bytes=5_000_000)
    return FrenchFactors(
        bench.fetcher, limits, base_url=f"{library.url}{FOLDER}/", max_age=dt.timedelta(days=1)
    )


def test_two_vintages_fetched_in_turn_equal_the_samples_own(library: StandIn, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    own = SampleSource(COMPANIES, SEED, None).factors().rows
    for vintage in sorted(set(own["vintage"])):
        library.configure(french_vintage=vintage)
        delivery = source(bench, library).factors()
        bench.now += TWO_DAYS
    key = ["vintage", "model", "month"]
    fetched = delivery.rows
    assert_frame_equal(
        fetched.drop("source", "sha256").sort(key),
        own.drop("source", "sha256").sort(key),
        rel_tol=EXACT,
        abs_tol=0.0,
        check_exact=False,
    )
    assert delivery.notices == ()
    assert set(delivery.rows["model"]) == {"FF3", "FF5", "MOM"}


def test_a_second_run_asks_nothing(library: StandIn, tmp_path: Path) -> None:
    first = source(Bench(tmp_path), library).factors().rows
    counted = library.counts()
    second = source(Bench(tmp_path), library).factors().rows
    assert library.counts() == counted
    assert sum(counted.values()) == 3
    assert second.equals(first)


@pytest.mark.parametrize(
    "kind", ["rate_limited", "server_error", "unavailable", "timeout", "reset", "truncated"]
)
def test_a_passing_fault_is_met_by_asking_again(library: StandIn, tmp_path: Path, kind: str) -> None:
    library.fault(f"{FOLDER}/ftp/{FF5_FILE}*", kind)
    delivery = source(Bench(tmp_path), library).factors()
    assert delivery.notices == ()
    assert sum(library.counts().values()) == 4
    assert delivery.rows.filter(pl.col("model") == "FF5").height > 400


@pytest.mark.parametrize("kind", ["html", "not_found", "wrong_key", "server_error", "truncated"])
def test_a_lasting_fault_leaves_the_last_good_vintage_and_is_over_when_lifted(
    library: StandIn, tmp_path: Path, kind: str
) -> None:
    bench = Bench(tmp_path, max_retries=1)
    first = source(bench, library).factors().rows
    bench.now += TWO_DAYS
    library.fault("*", kind, count=None)
    delivery = source(bench, library).factors()
    assert delivery.rows.equals(first)
    assert len(delivery.notices) == 3
    library.lift()
    healed = source(bench, library).factors()
    assert healed.notices == ()
    assert healed.rows.equals(first)


def test_a_lasting_fault_at_the_first_run_is_an_error_and_keeps_nothing(
    library: StandIn, tmp_path: Path
) -> None:
    bench = Bench(tmp_path)
    library.fault("*", "html", count=None)
    with pytest.raises(
        SmallcapError, match="no factors: FF5 factors were not updated, and there is no earlier download"
    ):
        source(bench, library).factors()
    assert bench.snapshots.frame().is_empty()
