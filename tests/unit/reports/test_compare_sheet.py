"""Companies side by side: what differs is marked, figures in files are unrounded."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from rich.console import Console

from smallcap.pipelines.command.judged import Judged
from smallcap.reports.compare_sheet import compare_rows, compare_sheet, compared


def company(ticker: str, **identity: Any) -> Judged:
    path = [
        {
            "filter_name": "income",
            "stand_alone_status": "pass" if ticker == "A" else "fail",
            "outcome": "survivor" if ticker == "A" else "failed",
            "value": 0.5 if ticker == "A" else -0.25,
            "threshold": 0.0,
        }
    ]
    lenses = [
        {"statement": "income", "verdict": "met"},
        {"statement": "income", "verdict": "missed"},
    ]
    scores = [
        {"basis": "as_published", "score": 9.0, "quintile": 5, "exclusion_reason": None},
        {"basis": "point_in_time", "score": 1.25, "quintile": 4, "exclusion_reason": None},
    ]
    known = {"ticker": ticker, "name": f"{ticker} Co", "sector": "Energy", **identity}
    return Judged("member", known, path, lenses, scores)


PAIR = [
    company("A", market_cap_usd=1_234_567_890.5, pe=10.04, roe=0.1),
    company("B", market_cap_usd=1_234_400_000.0, pe=10.01, roe=None),
]


def test_an_item_differs_where_what_is_shown_differs():
    differing = {item.name for item in compared(PAIR) if item.differs}
    assert differing == {"name", "market_cap_usd", "roe", "outcome", "income"}


def test_the_score_is_that_of_point_in_time():
    shown = {item.name: item.shown for item in compared(PAIR)}
    assert shown["score"] == ["1.250", "1.250"]
    assert shown["quintile"] == ["4", "4"]


def test_a_filter_is_shown_with_its_figure_and_limit_and_lenses_with_what_is_met():
    shown = {item.name: item.shown for item in compared(PAIR)}
    assert shown["income"] == ["pass 0.500 (0.000)", "fail -0.250 (0.000)"]
    assert shown["income_met"] == ["1 of 2 met", "1 of 2 met"]


def test_a_file_has_unrounded_figures_in_a_column_per_company():
    columns, rows = compare_rows(PAIR)
    assert columns == ("section", "item", "is_different", "A", "B")
    assert ("figures", "market_cap_usd", True, 1_234_567_890.5, 1_234_400_000.0) in rows
    assert ("filters", "income_threshold", False, 0.0, 0.0) in rows
    assert ("figures", "roe", True, 0.1, None) in rows


def test_the_table_marks_the_rows_that_differ():
    stream = io.StringIO()
    Console(file=stream, width=90).print(compare_sheet("A claim.", dt.date(2025, 12, 31), PAIR))
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["A and B at 2025-12-31", "A claim."]
    marked = {line.split("≠")[0].strip() for line in lines[3:] if "≠" in line}
    assert {"outcome", "income", "ROE", "name"} <= marked
    assert "P/E" not in marked
