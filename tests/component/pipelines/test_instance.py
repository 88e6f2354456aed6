"""The home's own Dagster instance: its configuration stays, and what is damaged is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.package_files import DAGSTER_YAML
from smallcap.pipelines.execute import explain
from smallcap.pipelines.instance import open_instance
from smallcap.settings import Settings, load_settings

OURS = "telemetry:\n  enabled: true\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings(home=tmp_path / "home", preset="sample")
    settings.dagster_dir.mkdir(parents=True)
    return settings


def configure(settings: Settings, text: str) -> Path:
    path = settings.dagster_dir / DAGSTER_YAML.name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_home_without_a_configuration_is_given_the_projects(settings: Settings) -> None:
    with open_instance(settings):
        pass
    assert (settings.dagster_dir / DAGSTER_YAML.name).read_bytes() == DAGSTER_YAML.read_bytes()


def test_a_configuration_that_a_person_changed_stays_and_holds(settings: Settings) -> None:
    path = configure(settings, OURS)
    with open_instance(settings) as instance:
        assert instance.telemetry_enabled
    assert path.read_text(encoding="utf-8") == OURS


@pytest.mark.parametrize(
    "text",
    ["telemetry: [1", "no_such_setting: 1\n", "telemetry: 5\n", "- a list\n", "\0"],
    ids=["not YAML", "unknown", "wrong type", "a list", "a NUL"],
)
def test_a_configuration_that_dagster_refuses_is_named_with_what_to_do(settings: Settings, text: str) -> None:
    configure(settings, text)
    with pytest.raises(InputError, match=r"Correct its dagster\.yaml, or run .* or remove the folder"):
        open_instance(settings)


def test_a_damaged_database_of_dagster_is_explained_whenever_it_is_met(settings: Settings) -> None:
    with open_instance(settings) as instance:
        instance.get_runs(limit=1)
    for name in ("runs.db", "runs/index.db"):
        (settings.dagster_dir / "history" / name).write_bytes(b"no database" * 1000)
    with pytest.raises(InputError, match="is not a database"):
        open_instance(settings)
    (settings.dagster_dir / "history" / "runs.db").unlink()
    with open_instance(settings) as instance, pytest.raises(Exception, match="is not a database") as met:
        instance.all_asset_keys()
    explained = explain(met.value, Home(settings), "a run")
    assert isinstance(explained, InputError)
    assert "remove the folder" in str(explained)


def test_a_configuration_that_is_a_link_to_nothing_is_named_with_what_it_leads_to(settings: Settings) -> None:
    path = settings.dagster_dir / DAGSTER_YAML.name
    path.symlink_to(settings.home / "gone.yaml")
    with pytest.raises(InputError, match=r"is a link to .*gone\.yaml, which does not exist\. Restore"):
        open_instance(settings)
    assert not (settings.home / "gone.yaml").exists()
    path.unlink()
    with open_instance(settings):
        assert path.is_file()


class OperationalError(Exception):
    """What the library of Dagster's database raises; told by its name."""


@pytest.mark.parametrize("words", ["database or disk is full", "attempt to write a readonly database"])
def test_a_full_or_read_only_disk_is_no_damage(settings: Settings, words: str) -> None:
    failed = OperationalError(f"(sqlite3.OperationalError) {words}\n[SQL: PRAGMA x]\n(Background on this)")
    explained = str(explain(failed, Home(settings), "a run"))
    assert explained.startswith(f"Dagster cannot write to {settings.dagster_dir} (")
    assert words in explained
    assert "remove" not in explained
    assert "SQL:" not in explained
