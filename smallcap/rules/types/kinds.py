"""Kinds of company: the rows of company_kinds.csv. What each is asked is in `applicability`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from smallcap.rules.types.base import Row, require

KINDS_FILE: Final = "company_kinds.csv"
Kind = Literal[
    "bank", "insurer", "broker_or_lender", "asset_manager", "equity_reit", "mortgage_reit", "other"
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
OTHER: Final = "other"
FINANCIAL_KINDS: Final = ("bank", "insurer", "broker_or_lender", "asset_manager", "mortgage_reit")
"""The kinds that `is_financial` stands for."""
KIND_WORDS: Final[Mapping[str, str]] = {
    "bank": "a bank",
    "insurer": "an insurer",
    "broker_or_lender": "a broker or lender",
    "asset_manager": "an asset manager",
    "equity_reit": "an equity REIT",
    "mortgage_reit": "a mortgage REIT",
    "other": "an ordinary company",
}


@dataclass(frozen=True, kw_only=True)
class CompanyKind(Row):
    """Which companies are of a kind; of the rows that apply to a company the first counts.

    Attributes
    ----------
    sic
        A SIC code or range. A company with a SIC code is classified by the rows that have one.
    gics
        The beginning of a GICS code: alone, for companies without a SIC code; beside `sic`, a condition.
    sector
        A sector's name: alone, for companies with neither code; beside `sic`, a condition.
    kind
        The kind.
    source
        Where the row comes from.
    """

    sic: str = ""
    gics: str = ""
    sector: str = ""
    kind: Kind
    source: str

    def __post_init__(self) -> None:
        require(bool(self.sic or self.gics or self.sector), "sic", "is empty, and so are gics and sector")
        is_range = re.fullmatch(r"(\d{4}(-\d{4})?)?", self.sic) is not None
        require(is_range, "sic", f"must be four digits, or a range like 6300-6411; got '{self.sic}'")
        require(
            not self.sic or self.first_sic <= self.last_sic, "sic", f"ends before it begins: '{self.sic}'"
        )
        is_code = re.fullmatch(r"(\d\d){0,4}", self.gics) is not None
        require(is_code, "gics", f"must be two, four, six or eight digits; got '{self.gics}'")

    @property
    def first_sic(self) -> int:
        """The first code of the range of SIC codes."""
        return int(self.sic.partition("-")[0])

    @property
    def last_sic(self) -> int:
        """The last code of the range of SIC codes."""
        return int(self.sic.rpartition("-")[2])

    @property
    def basis(self) -> str:
        """The field that decides: sic, gics or sector."""
        return "sic" if self.sic else "gics" if self.gics else "sector"
