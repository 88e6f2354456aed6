"""A clock that went back: runs are refused with both times, and what only reads still answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.utc import utc_now
from tests.integration.homes import LATER, Answer

RUN = ("run", "--as-of", LATER)


@pytest.mark.drill
def test_a_run_is_refused_and_queries_answer(
    home: Path, smallcap: Callable[..., Answer], monkeypatch
) -> None:
    records = Home(load_settings(home=home)).records
    later = utc_now() + dt.timedelta(days=2)
    row = records.read("meta.runs").sort("started_at").row(-1, named=True)
    records.upsert("meta.runs", [{**row, "started_at": later, "finished_at": later}])
    for command in (RUN, ("backfill", "--from", "2025", "--to", "2025"), ("fetch", "--as-of", LATER)):
        refused = smallcap(*command, "--home", home)
        assert refused.code == 2, refused.err
        said = " ".join(refused.err.split())
        assert f"{later:%Y-%m-%d %H:%M:%S} UTC. Correct the clock" in said
    for command in (("status",), ("sql", "SELECT 1"), ("funnel",)):
        assert smallcap(*command, "--home", home).code == 0
    monkeypatch.setenv("SMALLCAP_CLOCK_TOLERANCE_MINUTES", str(3 * 24 * 60))
    assert smallcap(*RUN, "--home", home).code == 0
