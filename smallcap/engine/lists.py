"""The lists of the index's members: the source is asked once for each date, however many tables need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from smallcap.sources.base import Delivery, Source


class Lists:
    """The lists of one index, as a source delivers them.

    Parameters
    ----------
    source, index
        The source, and its index.
    """

    def __init__(self, source: Source, index: str) -> None:
        self._source, self._index = source, index
        self._dates: set[dt.date] = set()
        self._deliveries: list[Delivery] = []

    def at(self, dates: Collection[dt.date]) -> Delivery:
        """Return the newest list at or shortly before each date, as `Source.constituents` does.

        Refused rows and notices are those of all dates that were requested until now.
        """
        missing = sorted(set(dates) - self._dates)
        if missing or not self._deliveries:
            self._deliveries.append(self._source.constituents(self._index, missing))
            self._dates.update(missing)
        rows = pl.concat([delivery.rows for delivery in self._deliveries])
        notices = [notice for delivery in self._deliveries for notice in delivery.notices]
        return Delivery(
            rows.filter(pl.col("as_of").is_in(list(dates))),
            pl.concat([delivery.refused for delivery in self._deliveries]),
            tuple(dict.fromkeys(notices)),
        )
