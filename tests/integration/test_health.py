"""Health of real homes: healthy after a run, degraded after a failed one, failing where nothing is served."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.incidents import SUBJECTS
from smallcap.health.prometheus import FILE as METRICS
from smallcap.health.runlines import read_lines
from smallcap.lake import Home
from smallcap.pipelines.asked_by import RANGE_END_TAG, RANGE_START_TAG, SCHEDULE_TAG
from smallcap.pipelines.health_job import HEALTH_JOB
from smallcap.pipelines.location import REFRESH_JOB, build_definitions
from smallcap.pipelines.schedules import NIGHTLY
from smallcap.settings import load_settings
from tests.integration.homes import LATER, Answer
from tests.standin.mailbox import open_mailbox

Smallcap = Callable[..., Answer]


def states(answer: Answer) -> dict[str, str]:
    return {finding["name"]: finding["state"] for finding in json.loads(answer.out)["findings"]}


def test_a_home_whose_last_run_ended_well_is_healthy(home: Path, smallcap: Smallcap) -> None:
    answer = smallcap("health", "--home", home)
    assert answer.code == ExitCode.DONE, answer
    assert answer.out.startswith("healthy: ")
    assert "\nsmallcap_health 0\n" in (home / METRICS).read_text()


def test_a_run_that_fails_is_logged_and_degrades_the_home_until_one_ends_well(
    home: Path, smallcap: Smallcap
) -> None:
    assert smallcap("run", "--as-of", "2031-01-31", "--home", home).code == ExitCode.INPUT
    [line] = read_lines(home)
    assert (line.exit_code, line.preset) == (ExitCode.INPUT, "sample")
    assert "2031-01-31" in line.message
    assert line.home_bytes > 1_000_000
    answer = smallcap("health", "--format", "json", "--home", home)
    assert answer.code == ExitCode.DEGRADED
    assert {name for name, state in states(answer).items() if state != "healthy"} == {"last_run"}

    assert smallcap("run", "--as-of", LATER, "--home", home).code == ExitCode.DONE
    assert [line.exit_code for line in read_lines(home)] == [ExitCode.INPUT, ExitCode.DONE]
    assert smallcap("health", "--home", home).code == ExitCode.DONE


def test_a_home_that_serves_nothing_is_failing(tmp_path: Path, smallcap: Smallcap) -> None:
    answer = smallcap("health", "--format", "json", "--home", tmp_path / "new")
    assert answer.code == ExitCode.FAILING
    assert states(answer)["publication"] == "failing"
    assert not (tmp_path / "new").exists()


@pytest.mark.drill
def test_an_incident_is_told_once_by_mail_and_once_when_it_is_over(
    home: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("apprise", reason="the extra alerts is not installed")
    with open_mailbox() as mailbox:
        address = f"mailto://127.0.0.1:{mailbox.port}?from=a@example.com&to=b@example.com&mode=insecure"
        monkeypatch.setenv("SMALLCAP_ALERT_URLS", address)
        smallcap("run", "--as-of", "2031-01-31", "--home", home)
        codes = [smallcap("alert", "--home", home).code for _ in range(3)]
        assert codes == [ExitCode.DEGRADED] * 3
        assert len(mailbox.messages) == 1
        smallcap("run", "--as-of", LATER, "--home", home)
        codes = [smallcap("alert", "--home", home).code for _ in range(3)]
        assert codes == [ExitCode.DONE] * 3
    subjects = [message.split(b"Subject: ")[1].splitlines()[0] for message in mailbox.messages]
    assert subjects == [b"smallcap, runs: needs a person", b"smallcap, runs: over"]


def test_a_dry_run_and_a_question_are_not_logged(home: Path, smallcap: Smallcap) -> None:
    smallcap("run", "--as-of", LATER, "--dry-run", "--home", home)
    smallcap("status", "--home", home)
    assert read_lines(home) == []


@pytest.mark.drill
def test_a_night_asks_for_what_can_have_changed_and_says_how_the_home_is(
    home: Path, smallcap: Smallcap
) -> None:
    answer = smallcap("night", "--home", home)
    assert answer.code == ExitCode.DONE, answer
    assert "healthy: " in answer.out
    assert [line.is_good for line in read_lines(home)] == [True]


def test_dagsters_job_shows_a_check_for_each_finding(home: Path) -> None:
    job = build_definitions(load_settings(home=home)).resolve_job_def(HEALTH_JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance)
    found = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert set(found) == set(SUBJECTS)
    assert all(check.passed for check in found.values())
    assert "good run" in str(found["good_run_age"].metadata["found"].value)


def test_a_night_of_the_schedule_that_fails_before_its_first_step_is_logged(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Home(load_settings(home=home, sample_seed=1)).prepare()
    job = build_definitions(load_settings(home=home, sample_seed=2)).resolve_job_def(REFRESH_JOB)
    tags = {SCHEDULE_TAG: NIGHTLY, RANGE_START_TAG: "2025", RANGE_END_TAG: "2025"}
    with dg.DagsterInstance.ephemeral() as instance:
        assert not job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).success
    [line] = read_lines(home)
    assert (line.command, line.exit_code) == ("dagster schedule nightly", ExitCode.INPUT)
    assert "holds another universe (sample_seed is 1 in the home, 2 requested)" in line.message
