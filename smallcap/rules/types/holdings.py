"""The rule set of holdings files: the typed form of data/reference/ishares.toml."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from smallcap.rules.types.base import FieldError, Record, RuleSet, require
from smallcap.rules.types.identity import Identity

FILE_NAME = "ishares.toml"


@dataclass(frozen=True)
class IndexFund(Record):
    """An index and the fund that tracks it.

    Attributes
    ----------
    name
        Our name of the index.
    fund_pattern
        Regular expression that the fund's name matches.
    page
        Path of the fund's page on the site.
    classic_file
        Last part of the path, below the page, of the download for any day.
    file_name
        File name parameter of that download.
    """

    name: str
    fund_pattern: str
    page: str
    classic_file: str
    file_name: str

    def __post_init__(self) -> None:
        _require_pattern("fund_pattern", self.fund_pattern)


@dataclass(frozen=True)
class Plausibility(Record):
    """Bounds on the number of members (both included), and the maximum age of a list in days."""

    min_members: int
    max_members: int
    max_age_days: int

    def __post_init__(self) -> None:
        require(self.min_members >= 1, "min_members", f"must be at least 1, got {self.min_members}")
        require(
            self.min_members <= self.max_members,
            "max_members",
            f"must not be below min_members ({self.min_members}), got {self.max_members}",
        )
        require(self.max_age_days >= 0, "max_age_days", f"must not be negative, got {self.max_age_days}")


@dataclass(frozen=True)
class Download(Record):
    """Additional requirements on a downloaded list.

    Attributes
    ----------
    min_members
        Minimum plausible number of members.
    max_step_back_days
        If a day has no list, the latest list of this many days before it is used.
    first_list
        Day of the site's first list.
    """

    min_members: int
    max_step_back_days: int
    first_list: dt.date

    def __post_init__(self) -> None:
        require(self.min_members >= 1, "min_members", f"must be at least 1, got {self.min_members}")
        require(
            0 <= self.max_step_back_days <= 31,
            "max_step_back_days",
            f"must be 0 to 31, got {self.max_step_back_days}",
        )


@dataclass(frozen=True)
class MemberRules(Record):
    """Requirements on an equity row to count as a member; money in US dollars."""

    min_price_exclusive: float
    min_market_value_exclusive: float
    not_common_stock_patterns: tuple[str, ...]
    common_stock_patterns: tuple[str, ...]
    unlisted_exchange_patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        for field in ("not_common_stock_patterns", "common_stock_patterns", "unlisted_exchange_patterns"):
            for pattern in getattr(self, field):
                _require_pattern(field, pattern)


@dataclass(frozen=True)
class SectorName(Record):
    """A sector name as in the file, and its GICS name; empty if the file does not know the sector."""

    given: str
    gics: str


@dataclass(frozen=True)
class Recycling(Record):
    """The words that ids leave out, and the gap of lists in which a ticker can change hands."""

    min_gap_days: int
    insignificant_words: tuple[str, ...]


@dataclass(frozen=True)
class HoldingsRules(RuleSet):
    """Requirements on a holdings file, which rows are members, and when a ticker was reused."""

    indexes: tuple[IndexFund, ...]
    plausibility: Plausibility
    download: Download
    members: MemberRules
    sectors: tuple[SectorName, ...]
    recycling: Recycling
    identity: Identity


def _require_pattern(field: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise FieldError(field, f"must be a regular expression, got {pattern!r}: {error}") from None
