"""Canonical tables: CSV and Parquet read alike, and what is wrong is named by file, row and column."""

from __future__ import annotations

import datetime as dt
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.sources.files.canonical_tables import CONSTITUENTS, FUNDAMENTALS, PRICES, CanonicalTable
from smallcap.sources.files.quarterly_table import QUARTERLY_FUNDAMENTALS
from smallcap.sources.files.table_reader import read_table
from tests.component.sources.crafted import fundamentals_frame
from tests.paths import PROJECT_ROOT

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
    from_parquet = read_table(as_parquet(with_dates(frame)), f"{FILE}.parquet", FUNDAMENTALS)
    assert from_parquet.drop("line").equals(from_csv.drop("line"))
    assert (from_csv["line"].to_list(), from_parquet["line"].to_list()) == ([2, 3], [None, None])
    assert from_csv.select("entity_id", "period_end", "long_term_debt", "row").rows() == [
        ("11", dt.date(2023, 12, 31), None, 1),
        ("11", dt.date(2023, 12, 31), 2.5, 2),
    ]


ZONES = ["Europe/Berlin", "Asia/Tokyo", "America/New_York"]


@pytest.mark.parametrize("zone", ZONES)
def test_moments_with_a_time_zone_are_the_days_of_that_zone(zone: str) -> None:
    frame = fundamentals_frame({"shares_outstanding_date": "2024-01-31"})
    days = with_dates(frame)
    moments = days.with_columns(pl.col(pl.Date).cast(pl.Datetime("us")).dt.replace_time_zone(zone))
    from_parquet = read_table(as_parquet(moments), f"{FILE}.parquet", FUNDAMENTALS)
    assert from_parquet.drop("line").equals(
        read_table(as_csv(frame), f"{FILE}.csv", FUNDAMENTALS).drop("line")
    )


@pytest.mark.parametrize("table", [PRICES, CONSTITUENTS])
def test_moments_in_every_table_are_local_days_in_text_and_in_parquet(table: CanonicalTable) -> None:
    row = {"ticker": "A", "name": "A CORP", "adj_close": "1", table.dated_by: "2025-02-01T00:00:00+09:00"}
    midnight = pl.lit(dt.datetime(2025, 2, 1)).dt.replace_time_zone("Asia/Tokyo")
    frame = pl.DataFrame([row])
    for payload, name in (
        (as_csv(frame), "p.csv"),
        (as_parquet(frame.with_columns(midnight.alias(table.dated_by))), "p.parquet"),
    ):
        assert read_table(payload, name, table)[table.dated_by].to_list() == [dt.date(2025, 2, 1)]


@pytest.mark.parametrize("written", ["24-03-15", "15/03/24", "0024-03-15"])
def test_a_year_of_two_digits_is_refused_with_the_form_that_is_expected(written: str) -> None:
    payload = as_csv(fundamentals_frame({}, {"filing_date": written}))
    place = rf"{FILE}\.csv, row 2 \(the header not counted\), line 3, column 'filing_date'"
    expected = rf"{place}: '{written}' is not a date \(YYYY-MM-DD, "
    with pytest.raises(InputError, match=expected + "the year with four digits"):
        read_table(payload, f"{FILE}.csv", FUNDAMENTALS)


@pytest.mark.parametrize("cells", [1, 2, -1])
def test_a_row_that_is_cut_off_is_refused_and_no_debt_is_made_up(cells: int) -> None:
    lines = as_csv(fundamentals_frame({}, {})).decode().splitlines()
    width = len(lines[0].split(","))
    lines[2] = ",".join([*lines[2].split(","), ""]) if cells < 0 else ",".join(lines[2].split(",")[:-cells])
    with pytest.raises(
        InputError, match=rf"{FILE}\.csv, row 2 .*, line 3: {width - cells} cells instead of {width}"
    ):
        read_table("\n".join(lines).encode(), f"{FILE}.csv", FUNDAMENTALS)


def test_every_kind_of_line_end_reads_alike() -> None:
    payload = as_csv(fundamentals_frame({}, {"ticker": "XY"}))
    read = read_table(payload, f"{FILE}.csv", FUNDAMENTALS)
    for line_end in (b"\r\n", b"\r"):
        assert read_table(payload.replace(b"\n", line_end) + line_end, f"{FILE}.csv", FUNDAMENTALS).equals(
            read
        )


def test_columns_that_the_table_does_not_know_may_be_there_twice_or_without_a_name() -> None:
    payload = b"ticker,date,note,adj_close,note,,\nA,2025-01-31,x,1,y,,\n"
    assert read_table(payload, "p.csv", PRICES)["adj_close"].to_list() == [1.0]
    with pytest.raises(InputError, match="column date is in the header more than once"):
        read_table(b"ticker,date,date,adj_close\nA,2025-01-31,2025-02-28,1\n", "p.csv", PRICES)


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


@pytest.mark.parametrize(
    "dropped", ["net_income", "total_assets", "filing_date", "entity_id", "shareholders_equity"]
)
def test_a_missing_column_is_named(dropped: str) -> None:
    with pytest.raises(
        InputError, match=rf"^fundamentals file {FILE}\.csv is missing the column {dropped}\. docs"
    ):
        read_table(as_csv(fundamentals_frame({}).drop(dropped)), f"{FILE}.csv", FUNDAMENTALS)


def test_all_missing_columns_are_named_in_one_message() -> None:
    with pytest.raises(
        InputError,
        match="is missing the columns revenue, net_income, interest_expense or net_interest_expense",
    ):
        read_table(
            as_csv(fundamentals_frame({}).drop("revenue", "net_income", "net_interest_expense")),
            f"{FILE}.csv",
            FUNDAMENTALS,
        )


@pytest.mark.some_cases(6)
@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("revenue", "n.m.", "row 2 .*column 'revenue': 'n.m.' is not a number"),
        ("total_assets", "1,234", "row 2 .*column 'total_assets': '1,234' is not a number"),
        ("net_income", "inf", "row 2 .*column 'net_income': 'inf' is not a number"),
        ("period_end", "31/12/2023", "row 2 .*column 'period_end': '31/12/2023' is not a date"),
        ("filing_date", "2024-02-30", "row 2 .*column 'filing_date': '2024-02-30' is not a date"),
        ("period_end", "", "row 2 .*column 'period_end': blank"),
        ("entity_id", "", "row 2 .*column 'entity_id': blank"),
        ("ticker", " ", "row 2 .*column 'ticker': blank"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_wrong_cell_is_named_by_file_row_and_column(
    column: str, cell: str, message: str, suffix: str
) -> None:
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
        (
            b"ticker,date,adj_close,Date\nA,2025-01-31,1,2\n",
            "p.csv",
            "column date is in the header more than once",
        ),
    ],
)
def test_an_unreadable_file_is_named(payload: bytes, name: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^prices file {name}.*{message}"):
        read_table(payload, name, PRICES)


def test_a_header_alone_gives_no_rows_in_exact_types() -> None:
    empty = read_table(b"\xef\xbb\xbfTicker,Date,Adj_Close\n", "p.csv", PRICES)
    assert empty.height == 0
    assert empty.schema == read_table(b"ticker,date,adj_close\nA,2025-01-31,1\n", "p.csv", PRICES).schema


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=8)
)
def test_numbers_survive_a_csv_exactly(values: list[float | None]) -> None:
    frame = pl.DataFrame(
        {"ticker": "A", "date": "2025-01-31", "adj_close": pl.Series(values, dtype=pl.Float64)}
    )
    assert read_table(as_csv(frame), "p.csv", PRICES)["adj_close"].to_list() == values


def test_the_documentation_shows_the_columns_as_they_are() -> None:
    page = (PROJECT_ROOT / "docs" / "files-preset.md").read_text(encoding="utf-8")
    for table in (FUNDAMENTALS, QUARTERLY_FUNDAMENTALS, PRICES, CONSTITUENTS):
        assert table.markdown() in page
