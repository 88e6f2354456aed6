"""What makes a home degraded or failing, one fact at a time."""

from __future__ import annotations

import datetime as dt

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.facts import QuotaFact
from smallcap.health.findings import State, worst
from smallcap.health.remedies import REMEDIES
from tests.unit.health.cases import MB, NOW, facts, judged, line

NO_RUN = {ExitCode.DONE, ExitCode.FAILING, ExitCode.DIFFERENT}
"""Codes with which no run fails: of a good one, of health, and of diff."""
TODAY = NOW.date()


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def test_a_home_where_all_is_well_is_healthy_and_asks_for_nothing() -> None:
    found = judged()
    assert worst(found.values()) is State.HEALTHY
    assert not any(finding.remedy for finding in found.values())


def test_the_state_of_a_home_is_that_of_its_worst_finding() -> None:
    found = judged(free_bytes=100 * MB, lines=[line(3)])
    assert found["free_space"].state is State.FAILING
    assert found["good_run_age"].state is State.DEGRADED
    assert worst(found.values()) is State.FAILING


@pytest.mark.parametrize(
    ("name", "degraded", "failing"),
    [("as_of", 40, 75), ("list", 45, 160), ("filing", 14, 60), ("price", 45, 100), ("factors", 100, 200)],
)
def test_an_age_is_degraded_and_failing_from_its_limits_on(name: str, degraded: int, failing: int) -> None:
    states = {
        days: judged(dates={**facts().dates, name: days_ago(days)})[f"{name}_age"].state
        for days in (degraded - 1, degraded, failing - 1, failing)
    }
    assert list(states.values()) == [State.HEALTHY, State.DEGRADED, State.DEGRADED, State.FAILING]


def test_a_source_whose_clock_stopped_five_months_ago_is_failing_and_says_what_to_do() -> None:
    found = judged(dates=dict.fromkeys(facts().dates, days_ago(150)))["filing_age"]
    assert found.state is State.FAILING
    assert "150 days ago" in found.told
    assert "doctor --online" in found.remedy


def test_ages_of_synthetic_data_are_shown_and_not_judged() -> None:
    found = judged(is_live=False, dates=dict.fromkeys(facts().dates, days_ago(900)))
    assert worst(found.values()) is State.HEALTHY
    assert "its age is not judged" in found["price_age"].told
    assert "filings" not in found


def test_a_failed_last_run_is_told_with_its_message_and_its_page() -> None:
    found = judged(lines=[line(1.2), line(0.2, 4, "check x failed")])["last_run"]
    assert found.state is State.DEGRADED
    assert "exit code 4: check x failed" in found.told
    assert "smallcap accept" in found.remedy
    assert found.remedy.endswith("(docs/exit-codes.md, section 4)")


@pytest.mark.parametrize("code", sorted(set(ExitCode) - NO_RUN))
def test_every_code_of_a_run_that_failed_has_a_remedy(code: ExitCode) -> None:
    assert REMEDIES[code]
    assert f"section {code.value}" in judged(lines=[line(0.2, code)])["last_run"].remedy


def test_a_failure_that_a_good_run_followed_is_told_with_its_remedy_and_degrades_nothing() -> None:
    found = judged(lines=[line(9, 4, "old"), line(1.2, 8, "no answer"), line(0.2)])["last_run"]
    assert found.state is State.HEALTHY
    assert "exit code 8: no answer (then: nothing if the next night ends well" in found.told
    assert "old" not in found.told
    assert "failed" not in judged()["last_run"].told


@pytest.mark.parametrize(("minutes", "state"), [(5, State.HEALTHY), (6, State.DEGRADED)])
def test_a_clock_behind_the_newest_record_is_told_with_the_setting_that_allows_it(
    minutes: int, state: State
) -> None:
    later = line(-minutes / 1440)
    found = judged(lines=[line(1), later])["clock"]
    assert found.state is state
    assert judged(lines=[], published_at=later.moment)["clock"].state is state
    if state is State.DEGRADED:
        assert "SMALLCAP_CLOCK_TOLERANCE_MINUTES=7" in found.remedy


def test_what_is_served_gets_old_by_its_limits_where_the_source_goes_on() -> None:
    ages = {days: NOW - dt.timedelta(days=days) for days in (39, 40, 75)}
    states = [judged(published_at=at)["publication"].state for at in ages.values()]
    assert states == [State.HEALTHY, State.DEGRADED, State.FAILING]
    assert judged(published_at=ages[75], is_live=False)["publication"].state is State.HEALTHY


def test_the_vintage_of_the_factors_is_told() -> None:
    assert "vintage 202601: 2026-01-31, 48 days ago" in judged()["factors_age"].told


def test_a_run_that_was_killed_is_told() -> None:
    assert judged(unfinished=True)["last_run"].state is State.DEGRADED


@pytest.mark.parametrize(
    ("days", "state"),
    [(1.9, State.HEALTHY), (2.0, State.DEGRADED), (6.9, State.DEGRADED), (7.0, State.FAILING)],
)
def test_nights_without_a_good_run_count_from_the_last_good_one(days: float, state: State) -> None:
    assert judged(lines=[line(days), line(0.1, 8, "no answer")])["good_run_age"].state is state


def test_without_a_log_the_publication_is_the_last_good_run() -> None:
    assert judged(lines=[])["good_run_age"].state is State.HEALTHY
    assert judged(lines=[], published_at=None, unreadable="gone")["good_run_age"].state is State.FAILING


def test_a_publication_that_cannot_be_read_is_failing_with_the_reason() -> None:
    found = judged(published_at=None, dates={}, unreadable="the catalogue is damaged")["publication"]
    assert (found.state, found.told) == (State.FAILING, "the catalogue is damaged")


def test_lists_under_new_dates_with_the_same_members_for_months_are_degraded() -> None:
    assert judged(list_unchanged_since=days_ago(59))["list_change_age"].state is State.HEALTHY
    assert judged(list_unchanged_since=days_ago(60))["list_change_age"].state is State.DEGRADED
    assert "list_change_age" not in judged(list_unchanged_since=None)


@pytest.mark.parametrize(
    ("counts", "state"),
    [([500, 1000, 1000], State.HEALTHY), ([499, 1000, 1000], State.DEGRADED), ([0, 0, 1000], State.DEGRADED)],
)
def test_fewer_filings_than_half_of_those_usual_at_this_time_of_the_year_are_degraded(
    counts: list[int], state: State
) -> None:
    assert judged(filings=counts)["filings"].state is state


def test_where_few_filings_are_usual_or_no_earlier_year_is_known_nothing_is_said() -> None:
    assert "filings" not in judged(filings=[0, 19, 19])
    assert "filings" not in judged(filings=[0, 0, 0])
    assert "filings" not in judged(filings=[])


def test_growth_is_the_median_of_the_last_nights_so_that_a_backfill_does_not_alarm() -> None:
    sizes = [100, 100, 100, 400, 400, 400, 400, 400]
    steady = [line(8 - day, home_bytes=size * MB) for day, size in enumerate(sizes)]
    assert judged(lines=steady)["growth"].value == 0
    growing = [line(8 - day, home_bytes=(100 + 21 * day) * MB) for day in range(8)]
    assert judged(lines=growing)["growth"].state is State.DEGRADED
    assert "growth" not in judged(lines=growing[1:])


def test_a_quota_that_is_nearly_used_up_is_degraded() -> None:
    assert judged(quotas=[QuotaFact("xfinlink", 1000, 100)])["quota_xfinlink"].state is State.HEALTHY
    assert judged(quotas=[QuotaFact("xfinlink", 1000, 99)])["quota_xfinlink"].state is State.DEGRADED
