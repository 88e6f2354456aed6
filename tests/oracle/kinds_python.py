"""Kinds of company in plain Python, and what each can be asked, written out from the methods page.

It shares nothing with smallcap and reads none of its reference data.
"""

from __future__ import annotations

from typing import Any

FINANCIAL = {"bank", "insurer", "broker_or_lender", "asset_manager", "mortgage_reit"}
CANNOT_BE_ASKED_OF_DEBT = {"bank", "insurer", "broker_or_lender", "mortgage_reit"}
"""Filter 2's limits on debt and cash, filter 3, filter 5, and of filter 4 margins and cash."""


def kind_of(company: dict[str, Any]) -> str | None:
    """Name the kind of a company by its SIC code, else its GICS code, else its sector; None without any."""
    sic, gics, sector = company["sic"], company["gics"] or "", company["sector"]
    if sic and sic.isdigit():
        return _by_sic(int(sic), gics, sector)
    if gics:
        return _by_gics(gics)
    if not sector:
        return None
    return {"Financials": "bank", "Real Estate": "equity_reit"}.get(sector, "other")


def _by_sic(sic: int, gics: str, sector: str | None) -> str:
    if sic == 6798:
        return "mortgage_reit" if gics[:2] == "40" or sector == "Financials" else "equity_reit"
    if sic in (6282, 6799) or 6720 <= sic <= 6729:
        return "asset_manager"
    if 6000 <= sic <= 6099 or sic == 6712:
        return "bank"
    if 6100 <= sic <= 6299:
        return "broker_or_lender"
    return "insurer" if 6300 <= sic <= 6411 else "other"


def _by_gics(gics: str) -> str:
    if gics.startswith(("6010", "404020")):
        return "equity_reit"
    if not gics.startswith("40") or gics.startswith("404030"):
        return "other"
    if gics.startswith("402040"):
        return "mortgage_reit"
    if gics == "40203010":
        return "asset_manager"
    return {"4010": "bank", "4030": "insurer"}.get(gics[:4], "broker_or_lender")
