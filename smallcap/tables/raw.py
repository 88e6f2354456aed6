"""The raw tables: what sources delivered, in canonical names and units, before any judgement."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    KNOWN_YEAR,
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


class Constituents(dy.Schema):
    """One row per index, as_of and line as the source lists it."""

    year = year(AS_OF_YEAR)
    index_name = key_text("the index, as we call it: russell2000")
    as_of = key_date("the date the question is asked about")
    security_id = key_id("the line (share class), ours")
    ticker = text("the symbol as the source spells it", nullable=False)
    name = text("company or line name as the source spells it")
    sector = text("sector name as the source gives it, in GICS words")
    snapshot_date = date(
        "date of the source's list that was used, at most 31 days before as_of", nullable=False
    )
    market_value_usd = usd("value of the fund's or index's holding of the line", min=0)
    weight = ratio("share of the line in the list, from market values where known", min=0, max=1)
    price_usd = number(
        "price as traded that the list itself prints, at snapshot_date", "USD per share", min=0
    )
    quantity = number("shares of the line that the fund holds", "shares", min=0)
    location = text("country as the source gives it")
    exchange = text("exchange as the source gives it")
    source = text("where the row comes from", nullable=False)


class Securities(dy.Schema):
    """One row per line and ticker spell: the map from a source's names and ids to ours."""

    security_id = key_id("the line (share class), ours")
    source = key_text("the source whose names these are")
    valid_from = key_date("first day on which the line carried the ticker, as far as known")
    entity_id = dy.Int64(nullable=False, description="the company, ours")
    source_id = text("the vendor's own id of the line; vendors renumber, so it is never ours")
    source_entity_id = text("the vendor's own id of the company")
    ticker = text("the symbol during the spell, normalised: upper case, no separators", nullable=False)
    valid_to = date("last day of the spell; null while it lasts")
    name = text("company name")
    sector = text("sector name, GICS words")
    sic = text("Standard Industrial Classification code, four digits")
    gics = text("GICS sub-industry code, eight digits")
    is_resolved = flag("the line belongs to a company that the fundamentals source knows")
    unresolved_reason = text("why is_resolved is false")


class Fundamentals(dy.Schema):
    """One row per company, fiscal period, version and filing, as the source served it."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("the company, ours")
    period_end = key_date("end of the fiscal year that the row describes")
    version = key_text("original or restated")
    available_date = key_date(
        "first NYSE session after filing_date; where that is missing, period_end + 90 days"
    )
    source = key_text("where the row comes from")
    is_available_date_assumed = flag("no filing date is known; available_date is period_end + 90 days")
    is_value_restated = flag(
        "the values are later restatements served under the original filing date: visible by date, "
        "not as filed"
    )
    is_blank_debt_zero = flag("the source declares that blank debt, dividends and buybacks mean none")
    ticker = text("the symbol as the source spells it")
    fiscal_year = dy.Int64(
        nullable=True, metadata={"unit": "fiscal year"}, description="the source's own fiscal year"
    )
    period_days = dy.Int64(
        nullable=True, metadata={"unit": "days"}, description="length of the period where the source gives it"
    )
    currency = text("currency of the money columns")
    filing_date = date("day the figures were filed")
    revenue_usd = usd("revenue")
    cost_of_revenue_usd = usd("cost of revenue, a positive expense")
    gross_profit_usd = usd("gross profit")
    operating_income_usd = usd("operating income")
    interest_expense_usd = usd("gross interest expense, a positive expense")
    net_interest_expense_usd = usd("interest expense less interest income; negative is net interest income")
    pretax_income_usd = usd("income before tax")
    income_tax_usd = usd("income tax, a positive expense")
    net_income_usd = usd("net income")
    cash_and_short_term_investments_usd = usd("cash and short-term investments")
    receivables_usd = usd("receivables")
    inventories_usd = usd("inventories")
    current_assets_usd = usd("current assets")
    property_plant_equipment_usd = usd("property, plant and equipment, net")
    goodwill_usd = usd("goodwill")
    total_assets_usd = usd("total assets")
    short_term_debt_usd = usd("debt due within a year, with the current part of long-term debt")
    current_liabilities_usd = usd("current liabilities")
    long_term_debt_usd = usd("debt due after a year")
    total_liabilities_usd = usd("total liabilities")
    retained_earnings_usd = usd("retained earnings; negative is an accumulated deficit")
    shareholders_equity_usd = usd("shareholders' equity")
    depreciation_amortization_usd = usd("depreciation and amortisation")
    operating_cash_flow_usd = usd("cash flow from operations")
    capital_expenditures_usd = usd(
        "capital expenditures, a positive outflow; net of disposals it may be negative"
    )
    dividends_paid_usd = usd("dividends paid, a positive outflow")
    net_share_repurchases_usd = usd("buybacks less issues, a positive outflow")
    shares_outstanding = number("shares on the cover or balance sheet", "shares")
    shares_outstanding_date = date("the day of that count")
    shares_basic = number("weighted average basic shares of the period", "shares")
    shares_diluted = number("weighted average diluted shares of the period", "shares")


class VendorMetrics(dy.Schema):
    """One row per company and fiscal period: the ratios that a vendor serves ready-made."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("the company, ours")
    period_end = key_date("end of the fiscal year that the row describes")
    source = key_text("where the row comes from")
    available_date = date(
        "that of the company's first fundamentals row of the same period_end", nullable=False
    )
    roe = ratio("return on equity as served")
    fcf_margin = ratio("free cash flow margin as served")
    debt_to_assets = ratio("total debt over total assets as served")
    interest_coverage = ratio("interest coverage as served", "multiple")
    altman_z_score = ratio("Altman Z as served", "score")
    market_cap_period_end_usd = usd("market capitalisation on the trading day of period_end")


class Prices(dy.Schema):
    """One row per line and month (its last session)."""

    year = year("calendar year of date; the partition")
    security_id = key_id("the line (share class), ours")
    date = key_date("the last session of the month that was observed")
    close_usd = number("unadjusted close as traded", "USD per share", min=0)
    adjusted_close_usd = number(
        "close adjusted for later splits, by some sources for dividends too; serves returns only",
        "USD per share",
        min=0,
    )
    split_ratio = number(
        "new shares per old share of the splits in the month; null where the source does not say",
        "ratio",
        min_exclusive=0,
    )
    total_return = ratio("return of the month with dividends", min=-1)
    source = text("where the row comes from", nullable=False)


class Factors(dy.Schema):
    """One row per vintage, model and month: Kenneth French's factors as fractions."""

    vintage = key_text("YYYYMM of the returns database that the file names in its first line")
    model = key_text("FF5, FF3 or MOM: the file the row comes from")
    month = key_date("last calendar day of the month")
    mkt_rf = ratio("market return over the risk-free rate")
    smb = ratio("small minus big")
    hml = ratio("high minus low book-to-market")
    rmw = ratio("robust minus weak profitability")
    cma = ratio("conservative minus aggressive investment")
    mom = ratio("winners minus losers")
    rf = ratio("risk-free rate of the month")
    sha256 = text("checksum of the file", nullable=False)
    source = text("where the file comes from", nullable=False)


class Snapshots(dy.Schema):
    """One row per fetched payload; rebuilt from the files beside the payloads."""

    snapshot_id = key_text("key of the request: source, dataset and a digest of its parameters and content")
    source = text("the source asked", nullable=False)
    dataset = text("what was asked for", nullable=False)
    request = text("the request's parameters as JSON, without secrets", nullable=False)
    sha256 = text("checksum of the payload before compression", nullable=False)
    bytes = count("size of the payload before compression", unit="bytes")
    path = text("the compressed payload, relative to the home", nullable=False)
    fetched_at = dy.Datetime(
        nullable=False,
        time_unit="us",
        description="when we got it (UTC); a fetch column, not compared between homes",
    )
