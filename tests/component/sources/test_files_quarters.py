"""Quarterly statements of an input folder: found by name, optional, read like annual ones."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.base import QUARTERLY_FUNDAMENTALS_COLUMNS
from tests.component.sources.crafted import fundamentals_frame, holdings, line, open_folder, write_folder

EVER = (dt.date(1990, 1, 1), dt.date(2030, 1, 1))
QUARTER: dict[str, object] = {
    "period_end": "2024-03-31",
    "filing_date": "2024-05-08",
    "restated_date": None,
    "revenue": 250_000,
    "operating_cash_flow": None,
    "operating_cash_flow_year_to_date": 12_000,
    "fiscal_year_start": "2024-01-01",
}


def quarters(*rows: dict[str, object]) -> pl.DataFrame:
    return fundamentals_frame(*({**QUARTER, **row} for row in rows))


def folder(path: Path, table: pl.DataFrame, name: str = "fundamentals/quarterly.csv") -> Path:
    return write_folder(
        path,
        {
            "ishares/IWM_2025-05-13.csv": holdings([line()]),
            "fundamentals/annual.csv": fundamentals_frame({}),
            name: table,
        },
    )


@pytest.mark.parametrize(
    "name",
    [
        "fundamentals/quarterly.csv",
        "fundamentals/quarterly.parquet",
        "my_quarterly.csv",
        "quarters.csv",
        "x.csv",
    ],
)
def test_quarters_are_found_and_read(tmp_path: Path, name: str) -> None:
    table = quarters({})
    if name.endswith("parquet"):
        days = pl.col("period_end", "filing_date", "restated_date", "fiscal_year_start")
        table = table.with_columns(days.cast(pl.String).str.to_date())
    source = open_folder(folder(tmp_path, table, name))
    rows = source.quarterly_fundamentals(*EVER).rows
    assert rows.schema == QUARTERLY_FUNDAMENTALS_COLUMNS
    assert "quarterly_fundamentals" not in source.absent
    row = rows.row(0, named=True)
    assert (row["source_entity_id"], row["period_end"]) == ("11", dt.date(2024, 3, 31))
    assert (row["revenue_usd"], row["operating_cash_flow_year_to_date_usd"]) == (250_000.0, 12_000.0)
    assert (row["operating_cash_flow_usd"], row["fiscal_year_start"]) == (None, dt.date(2024, 1, 1))
    assert (row["version"], row["currency"]) == ("original", "USD")
    # The annual table is not mixed with it.
    assert source.fundamentals(*EVER).rows["period_end"].to_list() == [dt.date(2023, 12, 31)]


def test_a_folder_without_quarters_delivers_none_and_says_so_without_a_warning(tmp_path: Path) -> None:
    files: dict[str, bytes | pl.DataFrame] = {"ishares/a.csv": holdings([line()])}
    source = open_folder(write_folder(tmp_path, files))
    delivered = source.quarterly_fundamentals(*EVER)
    assert delivered.rows.is_empty()
    assert delivered.rows.schema == QUARTERLY_FUNDAMENTALS_COLUMNS
    assert delivered.notices == ()
    assert "quarterly_fundamentals" in source.absent


def test_a_quarter_of_a_company_without_annual_records_is_refused(tmp_path: Path) -> None:
    source = open_folder(folder(tmp_path, quarters({}, {"entity_id": 99, "ticker": "ZZZ"})))
    delivered = source.quarterly_fundamentals(*EVER)
    assert delivered.rows["source_entity_id"].to_list() == ["11"]
    refused = delivered.refused.row(0, named=True)
    assert (refused["rule"], refused["year"]) == ("company_without_annual_record", 2024)
    assert json.loads(refused["row_json"])["entity_id"] == "99"


def test_a_flow_is_given_for_three_months_or_for_the_year_to_date(tmp_path: Path) -> None:
    without = quarters({}).drop("operating_cash_flow")
    assert open_folder(folder(tmp_path / "a", without)).quarterly_fundamentals(*EVER).rows.height == 1
    neither = without.drop("operating_cash_flow_year_to_date")
    with pytest.raises(InputError, match="operating_cash_flow"):
        open_folder(folder(tmp_path / "b", neither)).quarterly_fundamentals(*EVER)


def test_the_same_quarter_twice_is_an_error_that_names_both_rows(tmp_path: Path) -> None:
    source = open_folder(folder(tmp_path, quarters({}, {"revenue": 1})))
    with pytest.raises(InputError, match=r"quarterly_fundamentals table has the same key.*row 1.*row 2"):
        source.quarterly_fundamentals(*EVER)


def test_a_10_q_that_is_newer_than_everything_else_moves_the_clock(tmp_path: Path) -> None:
    newest = quarters(
        {"period_end": "2025-06-30", "filing_date": "2025-07-30", "fiscal_year_start": "2025-01-01"}
    )
    source = open_folder(folder(tmp_path, newest))
    assert source.clock == dt.date(2025, 7, 30)
    assert source.quarterly_fundamentals(*EVER).rows.height == 1
