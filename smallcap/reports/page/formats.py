"""How figures are written: percentages, multiples, millions, dates. A missing figure is a dash, not zero."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

MISSING = "–"
MINUS = "\N{MINUS SIGN}"

MULTIPLES = frozenset(
    (
        "pe",
        "pe_excluding_losses",
        "pe_including_losses",
        "pb",
        "p_fcf",
        "ps",
        "current_ratio",
        "interest_coverage",
        "altman_z",
        "cash_conversion",
        "cash_conversion_over_years",
    )
)
"""Measures and items that are multiples or scores; all others but counts of years are fractions."""
YEAR_COUNTS = frozenset(
    (
        "years_without_free_cash_flow",
        "years_without_cash_backing",
        "free_cash_flow_years",
        "revenue_steadiness",
    )
)
MONEY = frozenset(("shareholders_equity",))
PROPER_NAMES = {
    "pe": "P/E",
    "pb": "P/B",
    "ps": "P/S",
    "p_fcf": "P/FCF",
    "pe_excluding_losses": "P/E, losses left out",
    "pe_including_losses": "P/E, losses included",
    "roe": "ROE",
    "fcf_margin": "FCF margin",
    "ebitda_margin": "EBITDA margin",
    "piotroski_f": "Piotroski F",
    "qmj": "quality minus junk",
    "altman_z": "Altman Z",
    "market_cap_usd": "market cap",
    "ipo": "IPO",
    "cap": "by market value",
    "delisted_or_acquired": "delisted or acquired",
    "debt_free_aware": "debt-free aware",
    "trailing": "trailing twelve months",
    "equity_reit": "equity REIT",
    "mortgage_reit": "mortgage REIT",
}
"""Names whose words are not their own."""

_NAME = re.compile(r"\w+")
_JOINT = re.compile(r"([:,])(?! )")


def percent(value: float | None, decimals: int = 1) -> str:
    """Write a fraction as a percentage."""
    return MISSING if value is None else _signed(f"{value:,.{decimals}%}")


def number(value: float | None, decimals: int = 2) -> str:
    """Write a number with a fixed count of decimals."""
    return MISSING if value is None else _signed(f"{value:,.{decimals}f}")


def multiple(value: float | None) -> str:
    """Write a multiple: 12.3×."""
    return MISSING if value is None else _signed(f"{value:,.1f}×")


def millions(value: float | None) -> str:
    """Write US dollars in millions."""
    return MISSING if value is None else _signed(f"{value / 1e6:,.0f}")


def integer(value: float | None) -> str:
    """Write a count."""
    return MISSING if value is None else _signed(f"{value:,.0f}")


def date(value: dt.date | None) -> str:
    """Write a day."""
    return MISSING if value is None else f"{value:%Y-%m-%d}"


def month(value: dt.date | None) -> str:
    """Write a month."""
    return MISSING if value is None else f"{value:%Y-%m}"


def words(value: str | None) -> str:
    """Write a name of the tables as words: ``balance_sheet`` is balance sheet, ``pe`` is P/E.

    A list of names keeps its commas.
    """
    if not value:
        return MISSING
    return _NAME.sub(
        lambda found: PROPER_NAMES.get(found[0], found[0].replace("_", " ")), _JOINT.sub(r"\1 ", value)
    )


def figure(value: float | None, measure: str | None) -> str:
    """Write a figure in the unit of what it measures.

    Parameters
    ----------
    value
        The figure, its limit or its headroom.
    measure
        The measure of a filter, or the item of a lens.
    """
    if measure in MULTIPLES:
        return number(value, 1)
    if measure in YEAR_COUNTS:
        return integer(value)
    if measure in MONEY:
        return millions(value)
    return percent(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "percent": percent,
    "percent2": lambda value: percent(value, 2),
    "number": number,
    "number1": lambda value: number(value, 1),
    "number3": lambda value: number(value, 3),
    "multiple": multiple,
    "millions": millions,
    "integer": integer,
    "date": date,
    "month": month,
    "words": words,
}
"""Formats by the name that layouts use."""


def _signed(text: str) -> str:
    """Set a true minus sign, and none before a zero."""
    if not text.startswith("-"):
        return text
    return f"{MINUS}{text[1:]}" if any(digit in text for digit in "123456789") else text[1:]
