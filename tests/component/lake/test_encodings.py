"""The encodings of Parquet files: dictionaries where values repeat, streams of bytes where they do not."""

import datetime as dt

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from smallcap.lake import Lake
from smallcap.lake.encodings import mostly_distinct
from smallcap.tables import TABLES

PRICES = TABLES["raw.prices"]
LINES = 2_000
MONTHS = 12


def year_of_prices() -> pl.DataFrame:
    """Twelve months of lines: each adjusted close is another, the close one of few, splits are unknown."""
    rows = pl.DataFrame({"row": range(LINES * MONTHS)})
    month, line = pl.col("row") // LINES, pl.col("row") % LINES
    return rows.select(
        pl.lit(2020, pl.Int32).alias("year"),
        line.cast(pl.Int64).alias("security_id"),
        pl.date(2020, month + 1, 28).alias("date"),
        (1.0 + line % 50).alias("close_usd"),
        (pl.col("row") + 1.0).sqrt().alias("adjusted_close_usd"),
        pl.lit(None, pl.Float64).alias("split_ratio"),
        pl.lit(None, pl.Float64).alias("median_dollar_volume_usd"),
        pl.when(line % 2 == 0).then(((pl.col("row") + 2.0) / 7.0).sin()).alias("total_return"),
        pl.lit("test").alias("source"),
        line.cast(pl.String).alias("source_id"),
        pl.lit(None, pl.Date).alias("missing_since"),
    ).select(list(PRICES.columns))


@pytest.fixture
def written(tmp_path):
    """A lake with that year."""
    lake = Lake(tmp_path / "lake")
    lake.write_years("raw.prices", year_of_prices(), [2020], "first")
    return lake


def encodings(lake: Lake) -> dict[str, tuple[str, ...]]:
    """The encodings of each column of the one file."""
    (file,) = lake.files("raw.prices")
    group = pq.ParquetFile(file).metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    return {column.path_in_schema: column.encodings for column in columns}


def test_doubles_that_differ_from_row_to_row_are_stored_as_streams_of_bytes_and_the_rest_in_dictionaries(
    written,
):
    found = encodings(written)
    split = {name for name, used in found.items() if "BYTE_STREAM_SPLIT" in used}
    assert split == {"adjusted_close_usd", "total_return"}
    assert {name for name, used in found.items() if "RLE_DICTIONARY" in used} >= {
        "security_id",
        "close_usd",
        "source",
    }


def test_a_year_is_one_row_group_so_that_a_figure_repeated_on_every_date_is_stored_once(written):
    (file,) = written.files("raw.prices")
    assert pq.ParquetFile(file).metadata.num_row_groups == 1


def test_polars_and_duckdb_read_every_value_back_as_it_was_written(written):
    expected = year_of_prices().sort("date", "security_id")
    assert_frame_equal(written.read("raw.prices"), expected, check_exact=True)
    (file,) = written.files("raw.prices")
    served = duckdb.sql(f"FROM read_parquet('{file}', hive_partitioning = false)").pl()
    assert_frame_equal(served, expected.drop("year").select(served.columns), check_exact=True)


def test_the_shares_are_of_known_values_and_a_column_without_any_is_not_distinct():
    known = [1.5, 2.5, None, None, None, None]
    frame = pl.DataFrame(
        {"differs": known, "repeats": [1.5] * 6, "unknown": [None] * 6},
        schema_overrides={"unknown": pl.Float64},
    )
    assert mostly_distinct(frame) == ["differs"]


def test_the_choice_is_made_again_by_each_write_from_its_own_rows(written):
    later = year_of_prices().with_columns(
        pl.lit(2021, pl.Int32).alias("year"),
        pl.col("date").dt.offset_by("1y"),
        pl.lit(0.5).alias("adjusted_close_usd"),
    )
    written.write_years("raw.prices", later, [2021], "second")
    newest = written.files("raw.prices")[-1]
    group = pq.ParquetFile(newest).metadata.row_group(0)
    used = {group.column(n).path_in_schema: group.column(n).encodings for n in range(group.num_columns)}
    assert "RLE_DICTIONARY" in used["adjusted_close_usd"]
    assert dt.date(2021, 1, 28) in written.read("raw.prices", [2021])["date"].to_list()
