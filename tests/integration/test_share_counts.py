"""Growth of the share count in core.metrics_as_of: as filed, without the splits between the counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.command_line import published
from tests.tolerances import EXACT

RECORDS = (
    "SELECT m.security_id, a.share_count_change AS ours, r.share_count_change AS as_filed,"
    " r.shares_prior_date AS first_day, r.shares_date AS last_day, a.is_share_count_change_unchecked"
    " FROM core.metrics_as_of AS a JOIN core.members AS m USING (as_of, entity_id)"
    " JOIN core.annual_metrics AS r USING (entity_id, period_end, version, available_date)"
    " WHERE r.share_count_change IS NOT NULL"
)
SPLITS = "SELECT security_id, date, split_ratio FROM raw.prices WHERE split_ratio <> 1"


@pytest.fixture(scope="module")
def changes(backfilled_home: Path) -> pd.DataFrame:
    """Every record with the splits between its two counts, but those with a split in the month of either."""
    records = published(backfilled_home, RECORDS).reset_index(names="row")
    pairs = records[["row", "security_id", "first_day", "last_day"]].merge(
        published(backfilled_home, SPLITS), on="security_id"
    )
    month, first, last = (pairs[name].dt.to_period("M") for name in ("date", "first_day", "last_day"))
    in_between = pairs[(month > first) & (month < last)]
    at_the_ends = pairs[(month == first) | (month == last)]
    records["split"] = in_between.groupby("row")["split_ratio"].prod().reindex(records["row"]).fillna(1.0)
    return records[~records["row"].isin(at_the_ends["row"])]


def test_stored_splits_are_taken_out_and_nothing_else(changes: pd.DataFrame) -> None:
    expected = (1 + changes["as_filed"]) / changes["split"] - 1
    np.testing.assert_allclose(changes["ours"], expected, rtol=EXACT, atol=EXACT)


def test_a_split_between_two_counts_looks_like_new_shares_without_it(changes: pd.DataFrame) -> None:
    split = changes[changes["split"] > 1]
    assert len(split) > 10
    assert (split["as_filed"] > 0.3).all()
    assert (split["ours"].abs() < 0.3).mean() > 0.9
    assert not split["is_share_count_change_unchecked"].all()
