"""Columns that several tables of the page share."""

from __future__ import annotations

from smallcap.reports.page.tables import Column

COMPANY = (Column("ticker", "Ticker", "ticker"), Column("name", "Name"))
INPUTS = (
    Column("roe", "ROE", "percent"),
    Column("fcf_margin", "FCF margin", "percent"),
    Column("debt_to_assets", "Debt / assets", "percent"),
    Column("interest_coverage", "Coverage", "multiple"),
    Column("market_cap_usd", "Cap, USD m", "millions"),
)
