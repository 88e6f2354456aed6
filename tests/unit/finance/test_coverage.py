"""Coverage: every member is either screened or counted under the reason why not."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import polars as pl

from smallcap.finance.coverage import coverage
from smallcap.finance.quality.scores import quality_scores
from smallcap.tables import table as table_of
from tests.unit.finance.builders import APPLICABILITY, table
from tests.unit.finance.quality_builders import (
    AS_OF,
    CLOCK,
    RULES,
    STALE_MONTHS,
    market_values,
    members,
    records,
    vendor_rows,
)

UNKNOWN_DATE = dt.date(2030, 1, 31)
EXCLUSIONS = (
    "unusable_ticker",
    "no_fundamentals",
    "stale",
    "missing",
    "out_of_range",
    "insufficient_records",
)


def counted(scored: int = 30) -> pl.DataFrame:
    """Coverage of ordinary companies and five that are excluded, each for another reason.

    And of a date without a list.
    """
    old = {"period_end": dt.date(2020, 12, 31)}
    count = scored + 5
    # The last company has no record at all.
    annual = records(
        *[{"roe": n / 100} for n in range(scored)],
        {},
        old,
        {"roe": None, "interest_coverage": None},
        {"roe": 4.0},
    )
    people = members(
        *[{}] * scored, {"is_ticker_usable": False}, {}, {}, {}, {"is_resolved": False, "is_priced": False}
    )
    scores = quality_scores(
        people, market_values(*[{}] * count), annual, vendor_rows(), RULES, CLOCK, STALE_MONTHS, APPLICABILITY
    )
    lines = [{"security_id": number, "ticker": "T"} for number in range(count + 2)]
    constituents = table(
        "raw.constituents",
        lines,
        as_of=AS_OF,
        source="list",
        snapshot_date=dt.date(2024, 12, 30),
        index_name="test",
    )
    seen = people.select("as_of", "entity_id").join(
        annual.select("entity_id", "period_end"), on="entity_id", how="left"
    )
    metrics = table(
        "core.metrics_as_of",
        seen.to_dicts(),
        is_value_restated=True,
        is_available_date_assumed=False,
        market_cap_usd=1e9,
    )
    is_stale = (pl.col("period_end") < dt.date(2023, 6, 30)).alias("is_stale")
    return coverage(
        [UNKNOWN_DATE, AS_OF],
        constituents,
        people,
        metrics.with_columns(is_stale),
        table_of("core.annual_fundamentals").empty(),
        scores,
        STALE_MONTHS,
    )


def test_each_member_is_counted_once() -> None:
    row = counted().row(0, named=True)
    assert row["screened"] == 30
    assert [row[f"excluded_{name}"] for name in EXCLUSIONS] == [1, 1, 1, 1, 1, 0]
    assert row["screened"] + sum(row[f"excluded_{name}"] for name in EXCLUSIONS) == row["members"] == 35
    assert row["screened_share"] == 30 / 35


def test_too_few_records_are_counted_as_such() -> None:
    row = counted(scored=10).row(0, named=True)
    assert (row["screened"], row["excluded_insufficient_records"], row["members"]) == (0, 10, 15)


def test_what_is_known_of_the_members() -> None:
    row = counted().row(0, named=True)
    known = (
        "lines",
        "resolved",
        "priced",
        "classified",
        "with_fundamentals",
        "fresh_fundamentals",
        "stale_fundamentals",
        "market_caps",
    )
    assert [row[name] for name in known] == [37, 34, 34, 35, 34, 33, 1, 35]
    assert (row["restated_values"], row["restated_share"], row["assumed_available_dates"]) == (34, 1.0, 0)
    assert (row["membership_source"], row["snapshot_date"], row["stale_months"]) == (
        "list",
        dt.date(2024, 12, 30),
        STALE_MONTHS,
    )


def test_a_date_without_a_list_says_so() -> None:
    frame = counted()
    table_of("marts.coverage").schema.validate(frame)
    row = frame.row(1, named=True)
    assert (row["as_of"], row["has_membership"], row["membership_source"]) == (UNKNOWN_DATE, False, None)
    assert (row["members"], row["screened"], row["screened_share"], row["restated_share"]) == (
        0,
        0,
        None,
        None,
    )


def test_no_dates_give_no_rows() -> None:
    empty = {
        name: table_of(name).empty()
        for name in (
            *("raw.constituents", "core.members", "core.metrics_as_of"),
            *("core.annual_fundamentals", "marts.quality_scores"),
        )
    }
    assert coverage([], *empty.values(), STALE_MONTHS).is_empty()
    asked = coverage([AS_OF], *empty.values(), STALE_MONTHS)
    assert asked["has_membership"].to_list() == [False]


class TestBases:
    """Members by the list's own date, beside those of the list that could be known then."""

    MARCH, MAY, JUNE = dt.date(2024, 3, 31), dt.date(2024, 5, 31), dt.date(2024, 6, 30)
    FILED: ClassVar = {MARCH: dt.date(2024, 5, 28), JUNE: dt.date(2024, 8, 27)}

    def row(self, as_of: dt.date, *seen: tuple[dt.date, dt.date, int]) -> dict[str, object]:
        """Coverage at a date, of members seen at dates in lists."""
        rows = [
            {
                "as_of": day, "entity_id": entity, "snapshot_date": listed, "fund": "F",
                "list_available_date": self.FILED[listed],
                "membership_basis": "evidence_known" if self.FILED[listed] <= day else "index_known",
            }
            for day, listed, entity in seen
        ]  # fmt: skip
        people = table("core.members", rows)
        names = ("core.metrics_as_of", "core.annual_fundamentals", "marts.quality_scores")
        none = [table(name, []) for name in names]
        found = coverage([as_of], table("raw.constituents", []), people, *none, STALE_MONTHS)
        return found.row(0, named=True)

    def test_members_of_a_list_filed_later_are_compared_with_those_of_the_list_before(self):
        seen = [(self.MARCH, self.MARCH, 1), (self.MARCH, self.MARCH, 2)]
        now = [(self.JUNE, self.JUNE, entity) for entity in (2, 3, 4)]
        row = self.row(self.JUNE, *seen, *now)
        assert (row["membership_basis"], row["evidence_snapshot_date"]) == ("index_known", self.MARCH)
        assert (row["members"], row["evidence_members"], row["members_of_both_bases"]) == (3, 2, 1)

    def test_a_list_that_could_be_known_is_compared_with_itself(self):
        row = self.row(self.MAY, (self.MAY, self.MARCH, 1), (self.MAY, self.MARCH, 2))
        assert (row["membership_basis"], row["list_available_date"]) == (
            "evidence_known",
            self.FILED[self.MARCH],
        )
        assert (row["members"], row["evidence_members"], row["members_of_both_bases"]) == (2, 2, 2)

    def test_where_no_list_could_be_known_the_counts_are_unknown(self):
        row = self.row(self.MARCH, (self.MARCH, self.MARCH, 1))
        assert (row["members"], row["evidence_members"], row["members_of_both_bases"]) == (1, None, None)
