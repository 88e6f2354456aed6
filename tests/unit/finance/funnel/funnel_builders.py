"""Companies for the funnel's tests: what is not named is a sound company that passes every filter. Money is
in millions of USD.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl

from smallcap.finance.funnel import FunnelRules, ShariahRules, ShariahStandards, evaluate_filters
from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.rules.business_files import read_business_rules
from smallcap.rules.files import read_rules
from smallcap.rules.types.applicability import Applicability
from tests.unit.finance.builders import APPLICABILITY, METRICS, REFERENCE, fundamentals, table, year_row

RULES = read_rules(REFERENCE, "funnel.toml", FunnelRules)
# A test has one or two companies; that fifty are needed for a median is a test of its own.
SMALL = dataclasses.replace(RULES, universe=dataclasses.replace(RULES.universe, least_members=1))
STANDARDS = read_rules(REFERENCE, "shariah.toml", ShariahStandards).standards
BUSINESS = read_business_rules(REFERENCE)
AS_OF = dt.date(2024, 6, 30)
YEARS = (2019, 2020, 2021, 2022, 2023)
STALE_MONTHS = 18
MILLION = 1e6

SOUND = {
    "revenue_usd": 100.0,
    "cost_of_revenue_usd": 60.0,
    "operating_income_usd": 20.0,
    "interest_expense_usd": 0.6,
    "net_interest_expense_usd": 0.4,
    "pretax_income_usd": 19.6,
    "net_income_usd": 14.0,
    "cash_and_short_term_investments_usd": 20.0,
    "current_assets_usd": 50.0,
    "goodwill_usd": 10.0,
    "total_assets_usd": 120.0,
    "short_term_debt_usd": 2.0,
    "current_liabilities_usd": 20.0,
    "long_term_debt_usd": 6.0,
    "total_liabilities_usd": 40.0,
    "retained_earnings_usd": 50.0,
    "shareholders_equity_usd": 80.0,
    "depreciation_amortization_usd": 5.0,
    "operating_cash_flow_usd": 18.0,
    "capital_expenditures_usd": 4.0,
    "dividends_paid_usd": 3.0,
    "net_share_repurchases_usd": 1.0,
}
GROWTH = 1.05
"""Of every flow and stock, a year; ratios stay."""
SHARES = 10.0
PRICE = 16.0


def sound_year(fiscal_year: int, **values: object) -> dict[str, object]:
    """One fiscal year of a sound company; named values are in millions."""
    scale = MILLION * GROWTH ** (fiscal_year - YEARS[0])
    money = {name: amount * scale for name, amount in SOUND.items()}
    named = {name: value * MILLION if isinstance(value, float) else value for name, value in values.items()}
    return year_row(fiscal_year, **{**money, "shares_outstanding": SHARES * MILLION, **named})


def sound_company(entity_id: int = 1, **changed_years: dict[str, object]) -> list[dict[str, object]]:
    """Five years of a sound company; `y2023={...}` changes a year, in millions, `all={...}` every year."""
    every = changed_years.get("all", {})
    return [
        sound_year(year, entity_id=entity_id, **{**every, **changed_years.get(f"y{year}", {})})
        for year in YEARS
    ]


def members(*rows: dict[str, object], as_of: dt.date = AS_OF) -> pl.DataFrame:
    """Rows of core.members, companies numbered from 1, of a sector that no rule excludes."""
    named = [
        {
            "entity_id": n,
            "security_id": 100 * int(str(row.get("entity_id", n))),
            "ticker": f"T{n}",
            "name": f"COMPANY {n}",
            **row,
        }
        for n, row in enumerate(rows, start=1)
    ]
    flags = {
        "is_ticker_usable": True,
        "is_resolved": True,
        "is_priced": True,
        "is_classified": True,
    }
    fixed = {
        "year": as_of.year,
        "as_of": as_of,
        "index_name": "test",
        "sector": "Information Technology",
        "company_kind": "other",
        "snapshot_date": as_of,
    }
    return table("core.members", named, **{**flags, **fixed})


def prices(
    *security_ids: int, close: float = PRICE, months: int = 1, last: dt.date = dt.date(2024, 6, 28)
) -> pl.DataFrame:
    """Rows of raw.prices: the same close at so many month ends up to `last`, without splits."""
    days = pl.DataFrame({"day": [last]}).select(
        pl.date_ranges(pl.col("day").dt.offset_by(f"-{months - 1}mo"), "day", "1mo")
    )
    ends = days.to_series()[0].to_list()
    rows = [{"security_id": number, "date": day, "year": day.year} for number in security_ids for day in ends]
    return table("raw.prices", rows, close_usd=close, split_ratio=1.0, source="test")


def factors(risk_free: float = 0.002) -> pl.DataFrame:
    """Rows of raw.factors: a constant monthly risk-free rate, two years long."""
    months = pl.date_range(dt.date(2022, 1, 31), dt.date(2023, 12, 31), "1mo", eager=True)
    rows = [{"month": month} for month in months]
    return table("raw.factors", rows, vintage="202401", model="FF5", rf=risk_free, sha256="0", source="test")


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The tables that the filters are evaluated from."""

    members: pl.DataFrame
    metrics_as_of: pl.DataFrame
    fundamentals: pl.DataFrame
    metrics: pl.DataFrame
    prices: pl.DataFrame
    factors: pl.DataFrame

    def evaluate(
        self,
        rules: FunnelRules = SMALL,
        standard: ShariahRules = STANDARDS["published"],
        applicability: Applicability = APPLICABILITY,
    ) -> pl.DataFrame:
        """Evaluate the filters."""
        frames = (
            self.members,
            self.metrics_as_of,
            self.fundamentals,
            self.metrics,
            self.prices,
            self.factors,
        )
        return evaluate_filters(*frames, rules, BUSINESS, standard, applicability)


def inputs_of(
    records: list[dict[str, object]],
    listed: pl.DataFrame | None = None,
    quotes: pl.DataFrame | None = None,
    risk_free: pl.DataFrame | None = None,
) -> Inputs:
    """Compute the tables from annual records, as the pipeline does."""
    known = fundamentals(*records)
    listed = members({}) if listed is None else listed
    quotes = prices(*listed["security_id"].unique()) if quotes is None else quotes
    metrics = annual_metrics(known, METRICS)
    vendor = table("raw.vendor_metrics", [])
    now = metrics_as_of(listed, metrics, quotes, vendor, METRICS, STALE_MONTHS, APPLICABILITY)
    return Inputs(listed, now, known, metrics, quotes, factors() if risk_free is None else risk_free)


def evaluated(
    records: list[dict[str, object]], rules: FunnelRules = SMALL, **arguments: pl.DataFrame
) -> pl.DataFrame:
    """Evaluate the filters for companies given by their annual records."""
    return inputs_of(records, **arguments).evaluate(rules)


def row_of(evaluations: pl.DataFrame, filter_name: str, entity_id: int = 1) -> dict[str, object]:
    """The row of one filter and company at the only as_of."""
    found = evaluations.filter(pl.col("filter_name") == filter_name, pl.col("entity_id") == entity_id)
    return found.row(0, named=True)


def statuses(evaluations: pl.DataFrame, entity_id: int = 1) -> dict[str, str]:
    """Stand-alone status of each filter of one company at the only as_of."""
    own = evaluations.filter(pl.col("entity_id") == entity_id)
    return dict(zip(own["filter_name"], own["stand_alone_status"], strict=True))
