"""Completed and flagged statements agree with those of an independent implementation, row by row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import published
from tests.oracle.statements_pandas import statements

KEY = ["entity_id", "period_end", "version", "available_date", "source"]
SERVED = "SELECT served.* FROM raw.fundamentals AS served SEMI JOIN core.annual_fundamentals USING ({key})"


def both(home: Path) -> pd.DataFrame:
    """Published rows (`_ours`) beside those of the second opinion (`_theirs`)."""
    theirs = statements(published(home, SERVED.format(key=", ".join(KEY))))
    theirs[["period_end", "available_date"]] = theirs[["period_end", "available_date"]].apply(pd.to_datetime)
    ours = published(home, "SELECT * FROM core.annual_fundamentals")
    return ours.merge(
        theirs, on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator="found", validate="1:1"
    )


@pytest.fixture(scope="module")
def backfill(backfilled_home: Path) -> pd.DataFrame:
    return both(backfilled_home)


def assert_agreement(rows: pd.DataFrame) -> None:
    """Insist on the same rows, figures, lists and flags, without any tolerance."""
    names = [name.removesuffix("_theirs") for name in rows.columns if name.endswith("_theirs")]
    differ = {"rows": int((rows["found"] != "both").sum())}
    for name in names:
        ours, theirs = rows[f"{name}_ours"], rows[f"{name}_theirs"]
        if name.endswith("_date"):
            ours, theirs = pd.to_datetime(ours), pd.to_datetime(theirs)
        differ[name] = int((~((ours == theirs) | (ours.isna() & theirs.isna()))).sum())
    assert not any(differ.values()), {name: count for name, count in differ.items() if count}


def test_every_statement_agrees(backfill: pd.DataFrame) -> None:
    assert len(backfill) > 0
    assert_agreement(backfill)


def test_one_difference_in_one_row_is_noticed(backfill: pd.DataFrame) -> None:
    changed = backfill.copy()
    changed.loc[0, "scale_suspect_fields_ours"] = "revenue_usd"
    with pytest.raises(AssertionError, match="scale_suspect_fields"):
        assert_agreement(changed)
