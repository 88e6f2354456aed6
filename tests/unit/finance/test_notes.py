"""The note on a company, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from smallcap.finance.metrics.notes import note
from tests.unit.finance.builders import table

RECORD = {"period_end": dt.date(2024, 12, 31), "is_debt_partial": False, "is_stale": False}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"total_debt_usd": 0.0, "net_cash_usd": 388.6e6, "dividends_paid_usd": 12.4e6},
            "debt-free; net cash 389 M USD; dividends 12 M USD",
        ),
        (
            {"total_debt_usd": 5e8, "net_cash_usd": -1.5e8, "dividends_paid_usd": 0.0},
            "net debt 150 M USD; no dividends",
        ),
        ({"total_debt_usd": 0.0, "is_debt_partial": True}, "one part of the debt is unknown"),
        ({"is_stale": True, "is_scale_suspect": True}, "stale record; a figure may be in another unit"),
        ({"period_end": None, "total_debt_usd": 0.0}, None),
        ({}, None),
    ],
)
def test_the_note_says_debt_cash_dividends_and_doubts(row: dict[str, object], words: str | None) -> None:
    frame = table("core.metrics_as_of", [{**RECORD, **row}])
    assert frame.select(note()).item() == words
