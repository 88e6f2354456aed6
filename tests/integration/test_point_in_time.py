"""The past does not move: what is filed later changes no score of an earlier date, in the screen's functions.
test_two_clocks.py proves it end to end.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.metrics.sanity import flag, refuse
from smallcap.finance.quality.scores import quality_scores
from tests.examples import examples
from tests.unit.finance.builders import APPLICABILITY, METRICS, SANITY, raw_fundamentals, table
from tests.unit.finance.quality_builders import RULES, STALE_MONTHS

AS_OFS = [dt.date(2024, 6, 30), dt.date(2024, 12, 31)]
CLOCK = dt.date(2026, 6, 30)
MEMBERS = 30
YEARS = (2021, 2022, 2023)
STUDY_LAG = dt.timedelta(days=163)
POINT_IN_TIME, AS_PUBLISHED = "point_in_time", "as_published"


def filing(
    entity_id: int, fiscal_year: int, known: dt.date, version: str = "original", scale: float = 1.0
) -> dict[str, object]:
    """One annual filing of a company.

    `scale` is what a restatement changes the income and the cash flow by.
    """
    return {
        "year": known.year,
        "entity_id": entity_id,
        "fiscal_year": fiscal_year,
        "period_end": dt.date(fiscal_year, 12, 31),
        "filing_date": known - dt.timedelta(days=1),
        "available_date": known,
        "version": version,
        "source": "test",
        "currency": "USD",
        "revenue_usd": 1e9,
        "net_income_usd": scale * 4e6 * (entity_id % 17 - 5 + fiscal_year % 3),
        "total_assets_usd": 2e9,
        "total_liabilities_usd": 1e9,
        "shareholders_equity_usd": 8e8,
        "operating_income_usd": scale * 7e6 * (entity_id % 13 - 3),
        "interest_expense_usd": 1e6 * (1 + entity_id % 7),
        "operating_cash_flow_usd": scale * 6e6 * (entity_id % 11 - 2),
        "capital_expenditures_usd": 1e7,
        "short_term_debt_usd": 1e6 * entity_id,
        "long_term_debt_usd": 1e7 * (entity_id % 9),
        "shares_outstanding": 4e7,
    }


PAST = [
    filing(entity_id, year, dt.date(year + 1, 3, 1)) for entity_id in range(1, MEMBERS + 1) for year in YEARS
]


def scores(filings: list[dict[str, object]]) -> pl.DataFrame:
    """Take raw filings the whole way: sanity, ratios, what is visible at each date, scores by every method
    and basis.
    """
    kept = flag(refuse(raw_fundamentals(*filings), SANITY)[0], SANITY)
    annual = annual_metrics(kept, METRICS)
    keys = [
        {"as_of": as_of, "year": as_of.year, "entity_id": number}
        for as_of in AS_OFS
        for number in range(1, MEMBERS + 1)
    ]
    lines = [
        {**key, "security_id": key["entity_id"], "snapshot_date": key["as_of"], "list_price_usd": 25.0}
        for key in keys
    ]
    flags = {
        "is_ticker_usable": True,
        "company_kind": "other",
        "is_resolved": True,
        "is_priced": True,
        "is_classified": True,
    }
    members = table(
        "core.members", lines, ticker="A", index_name="test", source="test", list_quantity=1e6, **flags
    )
    served = table("raw.vendor_metrics", [])
    valued = metrics_as_of(
        members, annual, table("raw.prices", []), served, METRICS, STALE_MONTHS, APPLICABILITY
    )
    return quality_scores(members, valued, annual, served, RULES, CLOCK, STALE_MONTHS, APPLICABILITY).sort(
        "as_of", "entity_id", "method", "basis"
    )


def known_by(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Rows whose answer was final when the day was over.

    Said from as_of, not from the horizon that the rows themselves name.
    """
    lag = pl.when(pl.col("basis") == AS_PUBLISHED).then(STUDY_LAG).otherwise(dt.timedelta(0))
    return rows.filter(pl.col("as_of") + lag <= day)


BEFORE = scores(PAST)
companies = st.integers(1, MEMBERS)
scales = st.sampled_from([-3.0, 0.0, 0.5, 2.0])
versions = st.sampled_from(["original", "restated"])


def test_the_screen_has_something_to_lose() -> None:
    scored = BEFORE.filter(pl.col("status") == "scored").group_by("as_of", "method", "basis").len()
    assert scored["len"].to_list() == [MEMBERS] * 8


@examples(4)
@example(as_of=AS_OFS[0], days_later=1, company=7, year=YEARS[-1], scale=2.0)
@given(st.sampled_from(AS_OFS), st.integers(1, 540), companies, st.sampled_from(YEARS), scales)
def test_a_restatement_filed_after_as_of_changes_nothing(
    as_of: dt.date, days_later: int, company: int, year: int, scale: float
) -> None:
    restated = filing(company, year, as_of + dt.timedelta(days=days_later), "restated", scale)
    assert_frame_equal(known_by(scores([*PAST, restated]), as_of), known_by(BEFORE, as_of))


def test_a_restatement_filed_by_as_of_does_change_the_score() -> None:
    restated = filing(7, 2023, AS_OFS[0], "restated", 3.0)
    changed = known_by(scores([*PAST, restated]), AS_OFS[0]).filter(pl.col("entity_id") == 7)
    assert (
        changed["score"].to_list()
        != known_by(BEFORE, AS_OFS[0]).filter(pl.col("entity_id") == 7)["score"].to_list()
    )


@examples(4)
@given(companies, st.sampled_from(YEARS[:-1]), st.dates(dt.date(2024, 3, 2), dt.date(2026, 6, 30)), scales)
def test_a_late_restatement_of_an_old_year_never_brings_it_back(
    company: int, year: int, known: dt.date, scale: float
) -> None:
    after = scores([*PAST, filing(company, year, known, "restated", scale)])
    assert after["period_end"].unique().to_list() == [dt.date(YEARS[-1], 12, 31)]
    # Nor does it touch a score: none of the screen's inputs looks at an earlier year.
    assert_frame_equal(after, BEFORE)


future_filings = st.lists(
    st.builds(
        lambda company, year, version, scale, lag: filing(
            company, year, dt.date(2025, 1, 1) + dt.timedelta(days=lag), version, scale
        ),
        companies,
        st.sampled_from([2022, 2023, 2024, 2025]),
        versions,
        scales,
        st.integers(0, 540),
    ).filter(lambda row: row["available_date"] > row["period_end"]),  # type: ignore[operator]
    max_size=12,
    unique_by=lambda row: (row["entity_id"], row["fiscal_year"], row["version"], row["available_date"]),
)


@examples(5)
@given(future_filings)
def test_filings_still_to_come_change_no_score_of_the_past(later: list[dict[str, object]]) -> None:
    last = AS_OFS[-1]
    after = scores([*PAST, *later])
    assert_frame_equal(known_by(after, last), known_by(BEFORE, last))
    at_as_of = pl.col("basis") == POINT_IN_TIME
    assert_frame_equal(after.filter(at_as_of), BEFORE.filter(at_as_of))
