"""The figures of many companies: one file each, asked for again only after a filing, or the bulk file."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Final

from smallcap.sources.edgar.bulk import downloaded_bulk, keep_from_bulk
from smallcap.sources.edgar.changes import ask_for_newest_days, stale_companies
from smallcap.sources.edgar.files import FACTS, SecRecords

_LOG = logging.getLogger(__name__)
_KEY: Final = "cik"


class CompanyFactFiles:
    """The files of companies' figures.

    Parameters
    ----------
    records
        The SEC's files.
    today
        The current day.
    bulk_companies
        From this many companies to ask for on, the bulk file is fetched.
    bulk_folder
        Where the bulk file is while it is unpacked.
    """

    def __init__(
        self, records: SecRecords, *, today: dt.date, bulk_companies: int, bulk_folder: Path
    ) -> None:
        self._records = records
        self._today = today
        self._bulk_companies = bulk_companies
        self._bulk_folder = bulk_folder

    def provide(self, companies: Collection[str]) -> None:
        """Fetch the figures of companies that are not at hand, or that filed statements since.

        Parameters
        ----------
        companies
            Central Index Keys of ten digits.

        Raises
        ------
        SmallcapError
            See `Fetcher.fetch`; what was received before is kept.
        """
        asked = self.needed(companies)
        if len(asked) >= self._bulk_companies:
            self._from_bulk(asked)
            return
        self._records.ask_all(FACTS, [{_KEY: cik} for cik in asked])

    def needed(self, companies: Collection[str]) -> list[str]:
        """Return whose figures have to be asked for, in ascending order."""
        received = self._records.received(FACTS, _KEY, set(companies))
        return stale_companies(self._records, received, companies, self._today)

    def known(self, companies: Collection[str]) -> list[str]:
        """Return those companies whose figures were asked for before, in ascending order."""
        return sorted(self._records.received(FACTS, _KEY, set(companies)))

    def look_at_newest_days(self, max_age: dt.timedelta) -> None:
        """Ask for the indexes of the newest days that are kept no younger than this."""
        ask_for_newest_days(self._records, self._today, max_age)

    def payload(self, cik: str) -> bytes | None:
        """Return the kept figures of a company; None where the SEC has none."""
        return self._records.kept(FACTS, {_KEY: cik})

    def _from_bulk(self, companies: Collection[str]) -> None:
        with downloaded_bulk(self._records, self._bulk_folder) as bulk:
            absent = keep_from_bulk(self._records, bulk, companies)
        _LOG.info("the bulk file has no figures of %d companies", absent)
