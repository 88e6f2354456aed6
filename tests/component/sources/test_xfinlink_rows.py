"""The vendor's rows as ours: units, months compounded by hand, columns strictly typed, tickers spelled, lines
described.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.sources.base import (
    CONSTITUENTS_COLUMNS,
    FUNDAMENTALS_COLUMNS,
    PRICES_COLUMNS,
    REFUSED_SCHEMA,
    VENDOR_METRICS_COLUMNS,
)
from smallcap.sources.fetching import RefusedError, TransientError
from smallcap.sources.xfinlink.client import Received
from smallcap.sources.xfinlink.frames import Column, typed
from smallcap.sources.xfinlink.fundamentals import fundamentals_rows
from smallcap.sources.xfinlink.metrics import metrics_rows
from smallcap.sources.xfinlink.names import _spellings, holder_at
from smallcap.sources.xfinlink.payloads import from_payload, to_payload
from smallcap.sources.xfinlink.prices import monthly_rows
from smallcap.sources.xfinlink.reconcile import missing_rows, require_asked
from smallcap.sources.xfinlink.securities import securities_rows
from smallcap.sources.xfinlink.units import FUNDAMENTALS_READ, METRICS_READ, PRICES_READ
from smallcap.sources.xfinlink.wire import Answer
from tests.component.sources.crafted import ALIASES, RULES
from tests.tolerances import BY_HAND, EXACT

COLUMNS = {
    "entity_id": Column(pl.Int64(), is_nullable=False),
    "day": Column(pl.Date()),
    "value": Column(pl.Float64()),
    "text": Column(pl.String()),
}
WHOLE = {"entity_id": 1, "day": "2025-01-31", "value": 1.5, "text": "a"}


def came(*rows: dict[str, Any]) -> Received:
    return Received(pd.DataFrame(list(rows)), {}, "what was asked")


def served(columns: dict[str, Column], **values: object) -> pl.DataFrame:
    row = {name: values.get(name) for name in columns}
    return pl.DataFrame([row], schema={name: column.dtype for name, column in columns.items()}, orient="row")


def test_money_and_shares_of_statements_come_in_millions() -> None:
    rows = fundamentals_rows(
        served(FUNDAMENTALS_READ, entity_id=7, revenue=512.4, shares_outstanding=15.1, fiscal_year=2025)
    )
    assert rows.schema == FUNDAMENTALS_COLUMNS
    assert rows["revenue_usd"].item() == pytest.approx(512_400_000.0, rel=EXACT)
    assert rows["shares_outstanding"].item() == pytest.approx(15_100_000.0, rel=EXACT)
    assert rows["source_entity_id"].item() == "7"
    assert rows["currency"].item() == "USD"
    assert rows["total_assets_usd"].item() is None


def test_ratios_come_as_fractions_and_market_value_in_millions() -> None:
    rows = metrics_rows(
        served(METRICS_READ, entity_id=7, roe=0.1192, interest_coverage=7.4, market_cap=500.0)
    )
    assert rows.schema == VENDOR_METRICS_COLUMNS
    assert rows["roe"].item() == 0.1192
    assert rows["market_cap_period_end_usd"].item() == 500_000_000.0


def days(*rows: tuple[dt.date, float | None, float, float | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["date", "return_daily", "close", "split_ratio"], orient="row")
    return frame.select(
        entity_id=pl.lit(7, dtype=pl.Int64),
        date="date",
        close="close",
        adj_close=pl.col("close") / 2,
        return_daily=pl.col("return_daily").cast(pl.Float64),
        split_ratio=pl.col("split_ratio").cast(pl.Float64),
    )


def test_a_month_is_the_product_of_its_days_and_ends_with_its_last_session() -> None:
    january = [
        (dt.date(2025, 1, 2), 0.10, 11.0, None),
        (dt.date(2025, 1, 15), -0.05, 5.225, 2.0),
        (dt.date(2025, 1, 31), 0.02, 1.7765, 3.0),
    ]
    february = (dt.date(2025, 2, 28), 0.01, 1.8, None)
    rows = monthly_rows(days(february, *january))
    assert rows.schema == PRICES_COLUMNS
    assert rows["date"].to_list() == [dt.date(2025, 1, 31), dt.date(2025, 2, 28)]
    assert rows["total_return"].to_list() == pytest.approx([0.0659, 0.01], rel=BY_HAND)
    assert rows["split_ratio"].to_list() == [6.0, 1.0]
    assert rows["close_usd"].to_list() == [1.7765, 1.8]
    assert rows["adjusted_close_usd"].to_list() == [1.7765 / 2, 0.9]


def test_a_day_without_a_return_leaves_the_month_without_one() -> None:
    rows = monthly_rows(
        days((dt.date(2025, 1, 2), None, 10.0, None), (dt.date(2025, 1, 31), 0.02, 10.2, None))
    )
    assert rows["total_return"].to_list() == [None]
    assert rows["close_usd"].to_list() == [10.2]


@pytest.mark.parametrize("daily", [[-1.0, 0.5], [0.0, 0.0], [1e-9, 1e-9]])
def test_extreme_days_compound_too(daily: list[float]) -> None:
    rows = monthly_rows(
        days(*[(dt.date(2025, 1, 2 + n), value, 10.0, None) for n, value in enumerate(daily)])
    )
    first, second = daily
    assert rows["total_return"].item() == pytest.approx(first + second + first * second, rel=EXACT)


@given(st.lists(st.floats(-0.5, 1.0), min_size=1, max_size=23))
def test_compounding_is_the_product(daily: list[float]) -> None:
    rows = monthly_rows(
        days(
            *[
                (dt.date(2025, 1, 1) + dt.timedelta(days=n), value, 10.0, None)
                for n, value in enumerate(daily)
            ]
        )
    )
    growth = 1.0
    for value in daily:
        growth *= 1 + value
    assert 1 + rows["total_return"].item() == pytest.approx(growth, rel=EXACT)


def test_columns_are_taken_strictly_and_others_left_out() -> None:
    given = came(
        {"entity_id": 2, "day": "2025-01-31", "value": 1, "text": None, "surprise": 1},
        {"entity_id": 1, "day": None},
    )
    rows = typed(given, COLUMNS)
    assert rows.rows() == [(1, None, None, None), (2, dt.date(2025, 1, 31), 1.0, None)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"value": "12.5"}, "column value of the response is String, not Float64: it contains '12.5'"),
        ({"value": True}, "column value of the response is Boolean"),
        ({"text": 5}, "column text of the response is Int64"),
        ({"day": "31.01.2025"}, "column day of the response is not Date throughout"),
        ({"day": "25-01-31"}, "column day of the response is not Date throughout: it contains '25-01-31'"),
        ({"entity_id": None}, "have no entity_id"),
        ({"entity_id": 1.5}, "column entity_id of the response is not Int64 throughout"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(row: dict[str, object], told: str) -> None:
    with pytest.raises(RefusedError, match=rf"what was asked.*{told}"):
        typed(came({**WHOLE, **row}), COLUMNS)


@pytest.mark.parametrize(
    "day", [pd.Timestamp("2025-01-31", tz="Asia/Tokyo"), "2025-01-31T00:00:00+09:00", dt.date(2025, 1, 31)]
)
def test_a_moment_with_a_time_zone_is_the_day_of_that_zone(day: object) -> None:
    assert typed(came({**WHOLE, "day": day}), COLUMNS)["day"].to_list() == [dt.date(2025, 1, 31)]


def test_one_text_among_numbers_is_found() -> None:
    with pytest.raises(RefusedError, match=r"column value of the response.*'12.5'"):
        typed(came(WHOLE, {**WHOLE, "value": "12.5"}), COLUMNS)


def test_a_missing_column_is_named_and_an_uncertain_one_is_null() -> None:
    with pytest.raises(RefusedError, match=r"no column day, value, text; it has entity_id"):
        typed(came({"entity_id": 1}), COLUMNS)
    uncertain = {**COLUMNS, "value": Column(pl.Float64(), is_required=False)}
    assert typed(came({"entity_id": 1, "day": None, "text": "a"}), uncertain)["value"].to_list() == [None]


def test_a_word_that_is_not_known_is_refused() -> None:
    with pytest.raises(RefusedError, match="contains 'amended'; known values are original, restated"):
        typed(
            came({"version": "amended"}), {"version": Column(pl.String(), allowed=("original", "restated"))}
        )


def test_a_row_that_came_twice_is_a_page_that_was_repeated() -> None:
    with pytest.raises(TransientError, match="1 of 2 rows of the response occur twice"):
        typed(came(WHOLE, WHOLE), COLUMNS)


def test_a_payload_gives_back_every_digit() -> None:
    rows = typed(
        came({"entity_id": 1, "day": "2025-01-31", "value": 0.1 + 0.2, "text": 'a "b", <c>'}), COLUMNS
    )
    meta, again = from_payload(to_payload({"entity_id": [1]}, {"total": 1}, rows), COLUMNS)
    assert again.equals(rows)
    assert meta == {"total": 1}


def test_text_is_clean_when_it_is_read_and_the_payload_keeps_what_came() -> None:
    payload = to_payload({}, {}, typed(came({**WHOLE, "text": "ALPHA\x1b[2J\u202e CO"}), COLUMNS))
    assert from_payload(payload, COLUMNS)[1]["text"].to_list() == ["ALPHA[2J CO"]
    assert b"\x1b[2J" in payload


def test_halves_of_characters_do_not_cost_the_answer() -> None:
    answer = Answer(200, content=rb'{"data": {"name": "A\ud800B \ud83d\ude00", "value": 0.1}, "\uDFFF": 1}')
    assert answer.json() == {"data": {"name": "AB \U0001f600", "value": 0.1}, "": 1}


def test_rows_of_others_than_were_asked_for_are_refused() -> None:
    with pytest.raises(RefusedError, match=r"2 ids that were not requested, the first 5.*renumbered"):
        require_asked(pl.DataFrame({"entity_id": [1, 5, 6]}), [1, 2], "metrics of 2 ids")


def test_who_is_missing_is_written_down_with_the_reason() -> None:
    rows = missing_rows("metrics", {"7", "8"}, "nothing came", dt.date(2020, 1, 1), dt.date(2024, 12, 31))
    assert rows.schema == REFUSED_SCHEMA
    assert rows["year"].to_list() == [2024, 2024]
    assert '"asked_for":"7"' in rows["row_json"][0]
    assert '"reason":"nothing came"' in rows["row_json"][0]


@pytest.mark.parametrize(
    ("listed", "tried"),
    [
        ("BRK.B", {"BRKB": ["BRK.B", "BRK-B", "BRKB"]}),
        ("BRK-B", {"BRKB": ["BRK-B", "BRK.B", "BRKB"]}),
        ("brk b", {"BRKB": ["BRK.B", "BRK-B", "BRKB"]}),
        ("BRK/B", {"BRKB": ["BRK.B", "BRK-B", "BRKB"]}),
        ("BRKB", {"BRKB": ["BRKB", "BRK.B", "BRK-B"]}),
        ("MOGA", {"MOGA": ["MOGA", "MOG.A", "MOG-A"]}),
        ("AAON", {"AAON": ["AAON"]}),
        ("-", {}),
        ("../x?y=1", {}),
        ("A,B", {}),
        ("%2e%2e", {}),
    ],
)
def test_a_class_is_spelled_every_way_and_what_is_no_ticker_is_not_asked_for(
    listed: str, tried: dict[str, list[str]]
) -> None:
    assert _spellings([listed]) == tried


def test_a_recycled_ticker_is_whoever_carried_it_on_the_day() -> None:
    spells = pl.DataFrame(
        {
            "symbol": ["AAA", "AAA"],
            "entity_id": [1, 2],
            "valid_from": [dt.date(2000, 1, 1), dt.date(2015, 6, 1)],
            "valid_to": [dt.date(2012, 12, 31), None],
        }
    )
    asked = pl.DataFrame(
        {"symbol": ["AAA"] * 3, "day": [dt.date(2010, 1, 1), dt.date(2014, 1, 1), dt.date(2020, 1, 1)]}
    )
    assert holder_at(asked, spells)["holder"].to_list() == [1, None, 2]


def lines(*source_ids: str) -> pl.DataFrame:
    listed = {"snapshot_date": dt.date(2025, 1, 31), "name": "N", "sector": "Energy"}
    return pl.DataFrame(
        [{"source_id": one, "ticker": f"T{one}", **listed} for one in source_ids], schema=CONSTITUENTS_COLUMNS
    )


def spell(entity_id: int, cik: str | None) -> dict[str, object]:
    return {
        "symbol": f"T{entity_id}", "entity_id": entity_id, "name": "ALPHA", "cik": cik,
        "valid_from": dt.date(2015, 1, 2), "valid_to": None,
        "sector": "Energy", "sic": "1311", "gics": "10102020",
    }  # fmt: skip


def test_classes_of_one_company_go_by_its_issuer() -> None:
    spells = pl.DataFrame(
        [spell(11, "0001"), spell(12, "0001"), spell(13, None)], schema_overrides={"valid_to": pl.Date}
    )
    companies = pl.DataFrame({"entity_id": [11, 12, 13, 10], "cik": ["0001", "0001", None, "0001"]})
    rows = securities_rows(lines("11", "12", "13", "99"), [], spells, companies, RULES, ALIASES)
    by_line = {row["source_id"]: row for row in rows.iter_rows(named=True)}
    assert by_line["11"]["source_entity_id"] == by_line["12"]["source_entity_id"] == "10"
    assert by_line["13"]["source_entity_id"] == "13"
    assert [by_line[one]["is_resolved"] for one in ("11", "12", "13", "99")] == [True, True, False, False]
    assert "annual reports" in by_line["13"]["unresolved_reason"]
    assert by_line["99"]["valid_from"] == dt.date(2025, 1, 31)


def test_whoever_carried_a_named_ticker_is_described_though_no_list_has_it() -> None:
    spells = pl.DataFrame(
        [spell(11, "0001"), spell(12, "0002"), spell(13, "0003")], schema_overrides={"valid_to": pl.Date}
    )
    companies = pl.DataFrame({"entity_id": [11, 12, 13], "cik": ["0001", "0002", "0003"]})
    rows = securities_rows(lines("11"), ["t.12"], spells, companies, RULES, ALIASES)
    assert rows["source_id"].to_list() == ["11", "12"]


def test_every_read_column_of_prices_is_one_that_is_asked_for() -> None:
    from smallcap.sources.xfinlink.client import METRIC_FIELDS, PRICE_FIELDS

    assert set(PRICES_READ) == {"entity_id", "date", *PRICE_FIELDS}
    assert set(METRICS_READ) == {"entity_id", "period_end", *METRIC_FIELDS}
