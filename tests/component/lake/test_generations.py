"""The generator's version is part of a home of the sample: an older home is refused with the command that
makes it again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.home_record import read_record, write_record
from smallcap.lake import Home
from smallcap.lake.generations import refuse_other_generator
from smallcap.sample_generator import GENERATOR_VERSION
from smallcap.settings import load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.chdir(tmp_path)
    made = Home(load_settings(home=tmp_path / "home", preset="sample", sample_companies=300))
    made.prepare()
    return made


def _made_by_the_first_generator(home: Home) -> None:
    record = (home.path / "home.toml").read_text().splitlines(keepends=True)
    write_record(home.path, "".join(line for line in record if "sample_generator" not in line))


def test_a_home_of_the_sample_records_the_version(home: Home) -> None:
    recorded = read_record(home.path)
    assert recorded is not None
    assert recorded["sample_generator"] == GENERATOR_VERSION
    home.prepare()


def test_a_home_of_another_preset_records_none(tmp_path: Path) -> None:
    other = Home(load_settings(home=tmp_path / "other", preset="files", input=tmp_path))
    other.prepare()
    assert "sample_generator" not in (read_record(other.path) or {})
    other.prepare()


def test_a_home_that_records_no_version_is_of_the_first_and_refused(home: Home) -> None:
    _made_by_the_first_generator(home)
    with pytest.raises(InputError) as refused:
        Home(load_settings(home=home.path)).prepare()
    assert f"of generator 1, and this release has generator {GENERATOR_VERSION}" in str(refused.value)
    assert str(refused.value).endswith(
        f": SMALLCAP_SAMPLE_COMPANIES=300 smallcap run --home {home.path}-generator-{GENERATOR_VERSION}"
    )


def test_the_command_makes_the_years_that_the_home_has(home: Home) -> None:
    with pytest.raises(InputError, match=r"smallcap backfill --from 2018 --to 2021 --home "):
        refuse_other_generator(home.path, {"preset": "sample"}, home.settings, lambda: [2019, 2018, 2021])


def test_config_set_keeps_the_version(home: Home) -> None:
    home.record("stale_months", "24")
    assert (read_record(home.path) or {})["sample_generator"] == GENERATOR_VERSION
