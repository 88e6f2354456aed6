"""The industries of the sample: sector, codes and weights. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Industry:
    """One industry.

    Attributes
    ----------
    sector
        Sector in GICS words.
    gics, sic
        Codes of GICS (sub-industry, eight digits) and the Standard Industrial Classification (four digits).
    weight
        Share of the companies, in percent.
    kind
        The type of its companies: ordinary, science (pre-revenue), growth, bank, insurer, property, cyclical.
    noun
        Last word of the made-up names.
    """

    sector: str
    gics: str
    sic: str
    weight: float
    kind: str
    noun: str


INDUSTRIES: Final = (
    Industry("Financials", "40101015", "6022", 9.5, "bank", "Bancorp"),
    Industry("Financials", "40203010", "6282", 2.5, "insurer", "Asset Management"),
    Industry("Financials", "40301040", "6331", 2.5, "insurer", "Insurance Group"),
    Industry("Financials", "40202010", "6141", 1.5, "insurer", "Lending"),
    Industry("Health Care", "35201010", "2836", 9.0, "science", "Biotherapeutics"),
    Industry("Health Care", "35202010", "2834", 3.5, "science", "Pharmaceuticals"),
    Industry("Health Care", "35101010", "3841", 4.5, "growth", "Medical Devices"),
    Industry("Health Care", "35102015", "8090", 2.0, "ordinary", "Clinics"),
    Industry("Industrials", "20106020", "3559", 4.5, "ordinary", "Machinery"),
    Industry("Industrials", "20101010", "3760", 1.5, "ordinary", "Aerospace"),
    Industry("Industrials", "20102010", "3430", 2.5, "ordinary", "Building Products"),
    Industry("Industrials", "20202010", "7363", 2.5, "ordinary", "Staffing"),
    Industry("Industrials", "20304030", "4213", 2.0, "ordinary", "Freight"),
    Industry("Industrials", "20103010", "1600", 2.0, "ordinary", "Engineering"),
    Industry("Information Technology", "45103010", "7372", 5.5, "growth", "Software"),
    Industry("Information Technology", "45301020", "3674", 3.0, "ordinary", "Semiconductors"),
    Industry("Information Technology", "45203010", "3825", 3.0, "ordinary", "Instruments"),
    Industry("Information Technology", "45102010", "7373", 2.0, "ordinary", "Systems Consulting"),
    Industry("Consumer Discretionary", "25504010", "5651", 3.0, "ordinary", "Outfitters"),
    Industry("Consumer Discretionary", "25301040", "5812", 2.5, "ordinary", "Restaurants"),
    Industry("Consumer Discretionary", "25301010", "7990", 0.8, "ordinary", "Casinos"),
    Industry("Consumer Discretionary", "25201030", "1531", 2.0, "cyclical", "Homes"),
    Industry("Consumer Discretionary", "25101010", "3714", 2.0, "cyclical", "Auto Parts"),
    Industry("Consumer Staples", "30202030", "2030", 1.8, "ordinary", "Foods"),
    Industry("Consumer Staples", "30202030", "2011", 0.4, "ordinary", "Packing"),
    Industry("Consumer Staples", "30201010", "2082", 0.4, "ordinary", "Brewing"),
    Industry("Consumer Staples", "30203010", "2111", 0.3, "ordinary", "Tobacco"),
    Industry("Consumer Staples", "30302010", "2844", 1.1, "growth", "Personal Care"),
    Industry("Energy", "10102020", "1311", 3.2, "cyclical", "Petroleum"),
    Industry("Energy", "10101020", "1389", 1.8, "cyclical", "Oilfield Services"),
    Industry("Materials", "15101050", "2890", 2.4, "ordinary", "Chemicals"),
    Industry("Materials", "15104030", "1040", 1.6, "cyclical", "Mining"),
    Industry("Real Estate", "60108010", "6798", 3.0, "property", "Property Trust"),
    Industry("Real Estate", "60105010", "6798", 2.5, "property", "Health Properties"),
    Industry("Utilities", "55101010", "4911", 1.6, "property", "Power & Light"),
    Industry("Utilities", "55104010", "4941", 1.0, "property", "Waterworks"),
    Industry("Communication Services", "50202010", "7310", 1.4, "growth", "Advertising"),
    Industry("Communication Services", "50101020", "4813", 1.2, "cyclical", "Telephone"),
    Industry("Communication Services", "50201020", "4833", 0.9, "ordinary", "Broadcasting"),
)
"""Weights are similar to the Russell 2000's: about 16% financials, 19% health care, 5.5% property."""

GROUPS: Final = ("steady", "growth", "science", "strained")
"""Profitability groups: profitable; growing, often at a loss; pre-revenue; indebted, often at a loss."""

GROUP_SHARES: Final = {
    "ordinary": (0.69, 0.11, 0.00, 0.20),
    "cyclical": (0.62, 0.06, 0.00, 0.32),
    "growth": (0.46, 0.38, 0.04, 0.12),
    "science": (0.08, 0.12, 0.76, 0.04),
    "bank": (0.95, 0.00, 0.00, 0.05),
    "insurer": (0.84, 0.05, 0.00, 0.11),
    "property": (0.84, 0.02, 0.00, 0.14),
}
"""Shares of the groups, in the order of `GROUPS`, by kind of industry."""
