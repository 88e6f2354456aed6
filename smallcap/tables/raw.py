"""The raw tables: what sources delivered, in canonical names and units, before any checks."""

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

SOURCE_ID = "the source's id of the line, by which rows of later deliveries are matched"
SOURCE_ENTITY_ID = "the source's id of the company, by which rows of later deliveries are matched"
MISSING_SINCE = (
    "the source's day on which the row was first no longer delivered; it stays in use; null while delivered"
)


class Constituents(dy.Schema):
    """One row per index, as_of and line in the source's list."""

    year = year(AS_OF_YEAR)
    index_name = key_text("our name of the index: russell2000")
    as_of = key_date("as-of date, for which the row is computed")
    security_id = key_id("our id of the line (share class)")
    ticker = text("the ticker as in the source", nullable=False)
    name = text("company or line name as in the source")
    sector = text("sector name from the source, converted to GICS names")
    snapshot_date = date(
        "date of the source's list that was used, at most the source's limit (31 days; preset public more) "
        "before as_of",
        nullable=False,
    )
    market_value_usd = usd("value of the fund's or index's holding of the line", min=0)
    weight = ratio("share of the line in the list, from market values where known", min=0, max=1)
    price_usd = number("price as traded given in the list, at snapshot_date", "USD per share", min=0)
    quantity = number("shares of the line held by the fund", "shares", min=0)
    location = text("country as in the source")
    exchange = text("exchange as in the source")
    fund = text("the fund whose holdings the list is; null if it is of the index itself or names no fund")
    list_available_date = date(
        "first day on which the list could be known: the session after it was published or filed; its own "
        "date where the source does not say"
    )
    source = text("source of the row", nullable=False)
    source_id = text(SOURCE_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class Securities(dy.Schema):
    """One row per line and ticker spell: the mapping from a source's names and ids to ours.

    Where the source dates industries, a changed code begins a row of its own.
    """

    security_id = key_id("our id of the line (share class)")
    source = key_text("the source of the names")
    valid_from = key_date("first day on which the line carried the ticker, as far as known")
    entity_id = dy.Int64(nullable=False, description="our id of the company")
    source_id = text("the vendor's id of the line; vendors renumber, so it is never used as ours")
    source_entity_id = text("the vendor's id of the company")
    ticker = text("the ticker during the spell, normalised: upper case, no separators", nullable=False)
    valid_to = date("last day of the spell; null if open")
    delisting_cause = text(
        "why trading in the line ended, on its last spell: acquired, performance or other; null while it "
        "trades, and where the source does not say"
    )
    name = text("company name")
    sector = text("GICS sector name")
    sic = text("Standard Industrial Classification code, four digits")
    filer_status = text(
        "the filer's status at the SEC by its last filing before valid_from; null where the source has none"
    )
    gics = text("GICS sub-industry code, eight digits")
    is_resolved = flag("the line belongs to a company known to the fundamentals source")
    unresolved_reason = text("why is_resolved is false, with the company that it may be")
    resolution_evidence = text(
        "the evidence for the line's company and its changes of name, with points (docs/methods/identity.md)"
    )
    resolved_by = text(
        "preset public: the way by which the line's company was found: alias, ticker_and_name, "
        "ticker_and_former_name, or the record that alone has the name: name_in_submissions, name_as_filed, "
        "name_in_index, name_today; holder_of_the_ticker for a name that no list has; null where unresolved, "
        "and in other presets"
    )
    is_resolution_later = flag(
        "a list later than the line's first identified the company; earlier dates have it too"
    )
    is_resolution_corrected = flag("a dated row of ticker_aliases.csv overruled the evidence")


class AnnualRecord(dy.Schema):
    """One row per company, fiscal period, version and filing."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year; of a quarterly record, end of the quarter")
    version = key_text("original or restated")
    available_date = key_date(
        "first NYSE session after filing_date; if that is missing, period_end + 90 days"
    )
    source = key_text("source of the row")
    is_available_date_assumed = flag("no filing date is known; available_date is period_end + 90 days")
    is_value_restated = flag(
        "the values are later restatements served under the original filing date: visible by date but "
        "not as filed"
    )
    is_blank_debt_zero = flag("the source declares that blank debt, dividends and buybacks mean none")
    is_debt_explained_zero = flag(
        "a blank part of debt is none: other liabilities explain the balance sheet, and nothing shows debt"
    )
    ticker = text("the ticker as in the source")
    fiscal_year = dy.Int64(
        nullable=True, metadata={"unit": "fiscal year"}, description="fiscal year as numbered by the source"
    )
    period_days = dy.Int64(
        nullable=True, metadata={"unit": "days"}, description="length of the period, if the source gives it"
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
    short_term_debt_usd = usd("debt due within a year, including the current part of long-term debt")
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
    shares_split_basis = text(
        "which splits the share counts carry, where declared: as_filed, or split_adjusted_to and a date"
    )


class Fundamentals(AnnualRecord):
    """One row per company, fiscal period, version and filing, as the source served it."""

    source_entity_id = text(SOURCE_ENTITY_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class VendorMetrics(dy.Schema):
    """One row per company and fiscal period: ratios computed by a vendor."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year")
    source = key_text("source of the row")
    available_date = date(
        "available_date of the company's first fundamentals row of the same period_end", nullable=False
    )
    roe = ratio("return on equity as served")
    fcf_margin = ratio("free cash flow margin as served")
    debt_to_assets = ratio("total debt over total assets as served")
    interest_coverage = ratio("interest coverage as served", "multiple")
    altman_z_score = ratio("Altman Z as served", "score")
    market_cap_period_end_usd = usd("market capitalisation on the trading day of period_end")
    source_entity_id = text(SOURCE_ENTITY_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class Prices(dy.Schema):
    """One row per line and month, at the month's last session."""

    year = year("calendar year of date; the partition")
    security_id = key_id("our id of the line (share class)")
    date = key_date("the last session of the month that was observed")
    close_usd = number("unadjusted close as traded", "USD per share", min=0)
    adjusted_close_usd = number(
        "close adjusted for later splits, in some sources also for dividends; used only for returns",
        "USD per share",
        min=0,
    )
    split_ratio = number(
        "new shares per old share for the splits in the month; null if unknown to the source",
        "ratio",
        min_exclusive=0,
    )
    total_return = ratio("return of the month with dividends", min=-1)
    median_dollar_volume_usd = usd(
        "median over the month's sessions of close times shares traded; null where the volume is not known",
        min=0,
    )
    source = text("source of the row", nullable=False)
    source_id = text(SOURCE_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class Factors(dy.Schema):
    """One row per vintage, model and month: Kenneth French's factors as fractions."""

    vintage = key_text("YYYYMM of the returns database named in the file's first line")
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
    source = text("source of the file", nullable=False)


class Snapshots(dy.Schema):
    """One row per fetched payload; rebuilt from the metadata files stored with the payloads."""

    snapshot_id = key_text("key of the request: source, dataset and a digest of its parameters and content")
    source = text("the source", nullable=False)
    dataset = text("the dataset requested", nullable=False)
    request = text("the request's parameters as JSON, without secrets", nullable=False)
    sha256 = text("checksum of the payload before compression", nullable=False)
    bytes = count("size of the payload before compression", unit="bytes")
    path = text("the compressed payload, relative to the home", nullable=False)
    fetched_at = dy.Datetime(
        nullable=False,
        time_unit="us",
        description="when it was fetched (UTC); a fetch column, not compared between homes",
    )
