"""Index funds whose SEC filings list the members of an index: the rows of index_funds.csv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator

from smallcap.rules.types.base import Row, require

INDEX_FUNDS_FILE: Final = "index_funds.csv"
_MONTHS: Final = 12


def _ten_digits(cik: str) -> str:
    if not re.fullmatch(r"\d{1,10}", cik):
        raise ValueError(f"must be a registration number of up to ten digits; got '{cik}'")
    return cik.zfill(10)


def _months(text: str) -> str:
    months = text.split()
    is_right = all(part.isdigit() and 1 <= int(part) <= _MONTHS for part in months)
    if not is_right or [int(part) for part in months] != sorted({int(part) for part in months}):
        raise ValueError(f"must be months like '3 6 9 12', ascending; got '{text}'")
    return text


Cik = Annotated[str, AfterValidator(_ten_digits)]
"""A registration number at the SEC, with leading zeros to ten digits."""


@dataclass(frozen=True, kw_only=True)
class FundRow(Row):
    """A fund that follows an index and reports its holdings in Form N-PORT.

    Attributes
    ----------
    fund
        Its ticker.
    cik
        The registrant; None if not known: it is then found by the ticker in the SEC's list of fund tickers.
    series_id, class_id
        The fund's series and the class of the ticker; None if not known, found like the registrant.
    index
        Our name of the index.
    months
        The months whose last day its public reports show, as its fiscal year has them: "3 6 9 12".
    kind
        replicates: it holds all members; samples: some members are missing.
    status
        known: read in filings; to_confirm: to be verified at the first download, which does so for every
        field, as each document names its own series and date.
    source
        Where the facts come from.
    """

    fund: str
    cik: Cik | None = None
    series_id: str | None = None
    class_id: str | None = None
    index: str
    months: Annotated[str, AfterValidator(_months)]
    kind: Literal["replicates", "samples"]
    status: Literal["known", "to_confirm"]
    source: str

    def __post_init__(self) -> None:
        for field, letter in (("series_id", "S"), ("class_id", "C")):
            value = getattr(self, field)
            require(
                value is None or bool(re.fullmatch(rf"{letter}\d{{9}}", value)),
                field,
                f"must be {letter} and nine digits; got '{value}'",
            )

    @property
    def report_months(self) -> tuple[int, ...]:
        """The months of `months`, as numbers."""
        return tuple(int(part) for part in self.months.split())

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second row of the same fund or series."""
        for other in earlier:
            require(self.fund != other.fund, "fund", f"({self.fund}) appears twice")
            is_same = self.series_id is not None and self.series_id == other.series_id
            require(not is_same, "series_id", f"({self.series_id}) is also that of {other.fund}")
