"""Medians on each footing: of all members that count, of those with a quarter, of those without."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.funnel.footing_medians import footing_medians
from smallcap.tables.latest import FootingMedians
from tests.unit.finance.builders import table

AS_OF = dt.date(2024, 6, 30)
KNOWN = {"year": 2024, "as_of": AS_OF, "period_end": dt.date(2023, 12, 31), "is_stale": False}


def medians() -> dict[tuple[str, str, str], tuple[int, int, float | None]]:
    """Companies 1 and 2 have a quarter, 3 has none, 4 fails filter 1, 5 is stale by its year alone."""
    annual = {1: 1.0, 2: 3.0, 3: 8.0, 4: 90.0, 5: 70.0}
    latest = {1: 2.0, 2: 6.0, 3: 8.0, 4: 90.0, 5: 20.0}
    of_years = [
        {**KNOWN, "entity_id": n, "pb": pb, "pe": -pb, "is_stale": n == 5} for n, pb in annual.items()
    ]
    of_quarters = [
        {**KNOWN, "entity_id": n, "pb": pb, "pe": -pb, "debt_to_equity": pb / 10, "is_annual_only": n == 3}
        for n, pb in latest.items()
    ]
    status = [
        {"year": 2024, "as_of": AS_OF, "entity_id": n, "filter_number": 1}
        | {"stand_alone_status": "fail" if n == 4 else "pass"}
        for n in annual
    ]
    rows = footing_medians(
        table("core.metrics_as_of", of_years), table("core.trailing_as_of", of_quarters), pl.DataFrame(status)
    )
    FootingMedians.validate(rows)
    return {
        (row["footing"], row["companies"], row["measure"]): (row["members"], row["with_value"], row["median"])
        for row in rows.to_dicts()
    }


def test_each_footing_has_its_own_median_of_all() -> None:
    found = medians()
    # 1, 3 and 8; and 2, 6, 8 and 20.
    assert found["annual", "all", "pb"] == (3, 3, 3.0)
    assert found["latest", "all", "pb"] == (4, 4, 7.0)


def test_members_with_and_without_a_quarter_are_apart() -> None:
    found = medians()
    # 2, 6 and 20; and 8 alone.
    assert found["latest", "with_quarters", "pb"] == (3, 3, 6.0)
    assert found["latest", "annual_only", "pb"] == found["annual", "annual_only", "pb"] == (1, 1, 8.0)
    assert found["annual", "with_quarters", "pb"] == (2, 2, 2.0)


def test_a_multiple_that_is_not_positive_is_not_counted_and_debt_is() -> None:
    found = medians()
    assert found["latest", "all", "pe"] == (4, 0, None)
    assert found["latest", "all", "debt_to_equity"] == (4, 4, 0.7)
