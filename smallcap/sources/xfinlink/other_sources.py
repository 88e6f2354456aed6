"""What the vendor's source takes from others: lists of members and factors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from smallcap.sources.base import Delivery


class HoldingsLists(Protocol):
    """Source of lists when the vendor does not serve the index."""

    def membership_dates(self) -> list[dt.date]:
        """Days for which there is a list."""
        ...

    def constituents(self, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of."""
        ...


class FactorFiles(Protocol):
    """Source of factor returns."""

    def factors(self) -> Delivery:
        """Factor returns of every vintage."""
        ...
