"""Deliveries into raw tables: our ids, the partition, exact columns, and rows that cannot be placed."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from smallcap.errors import SmallcapError
from smallcap.sources import ingest
from smallcap.sources.base import (
    CONSTITUENTS_COLUMNS,
    FACTORS_COLUMNS,
    FUNDAMENTALS_COLUMNS,
    PRICES_COLUMNS,
    VENDOR_METRICS_COLUMNS,
    Delivery,
)
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.identity.ids import mint
from smallcap.tables import table
from tests.component.sources.test_identity import NOTHING_KNOWN, spell, spells
from tests.tolerances import EXACT

SECURITIES = mint(spells(spell("a", "1", "A"), spell("b", "2", "B")), NOTHING_KNOWN)
SESSIONS = pl.Series("session", [dt.date(2024, 2, day) for day in (15, 16, 20, 21, 22)])


def delivery(columns: dict[str, pl.DataType], *rows: dict[str, object]) -> Delivery:
    full = [{**dict.fromkeys(columns), "source": "files", **row} for row in rows]
    return Delivery(pl.DataFrame(full, schema=columns))


def listed(source_id: str, as_of: dt.date, market_value: float | None) -> dict[str, object]:
    return {
        "source_id": source_id,
        "as_of": as_of,
        "ticker": source_id.upper(),
        "snapshot_date": as_of,
        "market_value_usd": market_value,
    }


def record(company: str, filing_date: dt.date | None, **cells: object) -> dict[str, object]:
    fixed = {
        "version": "original",
        "is_value_restated": False,
        "is_blank_debt_zero": True,
        "is_debt_explained_zero": False,
        "period_end": dt.date(2023, 12, 31),
    }
    return {"source_entity_id": company, "filing_date": filing_date, **fixed, **cells}


def test_weights_are_shares_of_each_lists_market_value() -> None:
    may, june = dt.date(2025, 5, 31), dt.date(2026, 6, 30)
    made = ingest.constituents(
        delivery(
            CONSTITUENTS_COLUMNS,
            listed("a", may, 30.0),
            listed("b", may, 10.0),
            listed("a", june, 5.0),
            listed("b", june, None),
        ),
        SECURITIES,
        "russell2000",
    )
    rows = made.rows.sort("as_of", "ticker")
    assert rows.schema == table("raw.constituents").columns
    assert rows["weight"].to_list() == [
        pytest.approx(0.75, rel=EXACT),
        pytest.approx(0.25, rel=EXACT),
        pytest.approx(1.0, rel=EXACT),
        None,
    ]
    assert rows["year"].to_list() == [2025, 2025, 2026, 2026]
    assert rows["index_name"].unique().to_list() == ["russell2000"]
    assert table("raw.constituents").schema.validate(made.rows).height == 4


def test_a_line_that_was_never_minted_is_named() -> None:
    with pytest.raises(
        SmallcapError, match=r"1 rows of constituents name a source_id that raw\.securities does not have: zz"
    ):
        ingest.constituents(
            delivery(CONSTITUENTS_COLUMNS, listed("zz", dt.date(2025, 5, 31), 1.0)), SECURITIES, "russell2000"
        )


def test_a_record_becomes_known_at_the_session_after_its_filing() -> None:
    made = ingest.fundamentals(
        delivery(FUNDAMENTALS_COLUMNS, record("1", dt.date(2024, 2, 16)), record("2", None)),
        SECURITIES,
        SESSIONS,
        assumed_lag_days=90,
    ).rows
    assert made.schema == table("raw.fundamentals").columns
    known = dict(
        made.join(SECURITIES.select("entity_id", "source_entity_id"), on="entity_id")
        .select("source_entity_id", "available_date")
        .rows()
    )
    assert known == {
        "1": dt.date(2024, 2, 20),
        "2": dt.date(2024, 3, 30),
    }  # the 19th was a holiday; 90 days after year end
    assert made.sort("available_date")["is_available_date_assumed"].to_list() == [False, True]
    assert table("raw.fundamentals").schema.validate(made).height == 2


@pytest.mark.parametrize("in_order", [True, False])
def test_of_two_filings_known_on_one_day_the_later_stands(in_order: bool) -> None:
    rows = [
        record("1", dt.date(2024, 2, 16), revenue_usd=1.0),
        record("1", dt.date(2024, 2, 18), revenue_usd=2.0),
    ]
    made = ingest.fundamentals(
        delivery(FUNDAMENTALS_COLUMNS, *(rows if in_order else rows[::-1])), SECURITIES, SESSIONS, 90
    )
    assert made.rows["revenue_usd"].to_list() == [2.0]
    assert made.refused["rule"].to_list() == ["superseded_on_the_same_day"]
    assert made.refused["year"].to_list() == [2024]
    assert json.loads(made.refused["row_json"][0])["revenue_usd"] == 1.0


def test_served_ratios_become_known_with_the_first_record_of_their_period() -> None:
    records = ingest.fundamentals(
        delivery(
            FUNDAMENTALS_COLUMNS,
            record("1", dt.date(2024, 2, 20)),
            record("1", dt.date(2024, 2, 15), version="restated"),
        ),
        SECURITIES,
        SESSIONS,
        90,
    ).rows
    served = [
        {"source_entity_id": company, "period_end": dt.date(2023, 12, 31), "roe": 0.1}
        for company in ("1", "2")
    ]
    made = ingest.vendor_metrics(delivery(VENDOR_METRICS_COLUMNS, *served), SECURITIES, records)
    assert made.rows.schema == table("raw.vendor_metrics").columns
    assert made.rows["available_date"].to_list() == [dt.date(2024, 2, 16)]
    assert made.refused.select("year", "rule").rows() == [(2023, "no_fundamentals_row")]
    assert json.loads(made.refused["row_json"][0])["source_entity_id"] == "2"


def test_prices_stand_in_the_year_of_their_date() -> None:
    made = ingest.prices(
        delivery(PRICES_COLUMNS, {"source_id": "a", "date": dt.date(2025, 12, 31), "close_usd": 3.0}),
        SECURITIES,
    ).rows
    assert made.schema == table("raw.prices").columns
    assert made.select("year", "close_usd").rows() == [(2025, 3.0)]


def test_silent_sources_give_empty_tables_in_exact_columns() -> None:
    empty = {
        columns: delivery(columns_of)
        for columns, columns_of in (("metrics", VENDOR_METRICS_COLUMNS), ("factors", FACTORS_COLUMNS))
    }
    assert ingest.vendor_metrics(empty["metrics"], SECURITIES, table("raw.fundamentals").empty()).rows.equals(
        table("raw.vendor_metrics").empty()
    )
    assert ingest.factors(empty["factors"]).rows.equals(table("raw.factors").empty())


def test_sessions_leave_out_weekends_and_holidays() -> None:
    # the exchange was closed on Good Friday, 18 April 2025, and on 9 January 2025, a day of mourning
    april = nyse_sessions(dt.date(2025, 4, 16), dt.date(2025, 4, 22)).to_list()
    assert april == [dt.date(2025, 4, 16), dt.date(2025, 4, 17), dt.date(2025, 4, 21), dt.date(2025, 4, 22)]
    assert dt.date(2025, 1, 9) not in nyse_sessions(dt.date(2025, 1, 2), dt.date(2025, 1, 31)).to_list()
    assert nyse_sessions(dt.date(2025, 4, 18), dt.date(2025, 4, 20)).to_list() == []
