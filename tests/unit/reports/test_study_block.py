"""The study's summary in the terminal: what was known at the date first, the study's basis beside it, every
figure at every width.
"""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from rich.console import Console

from smallcap.pipelines.command.options import UNLIMITED
from smallcap.reports.study_block import study_block

AS_OF = dt.date(2025, 12, 31)
BASES = {"point_in_time": 0, "as_published": 1}
MEDIANS = ("roe_median", "fcf_margin_median", "debt_to_assets_median")
EMPTY = "No company is scored: 1,912 of 1,969 members have no annual record."


def counts(basis: str) -> dict[str, object]:
    names = ("members", "usable_tickers", "with_record", "complete_records", "records_after_controls")
    return {"as_of": AS_OF, "basis": basis} | {
        name: 1_901 + 10 * place + BASES[basis] for place, name in enumerate(names)
    }


def quintile(basis: str, number: int) -> dict[str, object]:
    medians = dict.fromkeys(MEDIANS, -1.234 + number + BASES[basis] / 100)
    amounts = {
        "interest_coverage_median": 16_795.7 + number,
        "market_cap_usd_median": 18_371_005_826.0 + number * 1e6,
    }
    return {"basis": basis, "quintile": number, "scored": 1_170 + number} | medians | amounts


def company(basis: str, group: str, place: int) -> dict[str, object]:
    inputs = {
        "roe": -12.345,
        "fcf_margin": 0.5,
        "debt_to_assets": 0.1,
        "interest_coverage": -16_795.7,
        "market_cap_usd": 2.5e11,
    }
    name = "MIRUM PHARMACEUTICALS AND SONS INC CLASS A"
    return {
        "basis": basis,
        "group": group,
        "ticker": f"{basis[:2].upper()}{group[0]}{place}",
        "name": name,
        "score": 9 - place,
    } | inputs


def block(width: int, bases: tuple[str, ...] = ("point_in_time", "as_published")) -> str:
    """The summary in so many columns, where companies are scored on these bases alone."""
    out = io.StringIO()
    quintiles = [
        quintile(basis, number) | ({} if basis in bases else {"scored": 0})
        for basis in BASES
        for number in range(1, 6)
    ]
    names = [
        company(basis, group, place) for basis in bases for group in ("best", "worst") for place in range(8)
    ]
    every = [counts(basis) for basis in ("point_in_time", "as_published")]
    Console(file=out, width=width).print(
        study_block("files in mine: a claim.", every, quintiles, names, EMPTY)
    )
    return out.getvalue()


def figures(text: str) -> list[str]:
    return sorted(re.findall(r"[-+]?\d+(?:[.,]\d+)*%?", text))


def test_the_claim_comes_first_and_what_was_known_at_the_date_before_the_studys_basis():
    lines = block(UNLIMITED).splitlines()
    assert lines[:2] == [f"Quality screen of {AS_OF}", "files in mine: a claim."]
    assert re.split(" {2,}", lines[3].strip()) == [
        "point in time (known at as_of)",
        "as published (known 163 days later)",
    ]
    assert re.split(" {2,}", lines[4]) == ["members", "1,901", "1,902"]
    titles = [line for line in lines if line.startswith(("Medians", "Best and worst"))]
    assert [("point in time" in title, "as published" in title) for title in titles] == [
        (True, False),
        (False, True),
    ] * 2


def test_names_of_both_bases_are_there():
    text = block(UNLIMITED)
    assert all(
        f"{basis}{group}{place}" in text for basis in ("PO", "AS") for group in "bw" for place in range(8)
    )


@pytest.mark.parametrize("width", [40, 60, 79, 80, 100, 200])
def test_every_figure_is_whole_at_every_width(width: int):
    text = block(width)
    assert max(map(len, text.splitlines())) <= width
    assert figures(text) == figures(block(UNLIMITED))


def test_at_80_columns_it_is_still_a_table():
    lines = block(80).splitlines()
    assert any(re.match(r"best +POb0 +MIRUM", line) for line in lines)
    assert len(lines) < 60


@pytest.mark.parametrize("bases", [(), ("as_published",)])
def test_an_empty_screen_says_why(bases: tuple[str, ...]):
    lines = block(UNLIMITED, bases).splitlines()
    assert lines.count(EMPTY) == 1
    assert sum(line.startswith("Medians") for line in lines) == len(bases)
    assert EMPTY not in block(UNLIMITED)
