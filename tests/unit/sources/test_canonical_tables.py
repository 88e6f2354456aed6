"""Canonical tables: CSV and Parquet read alike, and what is wrong is named by file, row and column."""

from __future__ import annotations

import datetime as dt
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.settings import PROJECT_ROOT
from smallcap.sources.canonical_tables import CONSTITUENTS, FUNDAMENTALS, PRICES, read_table
from tests.unit.sources.crafted import fundamentals_frame

FILE = "fundamentals/annual"


def as_csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()


def as_parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("^.*(_date|_end)$").str.to_date())


def test_csv_and_parquet_read_alike() -> None:
    frame = fundamentals_frame({}, {"ticker": "XY.A", "long_term_debt": 2.5, "filing_date": None})
    from_csv = read_table(as_csv(frame), f"{FILE}.csv", FUNDAMENTALS)
    assert read_table(as_parquet(with_dates(frame)), f"{FILE}.parquet", FUNDAMENTALS).equals(from_csv)
    assert from_csv.select("entity_id", "period_end", "long_term_debt", "row").rows() == [
        ("11", dt.date(2023, 12, 31), None, 1),
        ("11", dt.date(2023, 12, 31), 2.5, 2),
    ]


def test_extra_columns_are_left_out_and_optional_ones_are_null() -> None:
    frame = fundamentals_frame({}).with_columns(analyst_note=pl.lit("buy"))
    read = read_table(as_csv(frame), f"{FILE}.csv", FUNDAMENTALS)
    assert "analyst_note" not in read.columns
    assert read["goodwill"].to_list() == [None]


def test_ids_read_alike_as_whole_numbers_floats_and_text() -> None:
    for ids in (pl.lit(7), pl.lit(7.0), pl.lit("7")):
        frame = with_dates(fundamentals_frame({}).with_columns(entity_id=ids))
        assert read_table(as_parquet(frame), f"{FILE}.parquet", FUNDAMENTALS)["entity_id"].to_list() == ["7"]


def test_not_a_number_is_missing() -> None:
    frame = with_dates(fundamentals_frame({}).with_columns(revenue=pl.lit(float("nan"))))
    assert read_table(as_parquet(frame), f"{FILE}.parquet", FUNDAMENTALS)["revenue"].to_list() == [None]
    assert read_table(as_csv(frame), f"{FILE}.csv", FUNDAMENTALS)["revenue"].to_list() == [None]


@pytest.mark.parametrize("dropped", ["net_income", "total_assets", "filing_date", "entity_id", "shareholders_equity"])
def test_a_missing_column_is_named(dropped: str) -> None:
    with pytest.raises(InputError, match=rf"^fundamentals file {FILE}\.csv lacks the column {dropped}\. docs"):
        read_table(as_csv(fundamentals_frame({}).drop(dropped)), f"{FILE}.csv", FUNDAMENTALS)


def test_all_missing_columns_are_named_in_one_message() -> None:
    with pytest.raises(InputError, match="lacks the columns revenue, net_income, interest_expense or net_interest_expense"):
        read_table(as_csv(fundamentals_frame({}).drop("revenue", "net_income", "net_interest_expense")), f"{FILE}.csv", FUNDAMENTALS)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("revenue", "n.m.", "row 2 .*column 'revenue': 'n.m.' is not a number"),
        ("total_assets", "1,234", "row 2 .*column 'total_assets': '1,234' is not a number"),
        ("net_income", "inf", "row 2 .*column 'net_income': 'inf' is not a number"),
        ("period_end", "31/12/2023", "row 2 .*column 'period_end': '31/12/2023' is not a date"),
        ("filing_date", "2024-02-30", "row 2 .*column 'filing_date': '2024-02-30' is not a date"),
        ("period_end", "", "row 2, column 'period_end': blank"),
        ("entity_id", "", "row 2, column 'entity_id': blank"),
        ("ticker", " ", "row 2, column 'ticker': blank"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_wrong_cell_is_named_by_file_row_and_column(column: str, cell: str, message: str, suffix: str) -> None:
    good = fundamentals_frame({}).cast(pl.String)
    frame = pl.concat([good, good.with_columns(pl.lit(cell).alias(column))])
    payload = as_csv(frame) if suffix == "csv" else as_parquet(frame)
    with pytest.raises(InputError, match=rf"^fundamentals file {FILE}\.{suffix}, {message}"):
        read_table(payload, f"{FILE}.{suffix}", FUNDAMENTALS)


@pytest.mark.parametrize("column", ["revenue", "period_end"])
def test_a_column_of_the_wrong_type_is_refused(column: str) -> None:
    frame = with_dates(fundamentals_frame({})).with_columns(pl.lit(True).alias(column))
    with pytest.raises(InputError, match=f"row 1 .*column '{column}'"):
        read_table(as_parquet(frame), f"{FILE}.parquet", FUNDAMENTALS)


@pytest.mark.parametrize(
    ("payload", "name", "message"),
    [
        (b"PAR1 cut off", "p.parquet", "is not readable as Parquet"),
        (b"ticker,date,adj_close\nA,2025-01-31,1\n", "p.parquet", "is not readable as Parquet"),
        (b"", "p.csv", "is not readable as CSV"),
        (b"ticker,date,adj_close,Date\nA,2025-01-31,1,2\n", "p.csv", "column date stands in the header more than once"),
    ],
)
def test_an_unreadable_file_is_named(payload: bytes, name: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^prices file {name}.*{message}"):
        read_table(payload, name, PRICES)


def test_a_header_alone_gives_no_rows_in_exact_types() -> None:
    empty = read_table(b"\xef\xbb\xbfTicker,Date,Adj_Close\n", "p.csv", PRICES)
    assert empty.height == 0
    assert empty.schema == read_table(b"ticker,date,adj_close\nA,2025-01-31,1\n", "p.csv", PRICES).schema


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=8))
def test_numbers_survive_a_csv_exactly(values: list[float | None]) -> None:
    frame = pl.DataFrame({"ticker": "A", "date": "2025-01-31", "adj_close": pl.Series(values, dtype=pl.Float64)})
    assert read_table(as_csv(frame), "p.csv", PRICES)["adj_close"].to_list() == values


def test_the_documentation_shows_the_columns_as_they_are() -> None:
    page = (PROJECT_ROOT / "docs" / "files-preset.md").read_text(encoding="utf-8")
    for table in (FUNDAMENTALS, PRICES, CONSTITUENTS):
        assert table.markdown() in page
