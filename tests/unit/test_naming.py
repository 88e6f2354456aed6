"""Companies are found by part of their name; several are listed, and the nearest are named if none has it."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pytest

from smallcap.errors import InputError
from smallcap.pipelines.command.naming import company_by_name, nearest_names
from smallcap.questions import Publication

DATE = dt.date(2025, 12, 31)
NAMES = {"POWL": "Powell Industries Inc", "AAON": "AAON Inc", "POWX": None, "QQ": "Powerful Brewing Co"}


class Published:
    """What is published: companies with their names, found as the question does."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def ask(self, name: str, **asked: object) -> list[dict[str, Any]]:
        assert name == "companies_by_name"
        text = str(asked["text"]).lower()
        return [
            {
                "ticker": found[:4].upper(),
                "name": found,
                "entity_id": place,
                "first_as_of": dt.date(2020, 6, 30),
                "last_as_of": DATE,
            }
            for place, found in enumerate(self._names)
            if text in found.lower()
        ]


def found(text: str, *names: str) -> dict[str, Any] | None:
    return company_by_name(cast(Publication, Published(*names)), text, DATE)


def test_the_one_company_with_the_text_in_its_name_is_found():
    assert (found("ELL IND", "Powell Industries", "Aaon") or {})["ticker"] == "POWE"


def test_a_whole_name_is_preferred_to_a_part_of_another():
    assert (found("Aaon", "Aaon", "Aaon Holdings") or {})["entity_id"] == 0


def test_several_companies_are_listed_with_symbol_name_and_dates():
    with pytest.raises(InputError) as refused:
        found("pow", "Powell Industries", "Power Co", "Aaon")
    assert str(refused.value).splitlines() == [
        "2 companies have 'pow' in their name; give one's symbol:",
        "  POWE    Powell Industries, member from 2020-06-30 to 2025-12-31",
        "  POWE    Power Co, member from 2020-06-30 to 2025-12-31",
    ]


def test_one_or_two_letters_are_a_symbol_and_no_part_of_a_name():
    assert found("aa", "Aaon") is None
    assert found("nobody", "Aaon") is None


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Powel", "POWL (Powell Industries Inc)"),
        ("Powlel", "POWL (Powell Industries Inc)"),
        ("AAN", "AAON (AAON Inc)"),
        ("POWZ", "POWX"),
    ],
)
def test_a_misspelt_name_or_symbol_is_answered_with_the_nearest(typed: str, nearest: str):
    assert nearest in nearest_names(typed, NAMES)


def test_nothing_is_suggested_where_nothing_is_near():
    assert nearest_names("zzzzzzzz", NAMES) == ""
