"""Merging a delivery with what a home has: nothing stored is lost, and no record is there twice."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.sources import ingest
from smallcap.sources.base import FUNDAMENTALS_COLUMNS, PRICES_COLUMNS, Delivery
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.identity.ids import mint
from smallcap.sources.ingest import Ingested
from smallcap.sources.merge import Before
from tests.component.sources.test_identity import NOTHING_KNOWN, spell, spells
from tests.examples import examples

SECURITIES = mint(spells(spell("a", "1", "A"), spell("b", "2", "B")), NOTHING_KNOWN)
SESSIONS = nyse_sessions(dt.date(2015, 1, 1), dt.date(2027, 12, 31))
TODAY, LATER = dt.date(2025, 3, 1), dt.date(2025, 4, 1)
FILED = dt.date(2024, 2, 16)
EVERYTHING = pl.lit(value=True)


def record(
    company: str, filed: dt.date | None = FILED, year: int = 2023, **cells: object
) -> dict[str, object]:
    fixed = {
        "version": "original",
        "source": "files",
        "is_value_restated": False,
        "is_blank_debt_zero": False,
        "is_debt_explained_zero": False,
        "period_end": dt.date(year, 12, 31),
        "revenue_usd": 100.0,
        "total_assets_usd": 500.0,
    }
    return {
        **dict.fromkeys(FUNDAMENTALS_COLUMNS),
        **fixed,
        "source_entity_id": company,
        "filing_date": filed,
        **cells,
    }


def made(
    rows: list[dict[str, object]],
    before: pl.DataFrame | None = None,
    securities: pl.DataFrame = SECURITIES,
    today: dt.date = TODAY,
    is_asked: pl.Expr = EVERYTHING,
) -> Ingested:
    delivery = Delivery(pl.DataFrame(rows, schema=FUNDAMENTALS_COLUMNS))
    stored = None if before is None else Before(before, is_asked, today)
    return ingest.fundamentals(delivery, securities, SESSIONS, 90, stored)


def shown(result: Ingested, *columns: str) -> list[tuple[object, ...]]:
    return result.rows.select("source_entity_id", *columns).sort(pl.all(), nulls_last=True).rows()


def test_what_is_no_longer_delivered_stays_with_the_day_it_was_first_missed() -> None:
    first = made([record("1"), record("2")])
    second = made([record("1")], first.rows)
    assert shown(second, "missing_since") == [("1", None), ("2", TODAY)]
    third = made([record("1")], second.rows, today=LATER)
    assert shown(third, "missing_since") == [("1", None), ("2", TODAY)]


def test_what_returns_is_missing_no_longer() -> None:
    first = made([record("1"), record("2")])
    second = made([record("1")], first.rows)
    assert made([record("1"), record("2")], second.rows).rows.equals(first.rows)


def test_what_was_not_asked_for_is_not_missing() -> None:
    first = made([record("1"), record("2", year=2010, filed=dt.date(2011, 2, 1))])
    second = made([record("1")], first.rows, is_asked=pl.col("period_end") >= dt.date(2016, 1, 1))
    assert shown(second, "missing_since") == [("1", None), ("2", None)]


def test_a_null_replaces_no_figure_of_the_same_filing() -> None:
    first = made([record("1")])
    second = made([record("1", revenue_usd=None)], first.rows)
    assert shown(second, "revenue_usd") == [("1", 100.0)]
    assert second.compared["cells_lost"].to_list() == [1]


def test_a_null_of_another_filing_stays_null() -> None:
    first = made([record("1")])
    again = record(
        "1", filed=dt.date(2024, 6, 3), version="restated", revenue_usd=None, total_assets_usd=400.0
    )
    second = made([record("1"), again], first.rows)
    assert shown(second, "version", "revenue_usd") == [("1", "original", 100.0), ("1", "restated", None)]


def test_another_figure_of_the_same_filing_replaces_the_former() -> None:
    first = made([record("1")])
    assert shown(made([record("1", revenue_usd=90.0)], first.rows), "revenue_usd") == [("1", 90.0)]


@pytest.mark.parametrize("corrected", [dt.date(2024, 2, 20), dt.date(2023, 12, 29), dt.date(2025, 1, 10)])
def test_a_corrected_filing_date_leaves_no_row_of_the_former(corrected: dt.date) -> None:
    first = made([record("1"), record("2")])
    second = made([record("1", filed=corrected), record("2")], first.rows)
    assert shown(second, "filing_date", "missing_since") == [("1", corrected, None), ("2", FILED, None)]
    assert set(second.moved_years) == {2024, second.rows.sort("source_entity_id")["year"][0]}


def test_a_filing_date_that_comes_as_null_stays_and_one_that_comes_late_replaces_the_assumed_one() -> None:
    first = made([record("1"), record("2", filed=None)])
    second = made([record("1", filed=None), record("2")], first.rows)
    assert shown(second, "filing_date", "missing_since") == [("1", FILED, None), ("2", FILED, None)]


def test_a_filing_with_other_figures_is_not_taken_for_a_corrected_date() -> None:
    first = made([record("1")])
    second = made([record("1", filed=dt.date(2024, 5, 1), revenue_usd=90.0)], first.rows)
    assert shown(second, "filing_date", "missing_since") == [
        ("1", FILED, TODAY),
        ("1", dt.date(2024, 5, 1), None),
    ]


def test_rows_follow_a_corrected_identity() -> None:
    first = made([record("1"), record("2")])
    # The company 2 turns out to be the company 1 under a line of its own.
    corrected = SECURITIES.with_columns(pl.col("entity_id").first())
    second = made([record("1"), record("2", year=2022, filed=dt.date(2023, 2, 1))], first.rows, corrected)
    assert second.rows["entity_id"].n_unique() == 1
    assert second.rows.select("period_end", "filing_date").is_unique().all()


def test_rows_of_a_renamed_id_continue_under_the_new_one() -> None:
    first = made([record("1"), record("1", year=2022, filed=dt.date(2023, 2, 1))])
    renamed = mint(spells(spell("c", "9", "A"), spell("b", "2", "B")), SECURITIES)
    second = made([record("9"), record("9", year=2022, filed=dt.date(2023, 2, 1))], first.rows, renamed)
    assert second.rows["entity_id"].unique().to_list() == first.rows["entity_id"].unique().to_list()
    assert shown(second, "missing_since") == [("9", None), ("9", None)]


def test_a_row_kept_yields_to_one_delivered_that_became_known_on_the_same_day() -> None:
    saturday, sunday = dt.date(2024, 2, 17), dt.date(2024, 2, 18)
    first = made([record("1", filed=sunday)])
    second = made([record("1", filed=saturday, revenue_usd=90.0)], first.rows)
    assert shown(second, "filing_date") == [("1", saturday)]
    assert second.refused["rule"].to_list() == ["superseded_on_the_same_day"]


def price(line: str, day: dt.date, close: float | None) -> dict[str, object]:
    return {
        **dict.fromkeys(PRICES_COLUMNS),
        "source_id": line,
        "source": "files",
        "date": day,
        "close_usd": close,
    }


def prices(rows: list[dict[str, object]], before: pl.DataFrame | None = None) -> pl.DataFrame:
    delivery = Delivery(pl.DataFrame(rows, schema=PRICES_COLUMNS))
    stored = None if before is None else Before(before, EVERYTHING, TODAY)
    return ingest.prices(delivery, SECURITIES, stored).rows


def test_a_month_has_one_price_that_of_its_latest_day() -> None:
    early, late = dt.date(2025, 11, 20), dt.date(2025, 11, 28)
    first = prices([price("a", early, 5.0)])
    second = prices([price("a", late, 6.0)], first)
    assert second.select("date", "close_usd", "missing_since").rows() == [(late, 6.0, None)]
    third = prices([price("a", early, 5.0)], second)
    assert third.select("date", "close_usd", "missing_since").rows() == [(late, 6.0, TODAY)]


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[dict[str, object]]]:
    """Several deliveries of some of the same filings, with some figures missing."""
    filings = [(company, year) for company in "12" for year in (2021, 2022, 2023)]
    several = []
    for _ in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(filings), unique=True))
        several.append(
            [
                record(
                    company,
                    dt.date(year + 1, 2, 15),
                    year,
                    revenue_usd=draw(st.sampled_from([None, float(year)])),
                )
                for company, year in chosen
            ]
        )
    return several


@examples(10)
@given(deliveries())
def test_whatever_comes_in_whatever_order_no_filing_and_no_figure_is_lost(
    several: list[list[dict[str, object]]],
) -> None:
    state, filings, figures = made([]).rows, set(), set()
    for delivered in several:
        state = made(delivered, state).rows
        filings |= {(row["source_entity_id"], row["period_end"]) for row in delivered}
        figures |= {
            (row["source_entity_id"], row["period_end"])
            for row in delivered
            if row["revenue_usd"] is not None
        }
        assert set(state.select("source_entity_id", "period_end").rows()) == filings
        assert state.height == len(filings)
        known = state.filter(pl.col("revenue_usd").is_not_null())
        assert set(known.select("source_entity_id", "period_end").rows()) == figures
        missing = state.filter(pl.col("missing_since").is_not_null())
        came = {(row["source_entity_id"], row["period_end"]) for row in delivered}
        assert set(missing.select("source_entity_id", "period_end").rows()) == filings - came
