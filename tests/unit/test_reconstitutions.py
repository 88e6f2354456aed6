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
from smallcap.sources.calendar import nyse_sessions

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
HEADER = (
    "event,rank_date,rank_status,rank_source,announcement_date,announcement_source,effective_date,"
    "first_list_date,status,source"
)
RANK_DAYS = {
    2016: dt.date(2016, 5, 27),
    2017: dt.date(2017, 5, 12),
    2018: dt.date(2018, 5, 11),
    2019: dt.date(2019, 5, 10),
    2020: dt.date(2020, 5, 8),
    2021: dt.date(2021, 5, 7),
    2022: dt.date(2022, 5, 6),
    2023: dt.date(2023, 4, 28),
    2024: dt.date(2024, 4, 30),
    2025: dt.date(2025, 4, 30),
    2026: dt.date(2026, 4, 30),
}
ANNOUNCED = {
    2018: dt.date(2018, 6, 8),
    2020: dt.date(2020, 6, 5),
    2021: dt.date(2021, 6, 4),
    2022: dt.date(2022, 6, 3),
    2023: dt.date(2023, 5, 19),
    2024: dt.date(2024, 5, 24),
}
FRIDAY, FOURTH = 4, range(22, 29)


def calendar(folder: Path) -> tuple[Reconstitution, ...]:
    return read_rows(folder, RECONSTITUTIONS_FILE, Reconstitution)


def junes() -> dict[int, Reconstitution]:
    """Return the events of June by year."""
    return {
        event.effective_month_end.year: event
        for event in calendar(REFERENCE)
        if event.event.startswith("june_")
    }


def test_every_june_is_effective_on_the_fourth_friday() -> None:
    assert list(junes()) == list(range(2004, 2027))
    for event in junes().values():
        assert event.effective_day is not None
        assert (event.effective_day.month, event.effective_day.weekday()) == (6, FRIDAY)
        assert event.effective_day.day in FOURTH


def test_rank_days_are_those_of_the_providers_notices() -> None:
    assert {year: junes()[year].rank_date for year in RANK_DAYS} == RANK_DAYS
    assert [year for year, event in junes().items() if event.rank_status == "to_confirm"] == [2019]
    assert [year for year, event in junes().items() if event.rank_status == "rule"] == [
        *range(2004, 2013),
        *(2014, 2025, 2026),
    ]


def test_before_2016_the_last_session_of_may_is_the_rank_day() -> None:
    sessions = nyse_sessions(dt.date(2004, 5, 1), dt.date(2015, 5, 31)).to_list()
    last = {day.year: day for day in sessions if day.month == 5}
    assert {year: junes()[year].rank_date for year in range(2004, 2016)} == last


def test_first_announcements_are_given_where_a_source_names_them() -> None:
    assert {year: junes()[year].announcement_date for year in ANNOUNCED} == ANNOUNCED
    assert junes()[2019].announcement_date is None
    assert junes()[2025].announcement_date is None


def test_the_first_list_of_the_new_index_is_that_of_the_second_session_after_the_effective_day() -> None:
    sessions = nyse_sessions(dt.date(2004, 6, 1), dt.date(2026, 7, 31)).to_list()
    for event in junes().values():
        assert event.effective_day is not None
        after = [day for day in sessions if day > event.effective_day]
        assert event.first_list_date == after[1]


def test_every_date_has_a_source() -> None:
    for event in calendar(REFERENCE):
        assert (event.rank_date is None) == (event.rank_source is None) == (event.rank_status is None)
        assert (event.announcement_date is None) == (event.announcement_source is None)
        assert event.source


def test_what_a_calendar_of_the_provider_said_is_there() -> None:
    known = {event.event: event for event in calendar(REFERENCE) if event.status == "known"}
    june = known["june_2024"]
    assert (june.rank_date, june.announcement_date, june.effective_day, june.first_list_date) == (
        dt.date(2024, 4, 30),
        dt.date(2024, 5, 24),
        dt.date(2024, 6, 28),
        dt.date(2024, 7, 2),
    )


def test_both_texts_on_the_end_of_2026_are_kept() -> None:
    both = [event for event in calendar(REFERENCE) if event.event == "fourth_quarter_2026"]
    assert [(event.effective_day, event.effective_month_end) for event in both] == [
        (dt.date(2026, 11, 13), dt.date(2026, 11, 30)),
        (None, dt.date(2026, 12, 31)),
    ]
    assert [(event.rank_date, event.status) for event in both] == [(None, "superseded"), (None, "announced")]
    assert both[0].source != both[1].source


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("june_2024,2024-04-30,known,a,,,,,known,a list", "line 2: field 'effective_date' is empty"),
        (
            "june_2024,2024-04-31,known,a,,,2024-06-28,2024-07-02,known,a list",
            "line 2: field 'rank_date' must be a date like 2025-05-31; got '2024-04-31'",
        ),
        (
            "june_2024,2024-04-30,known,a,,,2024-13,,known,a list",
            (
                "line 2: field 'effective_date' must be a date like 2025-05-31 or a month like "
                "2026-12; got '2024-13'"
            ),
        ),
        (
            "june_2024,2024-04-30,known,a,,,2024-06-28,2024-07-02,sure,a list",
            "line 2: field 'status' must be 'known', 'announced', 'rule' or 'superseded'; got 'sure'",
        ),
        (
            "june_2024,2024-06-28,known,a,,,2024-06-28,2024-07-02,known,a list",
            "is not before 'effective_date' (2024-06-28)",
        ),
        (
            "june_2024,2024-04-30,known,,,,2024-06-28,2024-07-02,known,a list",
            "line 2: field 'rank_source' is empty, but 'rank_date' is 2024-04-30: name where",
        ),
        (
            "june_2024,,,,2024-05-24,,2024-06-28,2024-07-02,known,a list",
            "line 2: field 'announcement_source' is empty, but 'announcement_date' is 2024-05-24",
        ),
        (
            "june_2024,,,a notice,,,2024-06-28,2024-07-02,known,a list",
            "line 2: field 'rank_date' is empty, but 'rank_source' is filled in",
        ),
        (
            "june_2024,2024-05-31,known,a,2024-05-24,b,2024-06-28,2024-07-02,known,a list",
            "line 2: field 'rank_date' (2024-05-31) is not before 'announcement_date' (2024-05-24)",
        ),
        (
            "june_2024,,,,,,2024-06-28,,known,a list",
            "line 2: field 'first_list_date' must be given with a day in 'effective_date', and only then",
        ),
        (
            "june_2024,,,,,,2024-06-28,2024-06-28,known,a list",
            "line 2: field 'first_list_date' (2024-06-28) is not after 'effective_date' (2024-06-28)",
        ),
        (
            "june_2024,,,,,,2024-06-28,2024-07-02,known,a list\njune_2024,,,,,,2024-06-28,2024-07-02,rule,b",
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
