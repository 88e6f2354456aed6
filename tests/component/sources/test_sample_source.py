"""The sample universe behind the port: shapes, clock, determinism, snapshots, labels."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.errors import InputError
from smallcap.sources import base
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.sample import SampleSource, adapter
from smallcap.sources.sample.calendar import last_sessions
from smallcap.sources.sample.generate import DATASETS, generate
from tests.component.sources.sample_builders import EVER, INDEX, all_lists, full, fundamentals, prices, small

CLOCK = dt.date(2026, 6, 30)


@pytest.mark.parametrize("universe", [full, small])
def test_frames_have_exactly_the_columns_of_the_port(universe):
    source = universe()
    frames = {
        "constituents": (all_lists(source), base.CONSTITUENTS_COLUMNS),
        "securities": (source.securities().rows, base.SECURITIES_COLUMNS),
        "fundamentals": (fundamentals(source), base.FUNDAMENTALS_COLUMNS),
        "vendor_metrics": (source.vendor_metrics(*EVER).rows, base.VENDOR_METRICS_COLUMNS),
        "prices": (prices(source), base.PRICES_COLUMNS),
        "factors": (source.factors().rows, base.FACTORS_COLUMNS),
    }
    for name, (frame, columns) in frames.items():
        assert frame.schema == pl.Schema(columns), name
        assert frame.height > 0, name
        floats = frame.select(pl.col(pl.Float64))
        assert not floats.select(pl.any_horizontal(pl.all().is_nan().any())).item(), name


def test_says_that_it_is_synthetic():
    assert full().name == "sample"
    assert "synthetic" in full().label
    disclaimed = (
        full().securities().rows["name"].str.contains("Imaginary|Pretend|Fictitious|Make-Believe|Invented")
    )
    assert disclaimed.all()


def test_two_generations_are_equal():
    first, second = generate(120, 5), generate(120, 5)
    for name in DATASETS:
        assert_frame_equal(first[name], second[name])


def test_another_seed_gives_another_universe():
    first, second = generate(120, 5), generate(120, 6)
    assert not first["fundamentals"].equals(second["fundamentals"])
    assert not first["prices"].equals(second["prices"])


@pytest.mark.parametrize("companies", [60, 61, 150])
def test_tiny_universes_can_be_generated(companies):
    frames = generate(companies, 1)
    assert frames["constituents"]["as_of"].n_unique() == 258
    assert frames["securities"]["source_entity_id"].n_unique() >= companies


def test_keys_are_unique():
    source = full()
    for frame, key in (
        (all_lists(source), ["as_of", "source_id"]),
        (source.securities().rows, ["source_id", "valid_from"]),
        (
            fundamentals(source),
            ["source_entity_id", "period_end", "version", "filing_date", "revenue_usd", "net_income_usd"],
        ),
        (source.vendor_metrics(*EVER).rows, ["source_entity_id", "period_end"]),
        (prices(source), ["source_id", "date"]),
        (source.factors().rows, ["vintage", "model", "month"]),
    ):
        assert frame.select(pl.struct(key).is_duplicated().any()).item() is False, key


def test_every_name_in_a_frame_is_in_securities():
    source = small()
    securities = source.securities().rows
    lines, companies = securities["source_id"].implode(), securities["source_entity_id"].implode()
    assert all_lists(source)["source_id"].is_in(lines).all()
    assert prices(source)["source_id"].is_in(lines).all()
    assert fundamentals(source)["source_entity_id"].is_in(companies).all()


def test_no_fact_is_later_than_the_clock():
    source = full()
    assert source.clock == CLOCK
    assert (
        max(
            fundamentals(source).select(pl.max("filing_date", "period_end", "shares_outstanding_date")).row(0)
        )
        <= CLOCK
    )
    assert prices(source)["date"].max() == CLOCK
    assert all_lists(source)["as_of"].max() == CLOCK
    assert max(source.securities().rows.select(pl.max("valid_from", "valid_to")).row(0)) <= CLOCK
    assert source.factors().rows["month"].max() < CLOCK


def test_lists_are_known_at_every_month_end():
    dates = full().membership_dates(INDEX)
    assert dates[0] == dt.date(2005, 1, 31)
    assert dates[-1] == CLOCK
    assert len(dates) == 258
    assert dates == sorted(dates)


def test_an_as_of_gets_the_newest_list_before_it():
    rows = small().constituents(INDEX, [dt.date(2020, 3, 30), dt.date(2020, 2, 29)]).rows
    assert rows.group_by("as_of").agg(pl.col("snapshot_date").unique().first()).sort("as_of").rows() == [
        (dt.date(2020, 2, 29), dt.date(2020, 2, 29)),
        (dt.date(2020, 3, 30), dt.date(2020, 2, 29)),
    ]


@pytest.mark.parametrize("as_of", [dt.date(2005, 1, 30), dt.date(2026, 7, 1), dt.date(2030, 1, 31)])
def test_an_as_of_outside_the_history_gets_nothing(as_of):
    delivery = small().constituents(INDEX, [as_of])
    assert delivery.rows.height == 0
    assert delivery.rows.schema == pl.Schema(base.CONSTITUENTS_COLUMNS)


def test_an_unknown_index_is_named():
    with pytest.raises(InputError, match="russell1000"):
        small().membership_dates("russell1000")


def test_ranges_include_both_ends():
    rows = small().prices(dt.date(2010, 1, 29), dt.date(2010, 2, 26)).rows
    assert sorted(rows["date"].unique()) == [dt.date(2010, 1, 29), dt.date(2010, 2, 26)]


def test_last_sessions_are_those_of_the_exchange():
    ours = [day.item() for day in last_sessions()]
    sessions = nyse_sessions(dt.date(2002, 1, 1), CLOCK).to_list()
    theirs = {(day.year, day.month): day for day in sessions}
    assert ours == list(theirs.values())


def _everything(source: SampleSource) -> list[pl.DataFrame]:
    deliveries = [
        source.securities(),
        source.fundamentals(*EVER),
        source.vendor_metrics(*EVER),
        source.prices(*EVER),
    ]
    return [all_lists(source), source.true_loadings(), *(delivery.rows for delivery in deliveries)]


def test_a_second_run_reads_what_was_kept(tmp_path, monkeypatch):
    store = SnapshotStore(tmp_path / "snapshots")
    before = _everything(SampleSource(80, 3, store))
    monkeypatch.setattr(adapter, "generate", lambda *_: pytest.fail("generated again"))
    for first, second in zip(before, _everything(SampleSource(80, 3, store)), strict=True):
        assert_frame_equal(first, second)


def test_a_universe_of_another_seed_is_not_taken_from_the_store(tmp_path):
    store = SnapshotStore(tmp_path / "snapshots")
    first = SampleSource(80, 3, store).securities().rows
    second = SampleSource(80, 4, store).securities().rows
    assert not first.equals(second)


def test_the_hindsight_book_is_of_twelve_that_did_well_and_are_still_there():
    (tickers,) = full().book_tickers().values()
    assert len(set(tickers)) == 12
    named = (
        full()
        .securities(
            pl.DataFrame(schema={"source_id": pl.String}),
            [f"{ticker[0]}.{ticker[1:]}".lower() for ticker in tickers],
        )
        .rows
    )
    assert set(tickers) <= set(named["ticker"])
    days = full().prices(dt.date(2019, 1, 1), dt.date(2025, 12, 31)).rows
    wealth = days.group_by("source_id").agg(
        (pl.col("total_return").fill_null(0) + 1).product().alias("wealth"), pl.col("date").max()
    )
    carried = named.filter(pl.col("ticker").is_in(tickers) & pl.col("valid_to").is_null()).join(
        wealth, on="source_id"
    )
    assert carried["wealth"].median() > 1.5 * wealth["wealth"].median()
    assert carried["date"].n_unique() == 1
