"""Whether anything can have changed: any difference in what a run depends on makes it look, and only then."""

import datetime as dt
import os
from pathlib import Path

import pytest

from smallcap.engine.unchanged import record_unchanged, unchanged_since
from smallcap.settings import Settings, load_settings

REQUEST = "None None 2025-01-31"
DAY = dt.date(2025, 1, 31)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with one table's log and a catalogue, an input folder, and a folder of rule sets."""
    for folder in ("home/lake/raw/prices/_delta_log", "home/warehouse", "input/prices", "reference"):
        (tmp_path / folder).mkdir(parents=True)
    for file in (
        "home/warehouse/warehouse.duckdb",
        "home/home.toml",
        "input/prices/prices.csv",
        "reference/quality.toml",
    ):
        (tmp_path / file).write_text("# as it was")
    return load_settings(
        home=tmp_path / "home", preset="files", input=tmp_path / "input", reference_dir=tmp_path / "reference"
    )


def test_what_was_recorded_is_found_again_for_the_same_request_only(settings: Settings):
    assert unchanged_since(settings, REQUEST) is None
    record_unchanged(settings, REQUEST, DAY)
    assert unchanged_since(settings, REQUEST) == "2025-01-31"
    assert unchanged_since(settings, "2024 2025 None") is None


@pytest.mark.parametrize(
    "file",
    [
        "home/lake/raw/prices/_delta_log/00000000000000000001.json",
        "home/warehouse/warehouse.duckdb",
        "home/home.toml",
        "input/prices/prices.csv",
        "input/more.csv",
        "reference/quality.toml",
        "reference/books/mine.toml",
        "home/run.json",
    ],
)
def test_a_file_that_changed_makes_the_run_look(settings: Settings, tmp_path: Path, file: str):
    record_unchanged(settings, REQUEST, DAY)
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("as it is now")
    os.utime(path, ns=(1, 1))
    assert unchanged_since(settings, REQUEST) is None


def test_a_setting_that_changed_makes_the_run_look(settings: Settings):
    record_unchanged(settings, REQUEST, DAY)
    assert unchanged_since(settings.model_copy(update={"min_coverage": 0.5}), REQUEST) is None


def test_a_live_source_is_always_looked_at(settings: Settings):
    live = settings.model_copy(update={"preset": "xfinlink"})
    record_unchanged(live, REQUEST, DAY)
    assert unchanged_since(live, REQUEST) is None


@pytest.mark.parametrize("content", ["", "[]", '{"None None 2025-01-31": 3}'])
def test_a_damaged_record_makes_the_run_look(settings: Settings, content: str):
    (settings.home / "unchanged.json").write_text(content)
    assert unchanged_since(settings, REQUEST) is None
