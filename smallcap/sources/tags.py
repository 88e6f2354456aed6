"""Matches the concepts that a source names with the stored records that they are of. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from smallcap.tables import TABLES

TABLE: Final = TABLES["raw.fundamental_tags"]
_NAMED: Final = ("source", "source_entity_id", "period_end", "version", "filing_date")
"""What names a record in a source's delivery."""
RECORD_KEY: Final = (*_NAMED, "year", "entity_id", "available_date")


def tags_of_records(
    served: pl.DataFrame, records: Mapping[str, pl.DataFrame], before: pl.DataFrame | None
) -> pl.DataFrame:
    """Return rows of raw.fundamental_tags for the records of one year.

    Concepts of a filing that no stored record is of are left out: the record was refused, or another filing
    of the same day stands in its place, which core.rejects says.

    Parameters
    ----------
    served
        What the source names (`TAGS_COLUMNS`).
    records
        The stored records by `record`, annual or quarterly, in the columns `RECORD_KEY`.
    before
        Rows of the table that the home has; those of a record that was not delivered stay. None where the
        source is the truth.
    """
    ours = pl.concat(
        [rows.select(RECORD_KEY).with_columns(record=pl.lit(record)) for record, rows in records.items()]
    )
    made = served.join(ours, on=["record", *_NAMED], how="inner").select(
        pl.col(name).cast(dtype) for name, dtype in TABLE.columns.items()
    )
    if before is not None and before.height:
        key = [name for name in TABLE.key if name not in ("item", "part")]
        kept = before.join(made, on=key, how="anti").join(ours, on=key, how="semi")
        made = pl.concat([made, kept.select(made.columns)])
    return made.sort(TABLE.key)
