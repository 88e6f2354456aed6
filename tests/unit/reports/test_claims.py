"""What a home can claim at a date, and why a screen is empty: each sentence from its counts."""

from __future__ import annotations

import datetime as dt

import pytest

from smallcap.reports.claims import claim, origin, share
from smallcap.reports.empty_screen import empty_screen
from smallcap.sources.sample import SampleSource
from smallcap.sources.views import LimitedSource

AS_OF = dt.date(2025, 5, 31)
GOOD = {
    "label": "files in mine",
    "as_of": AS_OF,
    "snapshot_date": dt.date(2025, 5, 13),
    "members": 1_919,
    "priced": 1_919,
    "with_fundamentals": 1_900,
    "restated_values": 0,
    "assumed_available_dates": 1,
    "market_caps": 1_880,
    "splits_unchecked": 20,
    "median_record_months": 8,
    "newest_available_date": dt.date(2025, 5, 29),
    "is_as_published_final": True,
    "stale_months": 18,
    "screened": 900,
}
NOT_AS_KNOWN = "under their original dates, so these are not the values that were known on 2025-05-31"
EXCLUDED = dict.fromkeys(
    ("unusable_ticker", "no_fundamentals", "stale", "missing", "out_of_range", "insufficient_records"), 0
)


def empty(**excluded: int) -> str:
    counts = {f"excluded_{reason}": number for reason, number in (EXCLUDED | excluded).items()}
    return empty_screen(GOOD | counts | {"screened": 0})


class TestClaim:
    def test_values_as_filed_are_those_that_were_known(self):
        assert claim(GOOD) == (
            "files in mine: the annual records are as filed, so these are the values that were "
            "known on 2025-05-31."
        )

    def test_restated_values_under_original_dates_are_not_and_their_share_is_said(self):
        told = claim(GOOD | {"with_fundamentals": 1_900, "restated_values": 1_767})
        assert told == (
            f"files in mine: 93% of the annual records (1,767 of 1,900) hold values that were "
            f"restated later {NOT_AS_KNOWN}."
        )

    def test_a_single_restated_value_is_enough(self):
        assert "under 1% of the annual records (1 of 1,900)" in claim(GOOD | {"restated_values": 1})

    def test_made_up_companies_are_said_to_be_so(self):
        told = claim(GOOD | {"label": SampleSource.label})
        assert told == (
            "synthetic sample universe (made-up companies): no company here exists, so no figure "
            "says anything about a real one."
        )

    @pytest.mark.parametrize(
        ("counts", "told"),
        [
            (
                {"splits_unchecked": 1_880},
                "partial: 1,880 of 1,880 market values (100%) rest on share counts whose splits up to the "
                "price are unknown.",
            ),
            ({"snapshot_date": dt.date(2025, 4, 30)}, "stale: the list of members is 31 days old."),
            (
                {"newest_available_date": dt.date(2024, 10, 11)},
                "stale: no annual record became known after 2024-10-11.",
            ),
            (
                {"median_record_months": 23},
                "stale: half of the annual records describe years that ended 23 months before or earlier.",
            ),
            ({"with_fundamentals": 1_408}, "partial: 511 of 1,919 members (27%) have no annual record."),
            ({"priced": 919}, "partial: 1,000 of 1,919 members (52%) have no price."),
            (
                {"assumed_available_dates": 1_900},
                "partial: 1,900 of 1,900 annual records (100%) have no filing date, so that one is assumed.",
            ),
            ({"is_as_published_final": False}, "partial: the basis as_published is not final."),
            ({"is_as_published_final": None}, "partial: the basis as_published is not final."),
        ],
    )
    def test_what_is_old_or_left_out_is_said(self, counts: dict[str, object], told: str):
        assert claim(GOOD | counts).endswith(f"; {told}")

    @pytest.mark.parametrize(
        "counts",
        [
            {"snapshot_date": None},
            {"newest_available_date": dt.date(2024, 12, 1)},
            {"median_record_months": 18},
            {"with_fundamentals": 1_750},
            # Few companies may all report in the same season.
            {
                "members": 12,
                "priced": 12,
                "with_fundamentals": 12,
                "newest_available_date": dt.date(2024, 10, 11),
            },
        ],
    )
    def test_what_is_usual_is_not_said(self, counts: dict[str, object]):
        assert "stale" not in claim(GOOD | counts)
        assert "partial" not in claim(GOOD | counts)

    def test_a_limit_is_said_once_and_first_of_what_is_left_out(self):
        label = LimitedSource(SampleSource(companies=60, seed=1), 300).label
        told = claim(GOOD | {"label": label, "is_as_published_final": False})
        assert told.startswith(f"{SampleSource.label}: ")
        assert told.endswith("; partial: first 300 listed lines only, the basis as_published is not final.")

    def test_a_date_without_records_claims_nothing(self):
        none = {
            "with_fundamentals": 0,
            "assumed_available_dates": 0,
            "median_record_months": None,
            "newest_available_date": None,
        }
        assert claim(GOOD | none) == "files in mine: no member has an annual record."


class TestEmptyScreen:
    def test_the_main_reason_is_counted(self):
        assert (
            empty(no_fundamentals=1_912, stale=57)
            == "No company is scored: 1,912 of 1,919 members have no annual record."
        )

    def test_the_stale_limit_is_the_one_that_was_used(self):
        assert (
            empty(stale=1_919)
            == "No company is scored: 1,919 of 1,919 members have no annual record of the last 18 months."
        )

    def test_what_was_left_is_too_few(self):
        told = empty(stale=1_288, no_fundamentals=607, insufficient_records=24)
        assert told.endswith(
            "have no annual record of the last 18 months; the 24 complete records are too few."
        )

    def test_too_few_may_be_the_main_reason(self):
        assert empty(insufficient_records=20, missing=4).endswith(
            "20 of 1,919 members have complete records, which are too few."
        )

    def test_no_members_are_a_reason_too(self):
        assert empty() == "No company is scored: there are no members."


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 7, "0%"), (1, 1_000, "under 1%"), (93, 100, "93%"), (999, 1_000, "over 99%"), (7, 7, "100%")],
)
def test_a_share_says_neither_none_nor_all_where_there_are_some(part: int, whole: int, told: str):
    assert share(part, whole) == told


def test_a_home_says_without_a_date_whether_its_companies_are_made_up():
    assert origin("files in synthetic") == "files in synthetic"
    assert origin(SampleSource.label).endswith(": no company here exists")
