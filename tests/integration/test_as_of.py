"""A run makes a year up to the date requested or the latest date already there, and never removes an
as_of.
"""

import datetime as dt

import pytest

from tests.integration.homes import EARLIER, LATER, as_of_dates, make


@pytest.mark.drill
def test_no_run_removes_a_date_whichever_way_round_they_are_asked_for(home):
    mid_month, earlier, month_end = dt.date(2025, 4, 15), dt.date(2025, 2, 28), dt.date(2025, 4, 30)
    until_march = [EARLIER, LATER, earlier, dt.date(2025, 3, 31)]

    make(home, mid_month)
    assert as_of_dates(home) == [*until_march, mid_month]
    make(home, earlier)
    assert as_of_dates(home) == [*until_march, mid_month]
    make(home, month_end)
    assert as_of_dates(home) == [*until_march, mid_month, month_end]
