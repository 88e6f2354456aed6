"""The effect of a reconstitution on prices, worked by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl
import pytest

from smallcap.finance.index.effects import reconstitution_effects
from smallcap.tables import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import table
from tests.unit.finance.index.index_builders import AS_OF, BEFORE, EVENTS, RULES, members

FEW = dataclasses.replace(RULES.reconstitution, min_names=2)
ADDED, REMOVED = (1, 2), (3, 4)
MAY, JUNE, JULY, AUGUST = (
    dt.date(2024, 5, 31),
    dt.date(2024, 6, 30),
    dt.date(2024, 7, 31),
    dt.date(2024, 8, 31),
)
RETURNS = {
    MAY: {1: 0.10, 2: 0.20, 3: 0.00, 4: -0.10},
    JUNE: {1: 0.10, 2: 0.00, 3: 0.00, 4: 0.00},
    JULY: {1: 0.00, 2: 0.00, 3: 0.10, 4: 0.30},
    AUGUST: {1: 0.00, 2: 0.00, 3: 0.00, 4: 0.00},
}


def effects(
    returns: dict[dt.date, dict[int, float]] = RETURNS, before: dt.date = BEFORE, min_names: int = 2
) -> dict[str, dict[str, object]]:
    """Return the rows of June 2024 by span."""
    listed = pl.concat(
        [
            members({n: {"weight": 0.5} for n in REMOVED}, before),
            members({n: {"weight": 0.5} for n in ADDED}, AS_OF),
        ]
    )
    earned = [
        {"year": month.year, "month": month, "security_id": number * 10, "total_return": value}
        for month, own in returns.items()
        for number, value in own.items()
    ]
    rules = dataclasses.replace(FEW, min_names=min_names)
    rows = reconstitution_effects(listed, table("core.monthly_returns", earned, source="test"), EVENTS, rules)
    assert TABLES["marts.reconstitution_effects"].schema.is_valid(rows)
    return {str(row["span"]): row for row in rows.to_dicts()}


def test_additions_less_deletions_from_the_rank_day_to_the_effective_day() -> None:
    row = effects()["rank_to_effective"]
    first, second = 1.1 * 1.1 - 1, 0.2
    assert row["additions_return"] == pytest.approx((first + second) / 2, rel=EXACT)
    assert row["deletions_return"] == pytest.approx(-0.05, rel=EXACT)
    assert row["effect"] == pytest.approx((first + second) / 2 + 0.05, rel=EXACT)
    # Of two values the variance is half the square of their distance; over two names, and both sides added.
    assert row["std_error"] == pytest.approx(
        (((first - second) ** 2 / 2) / 2 + (0.1**2 / 2) / 2) ** 0.5, rel=EXACT
    )
    assert (row["first_month"], row["last_month"], row["status"]) == (MAY, JUNE, "estimated")


def test_and_over_the_two_months_after() -> None:
    row = effects()["after_effective"]
    assert (row["first_month"], row["last_month"]) == (JULY, AUGUST)
    assert row["effect"] == pytest.approx(0 - 0.2, rel=EXACT)


def test_who_lacks_a_month_does_not_count() -> None:
    without = {**RETURNS, AUGUST: {1: 0.0, 2: 0.0, 3: 0.0}}
    row = effects(without)["after_effective"]
    assert (row["deletions"], row["deletions_with_returns"]) == (2, 1)
    assert (row["status"], row["effect"], row["reason"]) == (
        "insufficient",
        None,
        "1 names with returns on one side, 2 are needed",
    )


def test_a_handful_of_names_is_needed() -> None:
    assert (
        effects(min_names=3)["rank_to_effective"]["reason"]
        == "2 names with returns on one side, 3 are needed"
    )


def test_lists_far_from_the_effective_day_do_not_tell_who_moved_then() -> None:
    row = effects(before=dt.date(2024, 4, 30))["rank_to_effective"]
    assert (row["status"], row["additions"]) == ("insufficient", 0)
    assert row["reason"] == "the lists around the effective day are more than 45 days apart"


@pytest.mark.parametrize(
    ("year", "reason"),
    [(2023, "no list on one side of the effective day"), (2026, "no list on one side of the effective day")],
)
def test_an_event_without_lists_is_insufficient(year: int, reason: str) -> None:
    rows = reconstitution_effects(
        members({1: {"weight": 1.0}}, dt.date(year, 12, 31)), table("core.monthly_returns", []), EVENTS, FEW
    )
    june = rows.filter(pl.col("event") == f"june_{year}")
    assert june["reason"].to_list() == [reason] * 2


def test_an_event_whose_rank_day_nobody_names_is_insufficient() -> None:
    june = next(event for event in EVENTS if event.event == "june_2024")
    unranked = dataclasses.replace(june, rank_date=None, rank_status=None, rank_source=None)
    listed = pl.concat([members({1: {"weight": 1.0}}, BEFORE), members({2: {"weight": 1.0}}, AS_OF)])
    rows = reconstitution_effects(listed, table("core.monthly_returns", []), (unranked,), FEW)
    assert rows["reason"].to_list() == ["the rank day is not known"] * 2


def test_neither_a_superseded_day_nor_a_month_without_a_day_is_an_event_to_measure() -> None:
    """The earlier text names a day in November 2026; the later one December, without a day."""
    rows = reconstitution_effects(
        members({1: {"weight": 1.0}}, dt.date(2026, 12, 31)), table("core.monthly_returns", []), EVENTS, FEW
    )
    assert "fourth_quarter_2026" not in rows["event"].to_list()
