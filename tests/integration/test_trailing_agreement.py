"""The published trailing metrics agree with those of an independent implementation, row by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import published
from tests.oracle.trailing_agreement import beside, differences
from tests.oracle.trailing_pandas import trailing


def both(home: Path) -> pd.DataFrame:
    """Published rows (`_ours`) beside those of the second opinion (`_theirs`)."""
    ours = published(home, "SELECT * FROM core.trailing_metrics")
    annual = published(home, "SELECT * FROM core.annual_fundamentals")
    quarterly = published(home, "SELECT * FROM core.quarterly_fundamentals")
    return beside(ours, trailing(annual, quarterly, set(ours["year"])))


@pytest.fixture(scope="module")
def backfill(backfilled_home: Path) -> pd.DataFrame:
    return both(backfilled_home)


def test_every_row_agrees(backfill: pd.DataFrame) -> None:
    assert len(backfill) > 0
    assert not differences(backfill)


def test_every_way_of_composing_occurs(backfill: pd.DataFrame) -> None:
    assert set(backfill["trailing_basis_ours"].dropna()) == {
        "annual",
        "annual plus year to date",
        "four quarters",
    }
    assert {"restated_basis", "quarter_missing"} <= set(backfill["trailing_reason_ours"].dropna())


def test_one_difference_in_one_row_is_noticed(backfill: pd.DataFrame) -> None:
    changed = backfill.copy()
    changed.loc[0, "debt_to_equity_ours"] = 123.0
    assert differences(changed) == {"debt_to_equity": 1}
