"""What a catalogue over the newest versions of a lake serves: tables with their files, and records."""

from __future__ import annotations

from typing import Final

from smallcap.lake.reader import LakeReader
from smallcap.tables import TABLES
from smallcap.warehouse.catalogue import PublishedTable

RECORDS: Final = ("meta.runs", "meta.checks", "meta.fetched", "meta.deliveries", "meta.kept_versions")
"""The home's records that are published with the tables."""


def tables_of(lake: LakeReader) -> list[PublishedTable]:
    """Describe the newest version of every table that was written."""
    return [served for name in TABLES if (served := _served(lake, name)) is not None]


def _served(lake: LakeReader, name: str) -> PublishedTable | None:
    version = lake.version(name)
    if version < 0:
        return None
    stamp = lake.stamp(name)
    filled = [year for year, made in stamp.years.items() if made.rows and TABLES[name].is_partitioned]
    return PublishedTable(
        name=name,
        version=version,
        row_count=sum(made.rows for made in stamp.years.values()),
        files=tuple(lake.files(name, version)),
        first_year=min(filled, default=None),
        last_year=max(filled, default=None),
    )
