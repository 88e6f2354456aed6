"""How a table's Parquet files are encoded, chosen from the rows that are written.

Figures and alternatives are in docs/decisions/0022-one-row-group-per-year.md.
"""

from __future__ import annotations

import polars as pl
from deltalake import ColumnProperties, WriterProperties

ROW_GROUP_ROWS = 1 << 20
"""More than a year of any table has, so that a year's file is one row group.

Monthly rows repeat the figures of one annual report. One dictionary for the year stores each of them once; a
smaller row group would store them again for every date. A reader of one date needs no more time than with a
row group per date.
"""
MOSTLY_DISTINCT = 0.6
"""Share of distinct values above which doubles take less space without a dictionary.

With one they take 8 bytes for each distinct value and about 2 for each row. Without one, their bytes stored
in separate streams compress to about 7 for each row.
"""
_SPLIT = ColumnProperties(dictionary_enabled=False, encoding="BYTE_STREAM_SPLIT")


DEFAULT = WriterProperties(compression="ZSTD", max_row_group_size=ROW_GROUP_ROWS)


def writer_properties(rows: pl.DataFrame) -> WriterProperties:
    """Choose the encodings of a write: dictionaries, except for doubles that hardly repeat.

    Parameters
    ----------
    rows
        Rows of the table. The first year among them decides for all: a column repeats in each year alike, and
        a poor choice costs size alone.
    """
    split = dict.fromkeys(mostly_distinct(_first_year(rows)), _SPLIT)
    if not split:
        return DEFAULT
    return WriterProperties(compression="ZSTD", max_row_group_size=ROW_GROUP_ROWS, column_properties=split)


def mostly_distinct(rows: pl.DataFrame) -> list[str]:
    """Name the columns of doubles most of whose known values differ from each other."""
    doubles = rows.select(pl.col(pl.Float64))
    if doubles.is_empty():
        return []
    # An estimate of the number of distinct values is good enough, and takes a tenth of the time of counting.
    known = pl.all().count()
    is_distinct = (known > 0) & (pl.all().drop_nulls().approx_n_unique() > MOSTLY_DISTINCT * known)
    return [name for name, is_one in doubles.select(is_distinct).row(0, named=True).items() if is_one]


def _first_year(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("year") == pl.col("year").first()) if "year" in rows.columns else rows
