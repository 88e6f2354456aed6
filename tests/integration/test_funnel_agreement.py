"""The published funnel agrees with an independent pandas implementation of each filter, for every date of a
backfill.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import published
from tests.oracle.funnel_agreement import (
    ALWAYS_SHOWN,
    IN_ORDER,
    LIMITS,
    OF_RECORD,
    SHOWN_WHERE_DECIDING,
    STAND_ALONE,
    assert_funnels_agree,
    both_funnels,
)
from tests.sample_home import LAST_YEAR

STALE_MONTHS = 18


@pytest.fixture(scope="module")
def backfill(backfilled_home: Path) -> pd.DataFrame:
    return both_funnels(backfilled_home, STALE_MONTHS)


def test_every_filter_and_outcome_of_every_date_agrees(backfill: pd.DataFrame) -> None:
    assert_funnels_agree(backfill)


def test_every_month_end_is_compared_with_all_its_members(
    backfill: pd.DataFrame, backfilled_home: Path, first_year: int
) -> None:
    members = published(
        backfilled_home, "SELECT as_of, count(*) AS members FROM core.members GROUP BY as_of"
    ).set_index("as_of")["members"]
    month_ends = pd.date_range(f"{first_year}-01-31", f"{LAST_YEAR}-12-31", freq="ME")
    compared = backfill.groupby("as_of").size()
    assert compared.index.to_list() == month_ends.to_list()
    assert compared.to_dict() == members.to_dict()


@pytest.mark.parametrize("name", [f"{column}_theirs" for column in STAND_ALONE])
def test_each_filter_passes_fails_and_leaves_open_often_enough_to_compare(
    backfill: pd.DataFrame, name: str
) -> None:
    shares = backfill[name].value_counts(normalize=True)
    asks_debt = name in ("stand_alone_3_theirs", "stand_alone_5_theirs")
    assert set(shares.index) == {"pass", "fail", "verify"} | ({"not_applicable"} if asks_debt else set())
    assert shares.min() > 0.01  # the rarest are the verify of filters 3 and 6


def test_every_outcome_is_compared(backfill: pd.DataFrame) -> None:
    assert set(backfill["outcome_theirs"]) == {"survivor", "survivor_unverified", "undetermined", "failed"}


@pytest.mark.parametrize(
    "name", [*ALWAYS_SHOWN, *SHOWN_WHERE_DECIDING, *(f"{name}_limit" for name in LIMITS)]
)
def test_each_figure_is_compared_on_hundreds_of_rows_a_year(
    backfill: pd.DataFrame, first_year: int, name: str
) -> None:
    ours = f"{name}_of_record" if name in OF_RECORD else f"{name}_ours"
    is_compared = backfill["is_judged"] & backfill[ours].notna() & backfill[f"{name}_theirs"].notna()
    # Accruals decide few rows: their limits stand on those alone.
    least = 1 if name.startswith("accruals") and name.endswith("limit") else 250
    assert is_compared.sum() >= least * (LAST_YEAR - first_year + 1)


def test_the_filters_strict_order_follows_from_their_own_verdicts(backfill: pd.DataFrame) -> None:
    own, ordered = (
        backfill[[f"{name}_ours" for name in names]].to_numpy() for names in (STAND_ALONE, IN_ORDER)
    )
    first_fail = (own == "fail").argmax(axis=1)
    has_failed = (own == "fail").any(axis=1)
    for number in range(6):
        is_after = has_failed & (first_fail < number)
        assert (ordered[is_after, number] == "not_reached").all()
        assert (ordered[~is_after, number] == own[~is_after, number]).all()


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("outcome_ours", lambda value: "survivor" if value != "survivor" else "failed"),
        ("stand_alone_2_ours", lambda value: "verify" if value != "verify" else "pass"),
        ("evaluated_4_ours", lambda value: "verify" if value != "verify" else "pass"),
        ("status_6_ours", lambda value: "fail" if value != "fail" else "pass"),
        ("debt_to_market_cap_ours", lambda value: value * (1 + 1e-11) + 1e-11),
        ("margin_slope_ours", lambda value: value + 1e-12),
        ("debt_to_equity_ours", lambda value: value * (1 + 1e-11) + 1e-11),
        ("pb_limit_ours", lambda value: value * (1 + 1e-11)),
    ],
)
def test_one_difference_in_one_row_is_noticed(backfill: pd.DataFrame, column: str, change: object) -> None:
    rows = backfill[backfill["is_judged"]].tail(2000).copy()
    row = rows.index[rows[column].notna()][0]
    rows.loc[row, column] = change(rows.loc[row, column])  # type: ignore[operator]
    with pytest.raises(AssertionError, match=f"differ in {column.removesuffix('_ours')},"):
        assert_funnels_agree(rows)
