"""Years that are written in parts: each file is done before the next rows come, and one commit names all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from smallcap.lake import Lake, store
from smallcap.lake.delta import commit_rows, create_delta
from smallcap.lake.encodings import DEFAULT
from smallcap.lake.parts import commit_parts
from smallcap.lake.spill import SPILL_PREFIX
from smallcap.lake.stamps import Stamp
from smallcap.tables import TABLES
from smallcap.warehouse.catalogue import conform

PRICES = TABLES["raw.prices"]
YEARS = [2020, 2021, 2022]


def prices(year: int, lines: int = 50) -> pl.DataFrame:
    """Rows of raw.prices of one year."""
    own = pl.DataFrame({"security_id": range(lines)}).with_columns(
        year=year,
        date=dt.date(year, 6, 30),
        close_usd=pl.col("security_id") + year / 7,
        source=pl.lit("test"),
    )
    return conform(own, PRICES)


def test_the_files_are_those_that_one_commit_of_all_rows_writes(tmp_path, monkeypatch):
    in_parts, at_once = Lake(tmp_path / "parts"), Lake(tmp_path / "once")
    in_parts.write_years(PRICES.name, map(prices, YEARS), YEARS, "run")
    monkeypatch.setattr(store, "commit_parts", commit_rows)
    at_once.write_years(PRICES.name, map(prices, YEARS), YEARS, "run")
    assert [file.read_bytes() for file in in_parts.files(PRICES.name)] == [
        file.read_bytes() for file in at_once.files(PRICES.name)
    ]
    assert in_parts.version(PRICES.name) == at_once.version(PRICES.name)
    assert in_parts.stamp(PRICES.name) == at_once.stamp(PRICES.name)
    assert _statistics(in_parts) == _statistics(at_once)


def test_a_file_is_complete_before_the_rows_of_the_next_year_are_taken(table):
    delta, path = table
    seen = []

    def batches() -> Iterator[pa.RecordBatch]:
        """Give the years one by one, and note whose files are there."""
        for year in YEARS:
            seen.append(sorted(int(file.parent.name[-4:]) for file in path.glob("year=*/*.parquet")))
            yield _batch(year)

    commit_parts(delta, path, _reader(batches()), YEARS, Stamp(), DEFAULT)
    assert seen == [[], [2020], [2020, 2021]]


def test_a_year_without_rows_is_emptied_and_others_stay(tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.write_years(PRICES.name, map(prices, YEARS), YEARS, "first")
    lake.write_years(PRICES.name, (prices(year, 7) for year in (2019, 2021)), [2019, 2021, 2022], "second")
    rows = lake.read(PRICES.name).group_by("year").len().sort("year")
    assert rows.rows() == [(2019, 7), (2020, 50), (2021, 7)]


def test_a_table_of_an_older_release_gets_its_new_column(table):
    delta, path = table
    rows = _batch(2020).append_column("added", pa.array(range(50)))
    commit_parts(
        delta, path, pa.RecordBatchReader.from_batches(rows.schema, [rows]), [2020], Stamp(), DEFAULT
    )
    assert "added" in [field.name for field in DeltaTable(path).schema().fields]


def test_rows_that_cannot_be_written_leave_the_table_and_no_folder(table):
    delta, path = table

    def batches() -> Iterator[pa.RecordBatch]:
        """Give one year and fail."""
        yield _batch(2020)
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        commit_parts(delta, path, _reader(batches()), YEARS, Stamp(), DEFAULT)
    assert DeltaTable(path).version() == 0
    assert not list(path.parents[1].glob(f"{SPILL_PREFIX}*"))


@pytest.fixture
def table(tmp_path: Path) -> tuple[DeltaTable, Path]:
    """A table without rows, and its folder."""
    path = tmp_path / "lake" / "raw" / "prices"
    return create_delta(path, PRICES), path


def _batch(year: int) -> pa.RecordBatch:
    return prices(year).to_arrow().combine_chunks().to_batches()[0]


def _reader(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(_batch(2020).schema, batches)


def _statistics(lake: Lake) -> Sequence[dict[str, object]]:
    opened = DeltaTable(lake.folder(PRICES.name))
    described = pl.DataFrame(opened.get_add_actions(flatten=True)).sort("partition.year")
    return described.drop("path", "modification_time").to_dicts()
