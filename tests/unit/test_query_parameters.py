"""Parameters of worked queries: declared in the header of a file, given as text, bound as values."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.pipelines.command.querying import asked_query
from smallcap.questions import worked_queries
from smallcap.questions.files import read_question
from smallcap.questions.parameters import Parameter, bound_values
from smallcap.settings import load_settings

NEWEST = dt.date(2025, 12, 31)
HEADER = """-- Which members are cheap?
-- parameter: as_of DATE default latest: the date asked about
-- parameter: most INTEGER default 20: rows at most
-- parameter: share NUMBER default 0.5: share of the members
-- parameter: sector TEXT default null: members of this sector alone
-- parameter: ticker TEXT: the symbol, for example AAON
"""
SELECT = "SELECT $as_of, $most, $share, $sector, $ticker"


def parameters_of(folder: Path, text: str = HEADER + SELECT) -> tuple[Parameter, ...]:
    file = folder / "cheap.sql"
    file.write_text(text, encoding="utf-8")
    return read_question(file).declared


def test_a_header_declares_parameters_with_types_defaults_and_meanings(tmp_path: Path):
    found = {one.name: (one.kind, one.default, one.meaning, one.example) for one in parameters_of(tmp_path)}
    assert found == {
        "as_of": ("DATE", "latest", "the date asked about", "2025-12-31"),
        "most": ("INTEGER", "20", "rows at most", "20"),
        "share": ("NUMBER", "0.5", "share of the members", "0.5"),
        "sector": ("TEXT", "null", "members of this sector alone", "TEXT"),
        "ticker": ("TEXT", None, "the symbol, for example AAON", "AAON"),
    }
    assert read_question(tmp_path / "cheap.sql").sql == SELECT


def test_values_that_are_not_given_are_the_defaults(tmp_path: Path):
    values = bound_values("cheap", parameters_of(tmp_path), {"ticker": "IKF"}, NEWEST)
    assert values == {"as_of": NEWEST, "most": 20, "share": 0.5, "sector": None, "ticker": "IKF"}


def test_given_values_are_read_by_their_types_and_a_text_stays_a_text(tmp_path: Path):
    given = {
        "as_of": "2024-06-28",
        "most": "5",
        "share": "1e-2",
        "sector": "Energy",
        "ticker": "'; DROP TABLE x",
    }
    values = bound_values("cheap", parameters_of(tmp_path), given, NEWEST)
    assert values == {**given, "as_of": dt.date(2024, 6, 28), "most": 5, "share": 0.01}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "needs --set ticker=...; it takes:"),
        ({"ticker": "A", "tikker": "B"}, "has no parameter 'tikker'; it takes:"),
        ({"ticker": "A", "as_of": "tomorrow"}, "it must be a date, YYYY-MM-DD"),
        ({"ticker": "A", "most": "5.5"}, "it must be a whole number"),
        ({"ticker": "A", "most": "2147483648"}, "it must be a whole number of at most 2147483647"),
        ({"ticker": "A", "share": "nan"}, "it must be a number"),
        ({"ticker": "A", "most": "null"}, "it must be a whole number"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_taken(tmp_path: Path, given: dict[str, str], complaint: str):
    with pytest.raises(InputError) as refused:
        bound_values("cheap", parameters_of(tmp_path), given, NEWEST)
    assert complaint in str(refused.value)
    if "it takes" in complaint:
        assert "ticker (TEXT, required): the symbol, for example AAON; --set ticker=AAON" in str(
            refused.value
        )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-- parameter: as_of", "does not declare a parameter"),
        ("-- parameter: as_of MONTH: the month", "with one of the types DATE, TEXT, INTEGER, NUMBER"),
        ("-- parameter: most INTEGER default many: rows", "it must be a whole number"),
        ("-- parameter: other DATE: a date that the SELECT does not use", "declares"),
    ],
)
def test_a_wrong_header_is_refused_with_its_file(tmp_path: Path, line: str, complaint: str):
    with pytest.raises((ValueError, InputError), match=complaint):
        parameters_of(tmp_path, f"-- Which?\n{line}\nSELECT $as_of, $most")


def test_every_parameter_of_a_worked_query_is_declared_and_its_example_can_be_given():
    queries = worked_queries()
    assert any(query.declared for query in queries.values())
    for query in queries.values():
        assert {one.name for one in query.declared} == query.parameters, query.name
        for one in query.declared:
            assert one.value(one.example, NEWEST) is not None


def test_a_value_that_is_given_twice_is_refused(tmp_path: Path):
    settings = load_settings(home=tmp_path)
    with pytest.raises(InputError, match="--set gives 'ticker' twice, 'A' and 'B'"):
        asked_query(settings, None, "company_history", ["ticker=A", "ticker=B"], 100)
