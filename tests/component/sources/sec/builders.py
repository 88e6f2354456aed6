"""Companyfacts files of made-up companies: filings by form and day, each with the facts that a test names."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from smallcap.rules.concept_files import read_concepts
from smallcap.sources.sec.company import CompanyFacts, read_company
from smallcap.sources.sec.facts import PER_SHARE, SHARES
from tests.paths import PROJECT_ROOT

CONCEPTS = read_concepts(PROJECT_ROOT / "data" / "reference")
NET_INCOME, CASH_FLOW, ASSETS = "NetIncomeLoss", "NetCashProvidedByUsedInOperatingActivities", "Assets"
LIABILITIES, EQUITY = "Liabilities", "StockholdersEquity"
COVER = "dei:EntityCommonStockSharesOutstanding"
FLOWS = {"Revenues": 1000e6, NET_INCOME: 80e6, CASH_FLOW: 120e6}
SHEET = {ASSETS: 900e6, LIABILITIES: 400e6, EQUITY: 500e6}
Fact = dict[str, Any]


@dataclass
class Company:
    """A company's file.

    Attributes
    ----------
    facts
        By concept, unit and then in the order in which they were added.
    """

    cik: object = 1234
    name: object = "Sample Works Inc."
    facts: dict[str, dict[str, list[Fact]]] = field(default_factory=dict)

    def add(
        self,
        filing: tuple[str, str, str],
        end: str,
        start: str | None = None,
        unit: str | None = None,
        **values: Any,
    ) -> Company:
        """Add facts of one period from a filing: its accession number, form and day."""
        accession, form, filed = filing
        for name, value in values.items():
            tag = name.replace("__", ":")
            own = {"end": end, "val": value, "accn": accession, "form": form, "filed": filed}
            labels = {"fy": 1900, "fp": "FY", "frame": "CY1900"}
            fact = {**({"start": start} if start else {}), **own, **labels}
            units = self.facts.setdefault(tag, {})
            units.setdefault(unit or unit_of(tag), []).append(fact)
        return self

    def annual(self, year: int, filing: tuple[str, str, str], **changed: Any) -> Company:
        """Add a complete annual report on a calendar year; None leaves a fact out."""
        values = {**FLOWS, **SHEET, **{name.replace("__", ":"): value for name, value in changed.items()}}
        given = {name: value for name, value in values.items() if value is not None}
        sheet = {name: value for name, value in given.items() if not is_flow(name)}
        flows = {name: value for name, value in given.items() if is_flow(name)}
        end = f"{year}-12-31"
        self.add(filing, end, **{name.replace(":", "__"): value for name, value in sheet.items()})
        return self.add(filing, end, f"{year}-01-01", **flows)

    def payload(self) -> bytes:
        """Return the file."""
        taxonomies: dict[str, Any] = {}
        for tag, units in self.facts.items():
            taxonomy, _, name = tag.rpartition(":")
            concept = {"label": None, "description": None, "units": units}
            taxonomies.setdefault(taxonomy or "us-gaap", {})[name] = concept
        return json.dumps({"cik": self.cik, "entityName": self.name, "facts": taxonomies}).encode()

    def read(self) -> CompanyFacts:
        """Read the file."""
        return read_company(self.payload(), CONCEPTS)


def unit_of(tag: str) -> str:
    """Return the unit in which a concept is usually given."""
    if "PerShare" in tag:
        return PER_SHARE
    return SHARES if "Shares" in tag or "NumberOf" in tag else "USD"


def is_flow(tag: str) -> bool:
    """Whether a concept of these tests is a flow."""
    words = (
        *("Revenue", "Income", "Payments", "Proceeds", "Repayments", "NetCash", "Cost", "InterestE"),
        *("InterestPaid", "Depreciation", "WeightedAverage", "Profit", "Dividends"),
    )
    return any(word in tag for word in words) and "Payable" not in tag


def filed(year: int, form: str = "10-K", days: int = 60, number: int = 1) -> tuple[str, str, str]:
    """Return a filing so many days after the end of a calendar year."""
    day = dt.date(year, 12, 31) + dt.timedelta(days=days)
    return f"0000001234-{day.year % 100:02}-{number:06}", form, day.isoformat()


def only(found: CompanyFacts) -> dict[str, Any]:
    """Return the only annual row."""
    (row,) = found.annual.iter_rows(named=True)
    return row


def rules_of(found: CompanyFacts) -> list[str]:
    """Return the rules of refused rows, in order."""
    return found.refused["rule"].to_list()
