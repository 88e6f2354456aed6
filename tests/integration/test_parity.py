"""The published scores agree with an independent pandas implementation, for every date of a backfill."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.oracle.quality_agreement import assert_agreement, both
from tests.sample_home import CLOCK, LAST_YEAR

STALE_MONTHS = 18


@pytest.fixture(scope="module")
def backfill(backfilled_home: Path) -> pd.DataFrame:
    return both(backfilled_home, CLOCK, STALE_MONTHS)


def test_every_date_agrees(backfill: pd.DataFrame) -> None:
    assert_agreement(backfill)


def test_every_month_end_is_compared_by_every_method_on_its_bases(
    backfill: pd.DataFrame, first_year: int
) -> None:
    month_ends = pd.date_range(f"{first_year}-01-31", f"{LAST_YEAR}-12-31", freq="ME")
    scored = backfill[backfill["score_theirs"].notna()]
    by_date = scored.groupby(["method", "basis"])["as_of"].unique()
    # Two methods on two bases, and the method `trailing` on one.
    assert len(by_date) == 5
    assert all(set(dates) == set(month_ends) for dates in by_date)


def test_every_kind_of_reason_is_compared(backfill: pd.DataFrame, first_year: int) -> None:
    kinds = set(backfill["reason_theirs"].dropna().str.split(":").str[0])
    # The sixth, insufficient_records, needs an index of fewer than 25 complete members; the unit tests have
    # one.
    assert kinds - {"unusable_ticker"} == {"no_fundamentals", "stale", "missing", "out_of_range"}
    # The few unusable tickers of this small universe are of its first years.
    assert first_year > 2010 or "unusable_ticker" in kinds


@pytest.mark.drill
def test_the_studys_300_members_agree(study_home: tuple[Path, str]) -> None:
    rows = both(study_home[0], CLOCK, STALE_MONTHS)
    assert rows["as_of"].nunique() == 12
    assert_agreement(rows)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("score_ours", lambda value: value + 2e-12),
        ("quintile_ours", lambda value: value % 5 + 1),
        ("reason_ours", lambda value: "stale"),
        ("roe_ours", lambda value: value * (1 + 1e-11) + 1e-11),
    ],
)
def test_one_difference_in_one_row_is_noticed(backfill: pd.DataFrame, column: str, change: object) -> None:
    rows = backfill.head(2000).copy()
    row = rows.index[rows["score_ours"].notna()][0]
    rows.loc[row, column] = change(rows.loc[row, column])  # type: ignore[operator]
    with pytest.raises(AssertionError, match=f"differ in {column.removesuffix('_ours')},"):
        assert_agreement(rows)
