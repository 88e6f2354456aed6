"""The work that a small run does, in counts, stays within 5% of the committed baseline."""

from __future__ import annotations

from pathlib import Path

from benchmarks.counted_work import count_in_a_process
from benchmarks.smoke import baseline, grown


def test_a_small_run_does_no_more_work_than_the_baseline_says(tmp_path: Path):
    assert grown(count_in_a_process(tmp_path / "home"), baseline()) == []


def test_growth_over_a_twentieth_is_named():
    before = {"events": 1_000, "queries": 100}
    assert grown({"events": 1_050, "queries": 90}, before) == []
    assert grown({"events": 1_051, "queries": 100}, before) == [
        "events: 1,051 against 1,000 in the baseline (+5.1%)"
    ]
    assert grown({"events": 1_000, "rows": 1}, before) == [
        "queries: counted in one of the two only",
        "rows: counted in one of the two only",
    ]
