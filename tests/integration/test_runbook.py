"""Drills of docs/operations/runbook.md: what is found, the commands of the entry, and that it is over."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import RunLine, add_line
from smallcap.settings import load_settings
from smallcap.sources.live import quota_of
from smallcap.utc import utc_now
from tests.command_line import must_succeed
from tests.command_line import smallcap as new_command
from tests.integration.homes import LATER, LONGER_STALE_LIMIT, Answer, assert_same_contents, record
from tests.integration.vendor_nights import COMPANIES, SEED, Night
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.drill
Smallcap = Callable[..., Answer]
MB = 1_000_000
STOOD_STILL = "2025-08-31"
"""The day at which the source stops, ten months before the clock of `Night`."""


def found(smallcap: Smallcap, home: Path) -> dict[str, str]:
    """Name the findings that are not healthy, with their states."""
    answer = smallcap("health", "--format", "json", "--home", home)
    findings = json.loads(answer.out)["findings"]
    return {one["name"]: one["state"] for one in findings if one["state"] != "healthy"}


def log(home: Path, days_ago: float, home_bytes: int = 0, exit_code: int = 0) -> None:
    """Log a run that ended so many days ago."""
    at = (utc_now() - dt.timedelta(days=days_ago)).isoformat(timespec="seconds")
    add_line(home, RunLine(at, "smallcap night", "sample", exit_code, "", 1.0, home_bytes))


def test_a_catalogue_that_is_gone_is_repaired_and_published_again(
    home: Path, small_home: Path, smallcap: Smallcap
) -> None:
    shutil.rmtree(home / "warehouse")
    assert found(smallcap, home)["publication"] == "failing"
    assert smallcap("sql", "SELECT 1", "--home", home).code == ExitCode.UNPUBLISHED
    smallcap("doctor", "--repair", "--yes", "--home", home)
    assert smallcap("run", "--as-of", LATER, "--home", home).code == ExitCode.DONE
    assert found(smallcap, home) == {}
    assert_same_contents(home, small_home)


def test_missed_nights_are_made_up_for(home: Path, smallcap: Smallcap) -> None:
    log(home, days_ago=8)
    assert found(smallcap, home) == {"good_run_age": "failing"}
    assert smallcap("health", "--home", home).code == ExitCode.FAILING
    night = smallcap("night", "--home", home)
    assert night.code == ExitCode.DONE
    assert "makes what the missed nights would have made" in night.err
    assert found(smallcap, home) == {}


def test_a_disk_that_is_nearly_full_is_named_until_there_is_room(
    home: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(home, days_ago=0)

    class Usage(NamedTuple):
        free: int

    for free, state in [(1_999, "degraded"), (499, "failing")]:
        monkeypatch.setattr("smallcap.health.facts.shutil.disk_usage", lambda _, free=free: Usage(free * MB))
        assert found(smallcap, home) == {"free_space": state}
    monkeypatch.undo()
    assert "free_space" not in found(smallcap, home)


def test_growth_is_over_after_quiet_nights(home: Path, smallcap: Smallcap) -> None:
    for night in range(8):
        log(home, days_ago=20 - night, home_bytes=night * 21 * MB)
    log(home, days_ago=0, home_bytes=8 * 21 * MB)
    assert found(smallcap, home) == {"growth": "degraded"}
    (home / "logs" / "runs.jsonl").unlink()
    for night in range(9):
        log(home, days_ago=8 - night, home_bytes=300 * MB + night)
    assert found(smallcap, home) == {}


def test_a_quota_that_is_used_up_is_over_on_the_next_day(
    tmp_path: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALLCAP_PRESET", "xfinlink")
    monkeypatch.setenv("SMALLCAP_XFINLINK_API_KEY", "a-key-of-the-tests")
    monkeypatch.setenv("SMALLCAP_XFINLINK_REQUESTS_PER_DAY", "100")
    quota = quota_of(load_settings(home=tmp_path))
    quota.folder.mkdir(parents=True)
    today = dt.datetime.now(dt.UTC).date()
    for day, is_low in [(today, True), (today - dt.timedelta(days=1), False)]:
        count = {"day": day.isoformat(), "hour": 0, "today": 95, "this_hour": 0}
        (quota.folder / "xfinlink.json").write_text(json.dumps(count), encoding="utf-8")
        assert ("quota_xfinlink" in found(smallcap, tmp_path)) == is_low


@pytest.fixture(scope="module")
def stood_still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A home of the vendor's that was made on the day at which the vendor stopped."""
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        night = Night(standin, tmp_path_factory.mktemp("runbook") / "home")
        settings = {**night.settings, "clock": STOOD_STILL}
        must_succeed("run", "--as-of", STOOD_STILL, home=night.home, **settings)
        yield night


def states(night: Night) -> dict[str, str]:
    """Return the state of each finding on the day of its clock."""
    done = new_command("health", "--format", "json", home=night.home, **night.settings)
    return {one["name"]: one["state"] for one in json.loads(done.stdout)["findings"]}


def test_a_source_that_stood_still_is_taken_over_when_it_goes_on(stood_still: Night) -> None:
    ages = ("as_of_age", "list_age", "filing_age", "price_age")
    before = states(stood_still)
    assert {name: before[name] for name in ages} == dict.fromkeys(ages, "failing")
    looked = new_command("doctor", "--online", home=stood_still.home, **stood_still.settings)
    assert looked.returncode in (ExitCode.DONE, ExitCode.DEGRADED), looked.stderr
    done = stood_still.run()
    assert done.returncode == ExitCode.DONE, done.stderr
    after = states(stood_still)
    # Thirty companies file nothing for weeks between two seasons.
    assert after.pop("filing_age") in ("healthy", "degraded")
    assert {name: after[name] for name in ages if name in after} == dict.fromkeys(
        (name for name in ages if name != "filing_age"), "healthy"
    )


def test_after_a_fault_the_next_run_undoes_and_succeeds(
    home: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(home, stale_months=LONGER_STALE_LIMIT)

    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    # The package shows the asset under the name of its module.
    module = importlib.import_module("smallcap.assets.publish.warehouse")
    monkeypatch.setattr(module, "refuse_unfit", fail)
    assert smallcap("run", "--as-of", LATER, "--home", home).code == ExitCode.FAULT
    assert found(smallcap, home).keys() >= {"last_run"}
    monkeypatch.undo()
    assert smallcap("run", "--as-of", LATER, "--home", home).code == ExitCode.DONE
    assert found(smallcap, home) == {}
