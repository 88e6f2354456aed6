"""Small frames for the quality screen's tests: what is not named is an ordinary, complete company."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules
from tests.unit.finance.builders import REFERENCE, table

RULES = read_rules(REFERENCE, "quality.toml", QualityRules)
AS_OF = dt.date(2024, 12, 31)
CLOCK = dt.date(2026, 6, 30)
STALE_MONTHS = 18

INPUT = {
    "as_of": AS_OF,
    "method": "published",
    "basis": "point_in_time",
    "is_ticker_usable": True,
    "period_end": dt.date(2023, 12, 31),
    "is_stale": False,
    "roe": 0.1,
    "fcf_margin": 0.1,
    "debt_to_assets": 0.3,
    "interest_coverage": 5.0,
    "market_cap_usd": 1e9,
}
INPUT_SCHEMA = {
    "as_of": pl.Date,
    "entity_id": pl.Int64,
    "method": pl.String,
    "basis": pl.String,
    "is_ticker_usable": pl.Boolean,
    "period_end": pl.Date,
    "is_stale": pl.Boolean,
    "roe": pl.Float64,
    "fcf_margin": pl.Float64,
    "debt_to_assets": pl.Float64,
    "interest_coverage": pl.Float64,
    "market_cap_usd": pl.Float64,
}


def inputs(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows for `score`, companies numbered from 1."""
    return pl.DataFrame(
        [{**INPUT, "entity_id": number, **row} for number, row in enumerate(rows, start=1)],
        schema=INPUT_SCHEMA,
    )


def ordinary(count: int) -> list[dict[str, object]]:
    """Complete companies that differ in every input."""
    return [
        {
            "roe": -0.5 + number / count,
            "fcf_margin": 0.4 - number / count,
            "debt_to_assets": number / count,
            "interest_coverage": float(number),
        }
        for number in range(count)
    ]


def members(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.members, companies numbered from 1; a company's line is a hundred times its number."""
    named = []
    for number, row in enumerate(rows, start=1):
        entity_id = row.get("entity_id", number)
        named.append(
            {
                "entity_id": entity_id,
                "security_id": 100 * int(str(entity_id)),
                "ticker": f"T{entity_id}",
                **row,
            }
        )
    flags = {
        "is_ticker_usable": True,
        "company_kind": "other",
        "is_resolved": True,
        "is_priced": True,
        "is_classified": True,
    }
    return table("core.members", named, as_of=AS_OF, year=AS_OF.year, index_name="test", **flags)


def records(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.annual_metrics: the fiscal year 2023, known since March 2024."""
    ratios = {"roe": 0.1, "fcf_margin": 0.1, "debt_to_assets": 0.3, "interest_coverage": 5.0}
    money = {"net_income_usd": 1e6, "ebit_usd": 2e6, "total_debt_usd": 3e6}
    dates = {
        "period_end": dt.date(2023, 12, 31),
        "available_date": dt.date(2024, 3, 1),
        "version": "original",
        "source": "test",
    }
    return table(
        "core.annual_metrics",
        [{"entity_id": number, **row} for number, row in enumerate(rows, start=1)],
        **ratios,
        **money,
        **dates,
    )


def vendor_rows(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of raw.vendor_metrics for the fiscal year 2023."""
    dates = {"period_end": dt.date(2023, 12, 31), "available_date": dt.date(2024, 3, 1), "source": "vendor"}
    return table("raw.vendor_metrics", list(rows), **dates)


def market_values(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.metrics_as_of with a market value at as_of, companies numbered from 1."""
    return table(
        "core.metrics_as_of",
        [{"entity_id": number, **row} for number, row in enumerate(rows, start=1)],
        as_of=AS_OF,
        market_cap_usd=1e9,
    )
