"""The section of the quality screen says what became of the quintiles, and what they earned."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from smallcap.reports.page.data import Report
from smallcap.reports.page.sections.blocks import Sentence, TableBlock
from smallcap.reports.page.sections.quality import quality_section
from tests.unit.reports.builders import empty_report, report_with

PORTFOLIO = {
    "holding_months": 12,
    "weighting": "equal",
    "scope": "all",
    "portfolio": "5",
    "months": 162,
    "annual_return": 0.1234,
    "annual_return_50": 0.1122,
    "status": "estimated",
}


def tables(report: Report) -> dict[str, TableBlock]:
    """The tables of the section by their captions."""
    blocks = quality_section(report, ()).blocks
    return {block.layout.caption: block for block in blocks if isinstance(block, TableBlock)}


def sentences(report: Report) -> list[str]:
    """What the section says in words."""
    return [block.text for block in quality_section(report, ()).blocks if isinstance(block, Sentence)]


def test_without_a_date_21_months_before_a_sentence_says_so() -> None:
    said = sentences(empty_report())
    assert "What became of the quintiles is not known: the date 21 months before is not published." in said
    assert "No portfolio of a quintile has been held for a month." in said


def test_outcomes_are_those_that_are_judged_when_known() -> None:
    row = {"quintile": 5, "formed_as_of": dt.date(2024, 3, 31), "companies": 26, "loss_share": 0.0456}
    found = tables(report_with(quintile_outcomes=[row], quality_outcomes=[{"quintile": 5}]))
    text = str(found["What became of the quintiles of 21 months before"].html)
    assert "4.6%" in text
    assert "2024-03-31" in text
    assert not [caption for caption in found if "last year" in caption]


def test_every_quintile_of_the_yearly_portfolios_is_shown_and_long_short_of_the_others() -> None:
    other = PORTFOLIO | {"weighting": "cap"}
    rows = [
        PORTFOLIO,
        PORTFOLIO | {"portfolio": "long_short"},
        other | {"annual_return": 0.5678},
        other | {"portfolio": "long_short", "annual_return": 0.0901},
        PORTFOLIO | {"portfolio": "1", "status": "insufficient", "annual_return": None, "reason": "too few"},
    ]
    block = tables(report_with(quintile_performance=rows))["Could the score have forecast returns"]
    assert block.rows == 3
    text = str(block.html)
    assert "12.3%" in text
    assert "11.2%" in text
    assert "9.0%" in text
    assert "56.8%" not in text


def test_portfolios_that_are_all_insufficient_say_why() -> None:
    row = PORTFOLIO | {"status": "insufficient", "annual_return": None, "reason": "2 months have a return"}
    assert "Insufficient: 2 months have a return." in sentences(report_with(quintile_performance=[row]))


def test_a_warehouse_of_an_earlier_release_has_none_of_these_tables() -> None:
    report = empty_report()
    names = ("quintile_outcomes", "quintile_performance", "quality_agreement")
    data = replace(report.data, **dict.fromkeys(names, pl.DataFrame()))
    said = sentences(replace(report, data=data))
    assert sum("another release" in sentence for sentence in said) == len(names)
