"""The calendar of reconstitutions and the rules on the index: what the files hold, and how errors name file,
line and field.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import RECONSTITUTIONS_FILE, Reconstitution

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
HEADER = "event,rank_date,effective_date,status,source"
FRIDAY, FOURTH = 4, range(22, 29)


def calendar(folder: Path) -> tuple[Reconstitution, ...]:
    return read_rows(folder, RECONSTITUTIONS_FILE, Reconstitution)


def test_every_june_is_ranked_on_the_last_business_day_of_april_and_effective_on_the_fourth_friday() -> None:
    junes = [event for event in calendar(REFERENCE) if event.event.startswith("june_")]
    assert [event.effective_day.year for event in junes if event.effective_day] == list(range(2004, 2027))
    for event in junes:
        assert event.effective_day is not None
        assert event.rank_date is not None
        assert (event.effective_day.month, event.effective_day.weekday()) == (6, FRIDAY)
        assert event.effective_day.day in FOURTH
        assert (event.rank_date.month, event.rank_date.weekday() <= FRIDAY) == (4, True)
        assert (event.rank_date + dt.timedelta(days=1)).month == 5 or event.rank_date.weekday() == FRIDAY


def test_what_a_calendar_of_the_provider_said_is_there() -> None:
    known = {event.event: event for event in calendar(REFERENCE) if event.status == "known"}
    assert (known["june_2024"].rank_date, known["june_2024"].effective_day) == (
        dt.date(2024, 4, 30),
        dt.date(2024, 6, 28),
    )


def test_both_texts_on_the_end_of_2026_are_kept() -> None:
    both = [event for event in calendar(REFERENCE) if event.event == "fourth_quarter_2026"]
    assert [(event.effective_day, event.effective_month_end) for event in both] == [
        (dt.date(2026, 11, 13), dt.date(2026, 11, 30)),
        (None, dt.date(2026, 12, 31)),
    ]
    assert {(event.rank_date, event.status) for event in both} == {(None, "announced")}
    assert both[0].source != both[1].source


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("june_2024,2024-04-30,,known,a list", "line 2: field 'effective_date' is empty"),
        (
            "june_2024,2024-04-31,2024-06-28,known,a list",
            "line 2: field 'rank_date' must be a date like 2025-05-31; got '2024-04-31'",
        ),
        (
            "june_2024,2024-04-30,2024-13,known,a list",
            (
                "line 2: field 'effective_date' must be a date like 2025-05-31 or a month like "
                "2026-12; got '2024-13'"
            ),
        ),
        (
            "june_2024,2024-04-30,2024-06-28,sure,a list",
            "line 2: field 'status' must be 'known', 'announced' or 'rule'; got 'sure'",
        ),
        ("june_2024,2024-06-28,2024-06-28,known,a list", "is not before 'effective_date' (2024-06-28)"),
        (
            "june_2024,,2024-06-28,known,a list\njune_2024,,2024-06-28,rule,b",
            "line 3: field 'event' (june_2024) appears twice with 'effective_date' 2024-06-28",
        ),
    ],
)
def test_an_error_names_file_line_and_field(tmp_path: Path, row: str, problem: str) -> None:
    (tmp_path / RECONSTITUTIONS_FILE).write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        calendar(tmp_path)
    assert str(tmp_path / RECONSTITUTIONS_FILE) in str(error.value)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("given", "changed", "field"),
    [
        ("band_share = 0.025", "band_share = 0.5", "band_share"),
        ("top_holdings = 10", "top_holdings = 0", "top_holdings"),
        ("min_free_float = 0.05", "min_free_float = 5.0", "min_free_float"),
        ("graduated_quantile = 0.9", "graduated_quantile = 0.05", "graduated_quantile"),
        ('home_countries = ["United States"]', 'home_countries = ["Bermuda"]', "benefit_countries"),
        ("min_names = 5", "min_names = 1", "min_names"),
        ("months_after = 2", "months_after = 0", "months_after"),
    ],
)
def test_a_threshold_without_sense_is_refused(tmp_path: Path, given: str, changed: str, field: str) -> None:
    text = (REFERENCE / "index.toml").read_text(encoding="utf-8")
    assert given in text
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "index.toml").write_text(text.replace(given, changed), encoding="utf-8")
    with pytest.raises(InputError, match=f"index.toml, line .*{field}"):
        read_rules(tmp_path, "index.toml", IndexRules)
