"""A query without rows is explained where a date or a symbol of it is not there, and only there."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pytest

from smallcap.pipelines.command.no_rows import why_no_rows
from smallcap.questions import Publication

MONTH_ENDS = [dt.date(2024, 1, 31), dt.date(2024, 2, 29)]
NEAREST = (
    "nothing is published of 2024-02-02; the nearest dates are 2024-01-31 before it and 2024-02-29 after it"
)
PUBLISHED = "dates are published from 2024-01-31 to 2024-02-29"


class Published:
    """What is published: two dates and one company."""

    def ask(self, name: str, **asked: object) -> list[dict[str, Any]]:
        if name == "funnel_dates":
            return [{"as_of": date} for date in MONTH_ENDS]
        return [{"ticker": "POWL", "name": "Powell Industries Inc"}]


@pytest.mark.parametrize(
    ("text", "values", "told"),
    [
        ("SELECT 1 FROM x WHERE as_of = '2024-02-02'", {}, NEAREST),
        ("SELECT 1 FROM x WHERE a.AS_OF=DATE '2024-02-02'", {}, NEAREST),
        ("SELECT 1 FROM x WHERE as_of = $day", {"day": dt.date(2024, 2, 2)}, NEAREST),
        ("SELECT 1 FROM x WHERE as_of = '2024-01-31'", {}, ""),
        ("SELECT 1 FROM x WHERE as_of >= '2024-02-02'", {}, ""),
        ("SELECT 1 FROM x WHERE as_of = '2024-02-31'", {}, ""),
        ("SELECT 1 FROM x WHERE as_of > DATE '2024-03-31'", {}, PUBLISHED),
        ("SELECT 1 FROM x WHERE as_of BETWEEN '2023-01-01' AND '2023-12-31'", {}, PUBLISHED),
        ("SELECT 1 FROM x WHERE ticker = 'Powl'", {}, "tickers are in capitals: ticker = 'POWL'"),
        ("SELECT 1 FROM x WHERE ticker = 'POWL'", {}, ""),
        (
            "SELECT 1 FROM x WHERE ticker = 'POWEL'",
            {},
            "no company has the ticker 'POWEL' (nearest: POWL (Powell Industries Inc))",
        ),
        ("SELECT 1 FROM x WHERE ticker = $ticker", {"ticker": "powl"}, ""),
        (
            "SELECT $ticker",
            {"ticker": "POW"},
            "no company has the ticker 'POW' (nearest: POWL (Powell Industries Inc))",
        ),
        ("SELECT 1 WHERE false", {"most": 5}, ""),
    ],
)
def test_a_query_without_rows_is_explained_by_what_is_not_there(text: str, values: dict[str, Any], told: str):
    assert why_no_rows(cast(Publication, Published()), text, values) == told
