"""A home: one universe, one writer, and what a failed run left is undone."""

import datetime as dt

import polars as pl
import pytest

from smallcap.engine.runlog import RunLog
from smallcap.errors import HomeBusyError, InputError
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.utc import utc_now
from tests.component.lake.test_store import prices


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return load_settings(home=tmp_path / "home", preset="sample")


@pytest.fixture
def home(settings):
    made = Home(settings)
    made.prepare()
    return made


def test_two_universes_never_share_a_home(home, settings):
    with pytest.raises(InputError, match="preset is sample in the home, files requested"):
        Home(settings.model_copy(update={"preset": "files"})).prepare()
    with pytest.raises(InputError, match="limit is none in the home, 300 requested"):
        Home(settings.model_copy(update={"limit": 300})).prepare()


def test_later_runs_take_over_what_the_home_was_made_of(home, settings):
    other = Home(
        settings.model_copy(
            update={"home": settings.home.parent / "other", "preset": "files", "input": settings.home.parent}
        )
    )
    other.prepare()
    assert load_settings(home=other.path).preset == "files"
    assert load_settings(home=other.path).input == settings.home.parent


def test_a_home_that_cannot_be_written_to_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be written to .* choose another with --home"):
        Home(load_settings(home=tmp_path / "file" / "home")).prepare()


def test_the_second_writer_is_told_who_holds_the_home(home, settings):
    home.open_run("one", "smallcap run --as-of 2025-12-31", None)
    with pytest.raises(HomeBusyError, match=r"process \d+ \(smallcap run --as-of 2025-12-31\) since 20"):
        Home(settings).open_run("two", "smallcap backfill", None)
    home.close_run(is_successful=True)
    second = Home(settings)
    second.open_run("two", "smallcap backfill", None)
    second.close_run(is_successful=True)


def test_what_a_failed_run_wrote_is_undone_when_the_next_begins(home, settings):
    home.open_run("good", "run", None)
    home.lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "good")
    home.close_run(is_successful=True)
    home.open_run("bad", "run", "good")
    home.lake.write_years("raw.prices", prices((2020, 1, 99.0), (2021, 1, 99.0)), [2020, 2021], "bad")
    home.lake.write_whole("raw.factors", home.lake.read("raw.factors"), "bad")
    home.close_run(is_successful=False)

    later = Home(settings)
    assert later.open_run("next", "run", "good") == "bad"
    assert later.lake.read("raw.prices")["close_usd"].to_list() == [10.0]
    assert later.lake.years("raw.prices") == [2020]
    later.close_run(is_successful=True)


def test_a_run_whose_catalogue_is_served_is_complete_and_is_not_undone(home, settings):
    home.open_run("served", "run", None)
    home.lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "served")
    home.close_run(is_successful=False)  # killed between the swap and the end
    later = Home(settings)
    assert later.open_run("next", "run", "served") == "served"
    assert later.lake.read("raw.prices")["close_usd"].to_list() == [10.0]
    later.close_run(is_successful=True)


def test_an_undone_run_is_recorded_as_undone_and_its_date_no_longer_counts_as_asked(home, settings):
    home.open_run("bad", "run", None)
    home.records.run("bad", "run", (2025, 2025), dt.date(2025, 5, 15), "sample", "published", utc_now())
    assert home.records.requested_dates(2025) == [dt.date(2025, 5, 15)]
    home.close_run(is_successful=False)
    later = Home(settings)
    later.open_run("next", "run", None)
    assert later.records.read("meta.runs").filter(pl.col("run_id") == "bad")["status"].to_list() == ["undone"]
    assert later.records.requested_dates(2025) == []
    later.close_run(is_successful=True)


def test_requests_are_recorded_once_a_run_can_no_longer_be_undone_and_before_another_writes(home, settings):
    log = RunLog(home, "one", "smallcap run", "sample", [2020], None, "sample", dt.date(2020, 12, 31))
    log.note_fetched("prices", [2020], asked=7)
    home.open_run("one", "smallcap run", None)
    log.flush("published")
    assert log.fetched()["asked"].to_list() == [7], "what is published holds the request"
    assert home.records.read("meta.fetched").is_empty(), "a run that ends here is undone"
    seen = []

    def record():
        with pytest.raises(HomeBusyError):
            Home(settings).open_run("two", "smallcap run", None)
        seen.append(home.has_unfinished_run())
        log.flush_fetched()

    home.close_run(is_successful=True, record=record)
    assert seen == [False]
    assert home.records.read("meta.fetched")["asked"].to_list() == [7]
