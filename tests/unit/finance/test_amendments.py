"""Partial amendments: what a later version of a period leaves out comes from the version before it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.amendments import inherited
from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.fields import FIELDS
from smallcap.finance.metrics.sanity import flag
from tests.examples import examples
from tests.unit.finance.builders import METRICS, SANITY, raw_fundamentals, year_row

ORIGINAL = year_row(
    2023,
    short_term_debt_usd=5.0,
    long_term_debt_usd=25.0,
    shareholders_equity_usd=40.0,
    dividends_paid_usd=3.0,
    net_share_repurchases_usd=2.0,
    shares_outstanding=100.0,
    shares_outstanding_date=dt.date(2024, 2, 1),
)


def amended(**values: object) -> dict[str, object]:
    """A second version of fiscal 2023, known in May 2024."""
    filed = dt.date(2024, 5, 1)
    dates = {"filing_date": filed, "available_date": filed + dt.timedelta(days=1)}
    return {**year_row(2023), "version": "restated", **dates, **values}


def completed(*rows: dict[str, object]) -> list[dict[str, object]]:
    return inherited(raw_fundamentals(*rows), SANITY.amendment).to_dicts()


def test_each_blank_figure_comes_from_the_version_before() -> None:
    first, second = completed(ORIGINAL, amended(shareholders_equity_usd=41.0))
    assert (first["inherited_fields"], first["is_amendment_partial"]) == (None, False)
    assert (second["short_term_debt_usd"], second["long_term_debt_usd"]) == (5.0, 25.0)
    assert (second["shareholders_equity_usd"], second["amended_fields"]) == (41.0, "shareholders_equity_usd")
    assert (second["shares_outstanding"], second["shares_outstanding_date"]) == (100.0, dt.date(2024, 2, 1))
    assert second["is_amendment_partial"] is True
    assert second["inherited_fields"] == (
        "short_term_debt_usd, long_term_debt_usd, dividends_paid_usd, net_share_repurchases_usd, "
        "shares_outstanding"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"entity_id": 2},
        {"period_end": dt.date(2022, 12, 31), "fiscal_year": 2022},
        {"available_date": dt.date(2024, 6, 1)},
        {"available_date": dt.date(2024, 5, 2), "version": "restated", "source": "vendor"},
    ],
)
def test_nothing_comes_from_another_company_or_period_or_a_later_version(other: dict[str, object]) -> None:
    row = next(
        row
        for row in completed({**ORIGINAL, **other}, amended())
        if row["source"] == "test" and row["version"] == "restated"
    )
    assert (row["long_term_debt_usd"], row["is_amendment_partial"]) == (None, False)


def test_figures_pass_through_several_versions() -> None:
    later = amended(filing_date=dt.date(2024, 8, 1), available_date=dt.date(2024, 8, 2))
    *_, last = completed(ORIGINAL, amended(long_term_debt_usd=26.0), later)
    assert (last["short_term_debt_usd"], last["long_term_debt_usd"]) == (5.0, 26.0)


def test_a_part_that_repeats_the_total_debt_is_not_added_to_the_other_part() -> None:
    second = completed(ORIGINAL, amended(long_term_debt_usd=30.0))[1]
    assert (second["short_term_debt_usd"], second["long_term_debt_usd"]) == (None, 30.0)
    third = completed(ORIGINAL, amended(long_term_debt_usd=31.0))[1]
    assert (third["short_term_debt_usd"], third["long_term_debt_usd"]) == (5.0, 31.0)


@pytest.mark.parametrize("blank", ["short_term_debt_usd", "dividends_paid_usd", "net_share_repurchases_usd"])
def test_blank_never_means_none_after_a_known_figure(blank: str) -> None:
    given = {name: ORIGINAL[name] for name in ORIGINAL if name.endswith("_usd") and name != blank}
    rows = raw_fundamentals(ORIGINAL, amended(**given)).with_columns(pl.lit(True).alias("is_blank_debt_zero"))
    metrics = annual_metrics(flag(rows, SANITY), METRICS).select(
        "total_debt_usd", "dividends_paid_usd", "shareholder_payout_usd", "debt_to_equity", "is_debt_partial"
    )
    assert metrics.row(0) == metrics.row(1) == (30.0, 3.0, 5.0, 0.75, False)


def test_debt_that_an_amendment_leaves_out_is_not_none() -> None:
    rows = raw_fundamentals(ORIGINAL, amended(shareholders_equity_usd=40.0)).with_columns(
        pl.lit(True).alias("is_blank_debt_zero")
    )
    metrics = annual_metrics(flag(rows, SANITY), METRICS)
    assert metrics["total_debt_usd"].to_list() == [30.0, 30.0]
    assert not metrics["is_debt_assumed_zero"].any()


figures = st.none() | st.floats(1, 1e9)
versions = st.lists(
    st.tuples(st.integers(1, 300), st.fixed_dictionaries(dict.fromkeys(FIELDS, figures))),
    min_size=1,
    max_size=4,
    unique_by=lambda version: version[0],
).map(
    lambda made: raw_fundamentals(
        *(
            {**year_row(2023), "available_date": dt.date(2024, 1, 1) + dt.timedelta(days=days), **values}
            for days, values in sorted(made, key=lambda version: version[0])
        )
    )
)


class TestProperties:
    @given(versions)
    @examples(10)
    def test_a_stated_figure_stays_and_a_blank_takes_the_last_stated_one(self, rows: pl.DataFrame) -> None:
        complete = inherited(rows, SANITY.amendment)
        for name in FIELDS:
            assert complete[name].to_list() == rows[name].fill_null(strategy="forward").to_list(), name
        listed = complete["inherited_fields"].fill_null("").str.split(", ")
        for at in range(rows.height):
            taken = {name for name in FIELDS if rows[name][at] is None and complete[name][at] is not None}
            assert {name for name in listed[at].to_list() if name} == taken

    @given(versions, st.integers(1, 4))
    @examples(10)
    def test_a_later_version_changes_no_earlier_one(self, rows: pl.DataFrame, known: int) -> None:
        assert_frame_equal(
            inherited(rows.head(known), SANITY.amendment), inherited(rows, SANITY.amendment).head(known)
        )

    @given(versions)
    @examples(10)
    def test_order_of_rows_does_not_matter(self, rows: pl.DataFrame) -> None:
        assert_frame_equal(
            inherited(rows.reverse(), SANITY.amendment).reverse(), inherited(rows, SANITY.amendment)
        )
