"""A month of nights with three incidents: three begin and three end, and nothing else is said.

In the first test runs are replaced by their outcome; in the second they are real, against the vendor's
stand-in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import read_lines
from smallcap.pipelines.command import making
from smallcap.sources.fetching import TransientError
from tests.integration.homes import Answer
from tests.integration.set_clock import set_clock
from tests.integration.simulated import Incident, assert_told_once, live_through, too_full, utc
from tests.standin.hook import Hook, open_hook
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytest.importorskip("apprise", reason="the extra alerts is not installed")

Smallcap = Callable[..., Answer]
WEEK = [dt.date(2026, 12, 28) + number * dt.timedelta(days=1) for number in range(7)]
"""Over a year's end."""
MONTH = [dt.date(2026, 2, 27) + number * dt.timedelta(days=1) for number in range(30)]
"""Days on which few of the sample's companies file, so that a week without a filing is nothing unusual; with
the night on which the clock goes ahead."""
COMPANIES, SEED = 30, 2000


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with open_hook() as opened:
        monkeypatch.setenv("SMALLCAP_ALERT_URLS", opened.address)
        yield opened


def test_a_week_with_one_incident_is_told_at_its_begin_and_end(
    home: Path, smallcap: Smallcap, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = False
    attempts: list[dt.datetime] = []

    @contextmanager
    def no_answer() -> Iterator[None]:
        nonlocal down
        down = True
        yield
        down = False

    with set_clock(utc(WEEK[0], dt.time(0))) as clock:

        def outcome(*_: object) -> None:
            attempts.append(clock.now)
            if down:
                raise TransientError("the source does not answer")

        monkeypatch.setattr(making, "_make_or_plan", outcome)
        incidents = [Incident(2, 3, no_answer, "runs", ExitCode.LATER, ExitCode.DEGRADED)]
        lived = list(live_through(smallcap, home, hook, clock, WEEK, incidents))
    assert_told_once(lived, incidents)
    # Three hours of attempts after 0, 2, 6, 14, 30, 60, 90, 120, 150 and 180 minutes.
    assert len(attempts) == 5 + 2 * 10
    assert [line.exit_code for line in read_lines(home)] == [0, 0, 8, 8, 0, 0, 0]


@pytest.mark.drill
def test_a_month_with_three_incidents_is_told_at_their_begins_and_ends(
    tmp_path: Path, smallcap: Smallcap, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with StandIn(sample_universe(COMPANIES, SEED), plan="max") as standin:
        for name, value in _settings(standin).items():
            monkeypatch.setenv(f"SMALLCAP_{name.upper()}", str(value))

        @contextmanager
        def spoiled(path: str, kind: str, **parameters: object) -> Iterator[None]:
            standin.fault(path, kind, None, **parameters)
            yield
            standin.lift()

        incidents = [
            Incident(
                4, 6, lambda: spoiled("/v1/*", "unavailable"), "runs", ExitCode.LATER, ExitCode.DEGRADED
            ),
            Incident(13, 14, lambda: too_full(400_000_000), "disk", ExitCode.FAILING, ExitCode.FAILING),
            Incident(
                21,
                25,
                lambda: spoiled("/v1/fundamentals*", "sparse", percent=10),
                "runs",
                ExitCode.REFUSED,
                ExitCode.DEGRADED,
            ),
        ]
        with set_clock(utc(MONTH[0], dt.time(0))) as clock:
            lived = list(
                live_through(
                    smallcap, home, hook, clock, MONTH, incidents,
                    lambda day: standin.configure(today=day.isoformat()), window=10,
                )
            )  # fmt: skip
    assert_told_once(lived, incidents)
    assert "tried again at" in lived[4].night.err
    assert "the missed nights would have made" in lived[26].night.err


def _settings(standin: StandIn) -> dict[str, object]:
    # The one vintage of factors that the sample has, also before its day.
    standin.configure(french_vintage="202604")
    return {
        "preset": "xfinlink",
        "xfinlink_api_key": standin.key,
        "xfinlink_base_url": standin.url,
        "french_base_url": f"{standin.url}/pages/faculty/ken.french",
        "ishares_base_url": standin.url,
        "ishares_min_members": 10,
        "running_period_max_age_hours": 0,
    }
