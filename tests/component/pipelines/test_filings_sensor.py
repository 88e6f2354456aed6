"""The sensor of new filings: off by default, for one preset, and one run for the same filers of a day."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from smallcap.pipelines import filings_sensor as module
from smallcap.pipelines.filings_sensor import filings_sensor, new_filers
from smallcap.settings import Settings, load_settings
from smallcap.sources.fetching import TransientError

PUBLIC = {"preset": "public", "sec_contact": "Jane Doe jane.doe@research.example", "clock": "2026-03-20"}

ON = {"is_filings_sensor_on": True}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", **PUBLIC)


def looked(settings: Settings) -> dg.SensorExecutionData:
    sensor = filings_sensor(settings, "refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        return sensor.evaluate_tick(dg.build_sensor_context(instance=instance))


@pytest.mark.parametrize(
    ("given", "status"),
    [({}, "STOPPED"), (ON, "STOPPED"), (PUBLIC, "STOPPED"), ({**ON, **PUBLIC}, "RUNNING")],
)
def test_it_is_on_where_the_setting_says_so_and_the_preset_can_tell(
    tmp_path: Path, given: dict[str, object], status: str
) -> None:
    sensor = filings_sensor(load_settings(home=tmp_path, **given), "refresh")
    assert sensor.default_status.value == status


def test_who_filed_is_a_run_of_the_years_that_can_change_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "new_filers", lambda _: ["0000000004", "0000000007"])
    [first], [again] = looked(settings).run_requests, looked(settings).run_requests
    assert first.run_key == again.run_key
    assert first.tags["dagster/asset_partition_range_start"] == "2025"
    assert first.tags["dagster/asset_partition_range_end"] == "2026"
    monkeypatch.setattr(module, "new_filers", lambda _: ["0000000004"])
    assert looked(settings).run_requests[0].run_key != first.run_key


def test_nobody_who_filed_and_no_answer_are_no_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "new_filers", lambda _: [])
    assert "no company" in str(looked(settings).skip_message)

    def no_answer(_: Settings) -> list[str]:
        raise TransientError("no answer")

    monkeypatch.setattr(module, "new_filers", no_answer)
    assert "no answer" in str(looked(settings).skip_message)


def test_another_preset_says_that_it_cannot_tell(tmp_path: Path) -> None:
    assert "cannot tell" in str(looked(load_settings(home=tmp_path)).skip_message)


def test_a_home_without_companies_asks_nothing(settings: Settings) -> None:
    assert new_filers(settings) == []
