"""The published quarterly statements agree with those of an independent implementation, row by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import published
from tests.oracle.quarters_agreement import beside, differences
from tests.oracle.quarters_python import quarters
from tests.sample_home import LAST_YEAR

SIX_YEARS = 6


@pytest.fixture(scope="module")
def both(backfilled_home: Path, first_year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Published rows (`_ours`) beside those of the second opinion (`_theirs`); and what both refused.

    Of the six years of `make test` a fifth of the companies is compared, of the twenty of the drill each.
    """
    some = "entity_id % 5 = 0" if LAST_YEAR - first_year < SIX_YEARS else "true"
    served = published(backfilled_home, f"SELECT * FROM raw.quarterly_fundamentals WHERE {some}")
    annual = published(backfilled_home, f"SELECT * FROM core.annual_fundamentals WHERE {some}")
    ours = published(backfilled_home, f"SELECT * FROM core.quarterly_fundamentals WHERE {some}")
    theirs, refused = quarters(served, annual)
    # Annual records are there of one more year, for the basis as_published.
    is_made = pd.to_datetime(theirs["available_date"]).dt.year.isin(set(ours["year"]))
    return beside(ours, theirs[is_made]), refused


def test_every_row_agrees(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    rows, _ = both
    assert len(rows) > 0
    assert not differences(rows)


def test_every_way_of_obtaining_a_flow_occurs(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    rows, _ = both
    assert set(rows["cash_flow_basis_ours"].dropna()) == {
        "reported",
        "difference of year-to-date",
        "annual less nine months",
    }
    assert rows["is_computed_anew_ours"].any()
    assert rows["inherited_fields_ours"].notna().any()


def test_the_same_rows_are_refused(both: tuple[pd.DataFrame, pd.DataFrame], backfilled_home: Path) -> None:
    _, refused = both
    rejected = published(
        backfilled_home,
        "SELECT rule, CAST(row_json->>'entity_id' AS BIGINT) AS entity_id FROM core.rejects "
        "WHERE table_name = 'core.quarterly_fundamentals'",
    )
    asked = set(both[0]["entity_id"])
    ours = rejected[rejected["entity_id"].isin(asked)][["entity_id", "rule"]]
    theirs = refused[["entity_id", "rule"]] if len(refused) else ours.iloc[:0]
    assert sorted(map(tuple, ours.to_numpy())) == sorted(map(tuple, theirs.to_numpy()))


def test_one_difference_in_one_row_is_noticed(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    changed = both[0].copy()
    changed.loc[0, "revenue_year_to_date_usd_ours"] = 123.0
    assert differences(changed) == {"revenue_year_to_date_usd": 1}
