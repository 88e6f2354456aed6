"""Metrics in Prometheus' text format, and JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from smallcap.health.findings import HealthFinding, State
from smallcap.health.judge import judge
from smallcap.health.prometheus import FILE, as_json, as_metrics, write_metrics
from tests.unit.health.cases import NOW, RULES, facts

SAMPLE = re.compile(r'^[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)*\})? -?[0-9.e+]+$')


def test_every_line_is_a_comment_or_a_sample_of_the_format() -> None:
    findings = [*judge(facts(), RULES), HealthFinding('odd"\\\n', State.FAILING, "", value=1.5, unit="days")]
    lines = as_metrics(findings, NOW).splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.match(line) for line in lines), lines


def test_the_state_of_the_home_and_of_each_thing_are_numbers() -> None:
    metrics = as_metrics(judge(facts(free_bytes=1), RULES), NOW)
    assert "\nsmallcap_health 2\n" in metrics
    assert '\nsmallcap_health_state{name="free_space"} 2\n' in metrics
    assert '\nsmallcap_health_value{name="free_space",unit="bytes"} 1\n' in metrics


def test_the_time_is_in_seconds_since_1970() -> None:
    assert "smallcap_health_timestamp_seconds 86400\n" in as_metrics([], dt.datetime(1970, 1, 2))


def test_the_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    for free in (1, 50_000_000_000):
        write_metrics(tmp_path, judge(facts(free_bytes=free), RULES), NOW)
    assert "\nsmallcap_health 0\n" in (tmp_path / FILE).read_text()
    assert [path.name for path in (tmp_path / FILE).parent.iterdir()] == [FILE.name]


def test_json_has_the_state_and_a_flat_object_per_finding() -> None:
    document = json.loads(json.dumps(as_json(judge(facts(free_bytes=1), RULES), NOW)))
    assert (document["state"], document["at"]) == ("failing", "2026-03-20T08:00:00")
    assert {"name", "state", "told", "remedy", "value", "unit"} == set(document["findings"][0])
