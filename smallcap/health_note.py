"""The health of a home as the head of a report shows it: judged where a report is written."""

from __future__ import annotations

from smallcap.health.findings import State, worst
from smallcap.health.look import findings_at
from smallcap.reports.page.health import HealthLine, HealthNote
from smallcap.settings import Settings
from smallcap.utc import utc_now

OF_THE_RUN_BEFORE = ("last_run", "good_run_age")
"""What a run that has published tells of by itself: it is the last good one, and not in the log yet."""


def health_note(settings: Settings, *, is_within_run: bool) -> HealthNote:
    """Judge a home for the head of a report.

    Parameters
    ----------
    settings
        The settings of the home.
    is_within_run
        Whether the run that published is still going on.
    """
    now = utc_now()
    left_out = OF_THE_RUN_BEFORE if is_within_run else ()
    findings = [finding for finding in findings_at(settings, now) if finding.name not in left_out]
    lines = [
        HealthLine(finding.state.value, finding.told, finding.remedy)
        for finding in findings
        if finding.state is not State.HEALTHY
    ]
    return HealthNote(settings.clock or now.date(), worst(findings).value, lines)
