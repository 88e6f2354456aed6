"""Which fund's list serves which date, and on which basis."""

from __future__ import annotations

import dataclasses
import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from smallcap.sources.nport.choice import Basis, chosen_lists, members_at
from smallcap.sources.nport.document import read_report
from smallcap.sources.nport.members import FundList, constituents
from tests.component.sources.crafted import RULES
from tests.component.sources.crafted_sec import FUND, SESSIONS, document, position
from tests.examples import examples

OTHER = dataclasses.replace(FUND, fund="OTHF", series_id="S000008888", months="2 5 8 11")
SAMPLED = dataclasses.replace(FUND, fund="SAMF", series_id="S000007777", kind="samples", months="1 4 7 10")
FUNDS = (FUND, OTHER, SAMPLED)
MARCH, MAY, JUNE = dt.date(2021, 3, 31), dt.date(2021, 5, 31), dt.date(2021, 6, 30)
APRIL, JULY = dt.date(2021, 4, 30), dt.date(2021, 7, 31)


def listed(day: dt.date, fund=FUND, filed: dt.date | None = None, name: str = "A CO") -> FundList:
    """The list of a fund, filed 58 days later."""
    report = read_report(document(position(name), series=fund.series_id, list_date=str(day)))
    return constituents(report, filed or day + dt.timedelta(days=58), fund, RULES, SESSIONS)


HISTORY = Basis()


def served(lists: list[FundList], as_of: dt.date, basis: Basis = HISTORY) -> tuple[str, dt.date] | None:
    """The fund and the date of the list that serves a date."""
    rows = chosen_lists(lists, FUNDS, [as_of], basis).select("fund", "snapshot_date").rows()
    return rows[0] if rows else None


def test_between_two_lists_the_members_are_those_of_the_last():
    lists = [listed(MARCH), listed(JUNE)]
    assert [served(lists, day) for day in (MARCH, APRIL, MAY, JUNE)] == [
        ("ONEF", MARCH), ("ONEF", MARCH), ("ONEF", MARCH), ("ONEF", JUNE),
    ]  # fmt: skip


def test_a_list_serves_no_date_before_its_own_and_none_long_after():
    assert served([listed(MARCH)], dt.date(2021, 2, 28)) is None
    assert served([listed(MARCH)], MARCH + dt.timedelta(days=100)) == ("ONEF", MARCH)
    assert served([listed(MARCH)], MARCH + dt.timedelta(days=101)) is None
    assert served([listed(MARCH)], APRIL, Basis(max_age_days=29)) is None


def test_staggered_funds_give_more_month_ends():
    lists = [listed(MARCH), listed(MAY, OTHER), listed(JUNE)]
    assert [served(lists, day) for day in (APRIL, MAY, JUNE)] == [
        ("ONEF", MARCH),
        ("OTHF", MAY),
        ("ONEF", JUNE),
    ]


def test_a_fund_that_samples_serves_only_where_no_other_does():
    assert served([listed(MARCH), listed(APRIL, SAMPLED)], APRIL) == ("ONEF", MARCH)
    assert served([listed(APRIL, SAMPLED)], APRIL) == ("SAMF", APRIL)


def test_history_takes_a_list_from_its_own_date_and_live_dates_from_its_filing():
    lists = [listed(MARCH), listed(JUNE)]
    assert served(lists, JULY) == ("ONEF", JUNE)
    live = Basis(max_age_days=200, evidence_from=JULY)
    assert served(lists, JULY, live) == ("ONEF", MARCH)
    assert served(lists, JUNE, live) == ("ONEF", JUNE)


def test_the_members_of_a_date_carry_its_list_and_both_dates():
    lists = [listed(MARCH)]
    rows = members_at(lists[0].rows, chosen_lists(lists, FUNDS, [APRIL, MAY], Basis()))
    assert rows.select("as_of", "snapshot_date", "list_available_date", "fund").rows() == [
        (day, MARCH, lists[0].available_date, "ONEF") for day in (APRIL, MAY)
    ]


@examples(25)
@given(st.lists(st.tuples(st.integers(0, 900), st.sampled_from(FUNDS)), max_size=8), st.integers(0, 900))
def test_a_later_list_never_changes_an_earlier_date(days, cut):
    start = dt.date(2020, 1, 31)
    lists = [listed(start + dt.timedelta(days=day), fund) for day, fund in days]
    until = start + dt.timedelta(days=cut)
    as_ofs = [start + dt.timedelta(days=day) for day in range(0, cut + 1, 30)]
    earlier = [one for one in lists if one.list_date <= until]
    assert chosen_lists(earlier, FUNDS, as_ofs, Basis()).equals(chosen_lists(lists, FUNDS, as_ofs, Basis()))
