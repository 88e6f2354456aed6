"""A date's rows of the funnel in a home of the real files, as the tests of them look at it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from tests.real.conftest import RealHome

BY_ACCRUALS_ALONE = "accruals are above zero and the universe's 80th percentile in both forms"
"""The reason of filter 5 where no other of its rules is broken."""


def outcomes(home: RealHome, as_of: dt.date) -> pd.DataFrame:
    """Give each member's rows of one date, with what names and classifies it."""
    return home.rows(
        "SELECT o.*, m.name, m.sector FROM marts.funnel_outcomes AS o JOIN core.members AS m USING "
        "(as_of, entity_id)"
        f" WHERE as_of = DATE '{as_of}' ORDER BY o.ticker, filter_number"
    )


def path(home: RealHome, as_of: dt.date, ticker: str) -> pd.DataFrame:
    """Give one company's rows of one date by the number of the filter."""
    rows = outcomes(home, as_of)
    return rows[rows["ticker"] == ticker].set_index("filter_number")
