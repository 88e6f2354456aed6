"""Which years of a raw table a source is asked for again, by what is recorded of earlier requests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from smallcap.engine.years import Years
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.tables import TABLES
from smallcap.utc import utc_now

TODAY = dt.date(2026, 5, 5)
REFRESH_AFTER = dt.timedelta(hours=20)
NAME = "raw.prices"


def reasons(home: Home, fetched_at: dt.datetime) -> list[str]:
    """Record a complete answer of a time, and return why the year is made of prices again."""
    answer: dict[str, object] = {
        "dataset": "prices",
        "source": "vendor",
        "year": TODAY.year,
        "asked": 0,
        "fetched_through": TODAY,
        "fetched_at": fetched_at,
    }
    home.records.upsert("meta.fetched", [answer])
    home.lake.write_years(NAME, TABLES[NAME].empty(), [TODAY.year], "run")
    source = SimpleNamespace(name="vendor", clock=TODAY, refresh_after=REFRESH_AFTER)
    years = Years(home, source, Mock(stale=lambda name: {}), [TODAY.year], is_forced=False)
    return years.why(NAME).get(TODAY.year, [])


@pytest.mark.parametrize(
    ("age", "is_due"),
    [
        (dt.timedelta(hours=19), False),
        (dt.timedelta(hours=21), True),
        (dt.timedelta(minutes=-1), False),
        (dt.timedelta(days=-400), True),
    ],
    ids=["young", "old", "of another machine's clock", "of a clock that was ahead"],
)
def test_an_answer_is_asked_for_again_once_it_is_old_or_nobody_knows_its_age(
    tmp_path: Path, age: dt.timedelta, is_due: bool
) -> None:
    home = Home(load_settings(home=tmp_path / "home", preset="sample"))
    home.prepare()
    assert reasons(home, utc_now() - age) == (["the source is asked again"] if is_due else [])
