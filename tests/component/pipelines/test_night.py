"""An unattended night: a source that stumbles is asked again while the window is open, and no longer."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from rich.console import Console

from smallcap.errors import AuditError, SmallcapError
from smallcap.pipelines.command.night import retried
from smallcap.pipelines.night_years import DAYS_UNTIL_FINAL, years_that_can_change
from smallcap.questions.files import question
from smallcap.sources.fetching import QuotaError, TransientError

BEGIN = dt.datetime(2026, 3, 20, 2, 30)
MINUTE = dt.timedelta(minutes=1)


class Night:
    """A clock that only waiting moves, and work that fails with the errors given before it succeeds."""

    def __init__(self, *errors: SmallcapError) -> None:
        self.now = BEGIN
        self.attempts: list[dt.datetime] = []
        self.set_by = dt.timedelta(0)
        """By how much somebody set the system's clock."""
        self._errors = list(errors)
        self.console = Console(record=True, width=200, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115

    def work(self) -> None:
        self.attempts.append(self.now)
        if self._errors:
            raise self._errors.pop(0)

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def run(self, minutes: int) -> None:
        retried(
            self.work,
            minutes * MINUTE,
            self.console,
            now=lambda: self.now + self.set_by,
            elapsed=lambda: (self.now - BEGIN).total_seconds(),
            sleep=self.sleep,
        )

    @property
    def minutes(self) -> list[float]:
        return [(attempt - BEGIN) / MINUTE for attempt in self.attempts]


def later(number: int) -> list[SmallcapError]:
    return [TransientError("no answer")] * number


def test_good_work_is_done_once() -> None:
    night = Night()
    night.run(180)
    assert night.minutes == [0]


def test_waits_double_from_two_minutes_to_half_an_hour() -> None:
    night = Night(*later(7))
    night.run(180)
    assert night.minutes == [0, 2, 6, 14, 30, 60, 90, 120]


def test_after_the_window_the_last_error_is_raised() -> None:
    night = Night(*later(99))
    with pytest.raises(TransientError):
        night.run(29)
    assert night.minutes == [0, 2, 6, 14]


def test_without_a_window_nothing_is_tried_again() -> None:
    night = Night(*later(1))
    with pytest.raises(TransientError):
        night.run(0)
    assert night.minutes == [0]


def test_a_quota_is_waited_for_where_it_resumes_within_the_window() -> None:
    # The fetcher's times have their zone.
    night = Night(QuotaError("used up", (BEGIN + 45 * MINUTE).replace(tzinfo=dt.UTC)))
    night.run(180)
    assert night.minutes == [0, 45]


def test_a_quota_that_resumes_after_the_window_ends_the_night_at_once() -> None:
    night = Night(QuotaError("used up", (BEGIN + 600 * MINUTE).replace(tzinfo=dt.UTC)))
    with pytest.raises(QuotaError):
        night.run(180)
    assert night.minutes == [0]


def test_what_a_retry_does_not_change_is_not_tried_again() -> None:
    night = Night(AuditError("a check failed"))
    with pytest.raises(AuditError):
        night.run(180)
    assert night.minutes == [0]


def test_each_wait_is_said_with_its_time() -> None:
    night = Night(*later(1))
    night.run(180)
    told = night.console.export_text()
    assert "no answer; tried again at 02:32 UTC (the window of this night ends at 05:30)" in told


@pytest.mark.parametrize("hours", [-24, -3, 3, 24])
def test_a_clock_that_is_set_during_the_night_neither_ends_nor_prolongs_it(hours: int) -> None:
    night = Night(*later(99))

    def set_clock(seconds: float, sleep=night.sleep) -> None:
        sleep(seconds)
        night.set_by = dt.timedelta(hours=hours)

    night.sleep = set_clock  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        night.run(180)
    assert night.minutes == [0, 2, 6, 14, 30, 60, 90, 120, 150, 180]


def test_the_end_of_the_window_is_said() -> None:
    night = Night(*later(99))
    with pytest.raises(TransientError):
        night.run(29)
    assert "no further attempt in this night's window of 0:29:00" in night.console.export_text()


def test_after_two_hundred_days_of_outage_the_end_of_the_old_year_is_made_too() -> None:
    today, last_good = dt.date(2026, 8, 1), dt.date(2026, 1, 13)
    unsettled = last_good - dt.timedelta(days=DAYS_UNTIL_FINAL)
    assert years_that_can_change(today, today) == (2026, 2026)
    assert years_that_can_change(today, today, unsettled) == (2025, 2026)


def test_a_date_that_became_unsettled_this_year_asks_for_no_year_more() -> None:
    today = dt.date(2026, 8, 1)
    assert years_that_can_change(today, today, today - dt.timedelta(days=DAYS_UNTIL_FINAL)) == (2026, 2026)


@pytest.mark.parametrize(
    ("rows", "unsettled"),
    [
        ([("2025-05-31", "point_in_time", True), ("2025-05-31", "as_published", True)], None),
        ([("2025-05-31", "point_in_time", True)], dt.date(2025, 5, 31)),
        (
            [("2025-06-30", "point_in_time", False), ("2025-06-30", "as_published", True)],
            dt.date(2025, 6, 30),
        ),
        (
            [
                ("2025-04-30", "point_in_time", True),
                ("2025-04-30", "as_published", True),
                ("2025-05-31", "point_in_time", True),
                ("2025-06-30", "point_in_time", False),
            ],
            dt.date(2025, 5, 31),
        ),
    ],
    ids=["both over", "the study's basis not made", "still changing", "the earliest of both kinds"],
)
def test_a_date_is_settled_once_both_bases_are_made_and_final(
    rows: list[tuple[str, str, bool]], unsettled: dt.date | None
) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.quality_scores (as_of DATE, basis VARCHAR, is_final BOOLEAN)")
        connection.executemany("INSERT INTO marts.quality_scores VALUES (?, ?, ?)", rows)
        assert connection.execute(question("unsettled_since").sql).fetchall() == [(unsettled,)]
