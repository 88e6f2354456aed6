"""Who filed in the first quarter of each year: name, industry and filer's status as of the filing.

From the SEC's Financial Statement Data Sets, of which the table of filings alone is kept.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import zipfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.archives import DAMAGE
from smallcap.sources.edgar import SecRecords
from smallcap.sources.sec.data_sets import FILERS, SUB, filers, read_filers

DATASET: Final = "statement_sets"
LARGEST_TABLE_BYTES: Final = 200_000_000
"""Unpacked size of a quarter's table of filings; the largest known have about 3 MB."""
NOT_YET: Final = dt.timedelta(days=1)
_LOG = logging.getLogger(__name__)


class FilerTables:
    """Tables of filings by quarter.

    Parameters
    ----------
    records
        The SEC's files.
    folder
        Where a data set is until its table is taken.
    clock
        Filings of later days are not known.
    """

    def __init__(self, records: SecRecords, folder: Path, clock: dt.date) -> None:
        self._records, self._folder, self._clock = records, folder, clock
        self._read: dict[int, pl.DataFrame] = {}

    def of_years(self, years: Collection[int]) -> pl.DataFrame:
        """Return the filings of the first quarter of each year, in which whoever reports files something.

        A data set that cannot be read is left out: today's industry then serves.
        """
        found = [self._of_year(year) for year in sorted(set(years))]
        return pl.concat([_nothing(), *found]).filter(pl.col("filed") <= self._clock)

    def _of_year(self, year: int) -> pl.DataFrame:
        if year not in self._read:
            quarter = f"{year}q1"
            what = f"the SEC's data set of {quarter}"
            names = {"quarter": quarter}
            try:
                payload = self._records.fetch_part(
                    DATASET, names, self._folder, lambda path: table_of_filings(path, what), NOT_YET
                )
                table = None if payload is None else read_filers(payload, what)
            except InputError as error:
                _LOG.warning("%s; industries are those of today", error)
                table = None
            self._read[year] = _nothing() if table is None else table
        return self._read[year]


def _nothing() -> pl.DataFrame:
    return filers(pl.DataFrame(schema=dict.fromkeys(FILERS, pl.String)))


def table_of_filings(path: Path, what: str) -> bytes:
    """Return a zip with the table of filings of a data set alone.

    Raises
    ------
    InputError
        When the file is no zip, has no such table, or an implausibly large one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).name == SUB]
            if not names:
                raise InputError(f"{what} has no {SUB}; it is not a Financial Statement Data Set of the SEC")
            with archive.open(names[0]) as member:
                # The size that the archive declares is not believed.
                table = member.read(LARGEST_TABLE_BYTES + 1)
    except DAMAGE as error:
        raise InputError(f"{what} is not a readable zip ({error}); run the command again") from None
    if len(table) > LARGEST_TABLE_BYTES:
        raise InputError(f"{what} has a {SUB} of more than {LARGEST_TABLE_BYTES:,} bytes")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(SUB), table)
    return buffer.getvalue()
