"""A small index for the tests: four members on one date, with figures to be added up by hand. Money is in
millions of USD.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from smallcap.finance.index.eligibility import index_eligibility
from smallcap.finance.index.profile import index_profile
from smallcap.finance.index.valued import valued_members
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from tests.unit.finance.builders import REFERENCE, table

RULES = read_rules(REFERENCE, "index.toml", IndexRules)
EVENTS = read_rows(REFERENCE, "reconstitutions.csv", Reconstitution)
AS_OF = dt.date(2024, 6, 30)
BEFORE = dt.date(2024, 5, 31)
RANK_AS_OF = dt.date(2024, 4, 30)
MILLION = 1e6

Company = Mapping[str, object]

FOUR: dict[int, Company] = {
    1: {
        "sector": "Energy",
        "weight": 0.4,
        "cap": 1000,
        "income": 100,
        "equity": 500,
        "revenue": 2000,
        "dividend_yield": 0.02,
    },
    2: {
        "sector": "Energy",
        "weight": 0.3,
        "cap": 600,
        "income": 20,
        "equity": 100,
        "revenue": 400,
        "dividend_yield": 0.0,
    },
    3: {
        "sector": "Health Care",
        "weight": 0.2,
        "cap": 400,
        "income": -160,
        "equity": 200,
        "revenue": 100,
        "dividend_yield": 0.0,
    },
    4: {
        "sector": "Health Care",
        "weight": 0.1,
        "cap": None,
        "income": -1,
        "equity": 50,
        "revenue": 30,
        "dividend_yield": None,
    },
}
"""Two that earn something, one with a great loss, one with a loss and no market value."""


def members(companies: Mapping[int, Company] = FOUR, as_of: dt.date = AS_OF) -> pl.DataFrame:
    """Rows of core.members."""
    rows = [
        {
            "entity_id": number,
            "security_id": number * 10,
            "ticker": f"T{number}",
            "name": "made up",
            "sector": company.get("sector"),
            "weight": company.get("weight"),
            "market_value_usd": company.get("holding", company.get("weight")),
        }
        for number, company in companies.items()
    ]
    return table("core.members", rows, year=as_of.year, as_of=as_of, index_name="russell2000", line_count=1)


def metrics(companies: Mapping[int, Company] = FOUR, as_of: dt.date = AS_OF) -> pl.DataFrame:
    """Rows of core.metrics_as_of; a company without `income` has no record."""
    rows = [
        {
            "entity_id": number,
            "period_end": dt.date(2023, 12, 31) if company.get("income") is not None else None,
            "available_date": dt.date(2024, 3, 1) if company.get("income") is not None else None,
            "is_stale": company.get("is_stale", False) if company.get("income") is not None else None,
            "is_scale_suspect": False,
            "market_cap_usd": _millions(company.get("cap")),
            "market_cap_reason": None if company.get("cap") is not None else "price_missing",
            "net_income_usd": _millions(company.get("income")),
            "shareholders_equity_usd": _millions(company.get("equity")),
            "revenue_usd": _millions(company.get("revenue")),
            "dividend_yield": company.get("dividend_yield"),
            "price_usd": company.get("price"),
            "price_date": as_of,
        }
        for number, company in companies.items()
    ]
    return table("core.metrics_as_of", rows, year=as_of.year, as_of=as_of)


def prices(*rows: tuple[int, dt.date, float]) -> pl.DataFrame:
    """Rows of raw.prices: company, day, close."""
    named = [
        {"security_id": number * 10, "date": day, "year": day.year, "close_usd": close}
        for number, day, close in rows
    ]
    return table("raw.prices", named, source="test")


def valued(companies: Mapping[int, Company] = FOUR) -> pl.DataFrame:
    """Members with their figures."""
    return valued_members(members(companies), metrics(companies))


def profile(
    companies: Mapping[int, Company] = FOUR, events: tuple[Reconstitution, ...] = EVENTS
) -> dict[str, object]:
    """The one row of marts.index_profile."""
    eligibility = index_eligibility(
        members(companies),
        table("raw.constituents", []),
        metrics(companies, RANK_AS_OF),
        prices(),
        RULES,
        events,
    )
    described = index_profile(valued(companies), members(companies), eligibility, RULES, events, [AS_OF.year])
    return described.row(0, named=True)


def _millions(amount: object) -> float | None:
    return None if amount is None else float(str(amount)) * MILLION
