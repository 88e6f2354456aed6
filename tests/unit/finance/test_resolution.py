"""The resolved share, stated apart for members that later left the index."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.resolution import resolved_shares
from smallcap.rules.files import read_rules
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.tables import table as table_of
from tests.tolerances import EXACT
from tests.unit.finance.builders import REFERENCE

IDENTITY = read_rules(REFERENCE, CUSIP_IDENTITY_FILE, CusipIdentity)

FIRST, SECOND, NEWEST = (dt.date(2021, month, 30) for month in (4, 6, 9))


def seen(*rows: tuple[dt.date, int, bool]) -> pl.DataFrame:
    """Members at dates."""
    return pl.DataFrame(rows, schema=["as_of", "entity_id", "is_resolved"], orient="row")


def test_members_that_left_are_counted_apart_from_those_that_stayed():
    stayed = [(day, company, True) for day in (FIRST, NEWEST) for company in (1, 2, 3, 4)]
    found = resolved_shares(seen(*stayed, (FIRST, 5, True), (FIRST, 6, False)), IDENTITY)
    assert found.columns == list(table_of("marts.resolved_shares").columns)
    row = found.row(0, named=True)
    assert (row["as_of"], row["newest_as_of"]) == (FIRST, NEWEST)
    assert (row["members"], row["stayed_members"], row["left_members"]) == (6, 4, 2)
    assert (row["stayed_share"], row["left_share"], row["survivorship_gap"]) == (1.0, 0.5, 0.5)
    assert row["resolved_share"] == pytest.approx(5 / 6, rel=EXACT)


def gap_of(stayed_unknown: int, left_unknown: int) -> tuple[float, bool]:
    """The gap, and its flag, of a hundred members that stayed and a hundred that left."""
    rows = [(day, company, company >= stayed_unknown) for day in (FIRST, NEWEST) for company in range(100)]
    rows += [(FIRST, 100 + company, company >= left_unknown) for company in range(100)]
    row = resolved_shares(seen(*rows), IDENTITY).row(0, named=True)
    return row["survivorship_gap"], row["is_gap_large"]


def test_a_gap_above_five_points_is_flagged():
    assert gap_of(2, 7) == (pytest.approx(0.05, rel=EXACT), False)
    assert gap_of(2, 8) == (pytest.approx(0.06, rel=EXACT), True)
    # That those who left are known better is no survivorship.
    assert gap_of(9, 2)[1] is False


def test_where_nobody_left_there_is_no_gap():
    row = resolved_shares(seen((FIRST, 1, True), (NEWEST, 1, True)), IDENTITY).row(0, named=True)
    assert (row["left_share"], row["survivorship_gap"], row["is_gap_large"]) == (None, None, None)


@pytest.mark.filterwarnings("error")
def test_the_newest_date_alone_tells_nothing():
    assert resolved_shares(seen((NEWEST, 1, True)), IDENTITY).is_empty()
    assert resolved_shares(seen((NEWEST, 1, True)).clear(), IDENTITY).is_empty()
