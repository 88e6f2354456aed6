"""The core tables of members and of refused rows; by company rather than by line."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    number,
    ratio,
    text,
    usd,
    year,
)


class Members(dy.Schema):
    """One row per as_of and member company; the company's lines are summed."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    index_name = text("the index", nullable=False)
    ticker = text("ticker of the company's largest line, as in the source", nullable=False)
    name = text("name of the largest line")
    security_id = dy.Int64(nullable=False, description="our id of the largest line")
    line_count = count("lines of the company in the index", unit="lines")
    sector = text("GICS sector name")
    sic = text("Standard Industrial Classification code")
    gics = text("GICS sub-industry code")
    exchange = text("exchange of the largest line, as in the source of the list")
    snapshot_date = date("date of the list that was used", nullable=False)
    fund = text("the fund whose holdings that list is; null if it is of the index itself or names no fund")
    list_available_date = date("first day on which that list could be known")
    membership_basis = text(
        "evidence_known: the list could be known at as_of; index_known: it became public later, while the "
        "index itself publishes its members on the day",
        nullable=False,
    )
    membership_age_days = count("days from the date of the list to as_of", unit="days")
    market_value_usd = usd("value of the fund's or index's holding, all lines", min=0)
    weight = ratio("weight in the index, all lines", min=0, max=1)
    list_price_usd = number("price of the largest line given in the list", "USD per share", min=0)
    list_quantity = number("shares held by the fund, all lines", "shares", min=0)
    is_ticker_usable = flag("the ticker is one to five letters once separators are stripped")
    is_resolved = flag("the company is known to the fundamentals source")
    unresolved_reason = text("why is_resolved is false")
    is_resolution_later = flag("a list later than the line's first identified the company (raw.securities)")
    is_resolution_corrected = flag("a row of ticker_aliases.csv changed the line's company (raw.securities)")
    is_priced = flag("a price as traded, at most 31 days old, is known at as_of")
    is_classified = flag("a SIC, a GICS code or a sector name is known")
    company_kind = text(
        "bank, insurer, broker_or_lender, asset_manager, equity_reit, mortgage_reit or other; null if "
        "neither a code nor a sector is known"
    )
    kind_basis = text("the field that company_kind is based on: sic, gics or sector")
    is_financial = flag(
        "a bank, insurer, broker or lender, asset manager or mortgage trust by company_kind", nullable=True
    )
    financial_basis = text("the field that is_financial is based on: sic, gics or sector")
    source = text("source of the membership", nullable=False)


class Rejects(dy.Schema):
    """One row per row that a table's rules refused, with the reason."""

    table_name = key_text("the table that refused the row")
    year = dy.Int32(
        primary_key=True, min=1900, max=2200, description="partition of that table that the row would be in"
    )
    reject_id = key_text("digest of the row and the rule")
    rule = text("the rule that the row breaks", nullable=False)
    row_json = text("the row as JSON", nullable=False)
