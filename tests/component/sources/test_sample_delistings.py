"""How the sample's lines end, and what its source knows of them: cause of the end, exchange, volume."""

from __future__ import annotations

import datetime as dt
import functools

import polars as pl
import pytest

from smallcap.sources.sample import SampleSource
from smallcap.sources.views import ClockedSource
from tests.component.sources.sample_builders import all_lists, full, prices, small


@functools.cache
def ends() -> pl.DataFrame:
    """The true ends beside the cause that the source says."""
    said = (
        full()
        .securities()
        .rows.drop_nulls("delisting_cause")
        .select("source_id", "delisting_cause", "valid_to")
    )
    return full().true_delistings().join(said, on="source_id", how="left")


def test_the_source_says_the_cause_of_most_ends_and_never_a_wrong_one() -> None:
    said = ends().drop_nulls("delisting_cause")
    assert (said["delisting_cause"] == said["cause"]).all()
    assert said.height / ends().height == pytest.approx(0.8, abs=0.03)
    assert set(said["cause"]) == {"acquired", "performance"}


def test_a_cause_is_on_the_last_spell_of_a_line_that_ended() -> None:
    securities = full().securities().rows
    with_cause = securities.drop_nulls("delisting_cause")
    assert with_cause["valid_to"].null_count() == 0
    last = securities.group_by("source_id").agg(pl.col("valid_from").max())
    assert with_cause.join(last, on=["source_id", "valid_from"], how="semi").height == with_cause.height


def test_every_end_is_that_of_the_prices() -> None:
    last = prices(full()).group_by("source_id").agg(pl.col("date").max())
    seen = ends().join(last, on="source_id").filter(pl.col("last_date") > dt.date(2004, 2, 1))
    assert seen.height > 2500
    assert (seen["date"] == seen["last_date"]).mean() > 0.99


@pytest.mark.parametrize(("exchange", "mean"), [("NASDAQ", -0.55), ("NYSE", -0.30)])
def test_what_is_lost_after_the_last_price_depends_on_the_exchange(exchange: str, mean: float) -> None:
    failed = ends().filter((pl.col("cause") == "performance") & (pl.col("exchange") == exchange))
    assert failed.height > 200
    assert failed["return_after"].mean() == pytest.approx(mean, abs=0.03)
    assert failed["return_after"].is_between(-1, 0).all()
    assert (ends().filter(pl.col("cause") == "acquired")["return_after"] == 0).all()


def test_the_exchange_is_that_of_the_lists() -> None:
    listed = all_lists(full()).unique("source_id").select("source_id", listed="exchange")
    both = ends().join(listed, on="source_id")
    assert (both["exchange"] == both["listed"]).all()


@pytest.mark.parametrize("cause", ["acquired", "performance"])
def test_small_universes_have_both_causes_on_nasdaq(cause: str) -> None:
    for source in (small(), SampleSource(60, 2000), SampleSource(250, 2000)):
        found = source.true_delistings().filter(pl.col("exchange") == "NASDAQ")
        assert (found["cause"] == cause).any()


def test_a_cause_is_unknown_before_it_happened() -> None:
    day = dt.date(2015, 6, 30)
    rows = ClockedSource(small(), day).securities().rows
    assert rows.drop_nulls("delisting_cause").height > 10
    assert (
        rows.filter(pl.col("valid_to") > day)["delisting_cause"].null_count()
        == rows.filter(pl.col("valid_to") > day).height
    )


def test_the_volume_of_some_lines_is_known_from_2010_on() -> None:
    rows = prices(full()).filter(~pl.col("source_id").str.starts_with("Z"))
    known = rows.drop_nulls("median_dollar_volume_usd")
    assert known["date"].min() >= dt.date(2010, 1, 1)
    lines = (
        rows.filter(pl.col("date") >= dt.date(2010, 1, 1))
        .group_by("source_id")
        .agg(pl.col("median_dollar_volume_usd").is_not_null().mean().alias("share"))
    )
    assert set(lines["share"]) == {0.0, 1.0}
    assert lines["share"].mean() == pytest.approx(0.7, abs=0.03)
    assert known["median_dollar_volume_usd"].median() > 1e5
