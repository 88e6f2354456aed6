"""The tables of the value funnel and of every member: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.layouts.columns import COMPANY
from smallcap.reports.page.tables import Column, Layout

ATTRITION = Layout(
    "The seven filters in strict order",
    (
        Column("filter_told", "Filter and limit"),
        Column("entered", "Entered", "integer"),
        Column("passed", "Passed", "integer"),
        Column("failed", "Failed", "integer"),
        Column("verify", "To verify", "integer"),
        Column("not_applicable", "Not applicable", "integer"),
        Column("borderline", "Borderline", "integer"),
        Column("left", "Left", "integer"),
        Column("left_verified", "Left, all verified", "integer"),
        Column("stand_alone_passed", "Passes alone", "integer"),
    ),
    note=(
        "A fail stops; a verify goes on and is counted. Filter 7 judges the survivors as a book, not "
        "each company."
    ),
)
LOOK = Layout(
    "Survivors of the best quality, cheapest first",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("outcome", "Outcome", "verdict"),
        Column("score", "Score", "number"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("pe", "P/E", "number1"),
        Column("p_fcf", "P/FCF", "number1"),
        Column("roe", "ROE", "percent"),
        Column("debt_to_equity", "Debt / equity", "percent"),
        Column("borderline_filters", "Narrow at", "words"),
    ),
    note="All survivors are on the page of the funnel.",
)
SURVIVORS = Layout(
    "Survivors",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("outcome", "Outcome", "verdict"),
        Column("quintile", "Quality", "integer"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("pe", "P/E", "number1"),
        Column("pb", "P/B", "number1"),
        Column("p_fcf", "P/FCF", "number1"),
        Column("roe", "ROE", "percent"),
        Column("debt_to_equity", "Debt / equity", "percent"),
        Column("exchange", "Exchange"),
        Column("net_margin", "Net margin", "percent"),
        Column("ebitda_margin", "EBITDA margin", "percent"),
        Column("net_cash_usd", "Net cash, USD m", "millions"),
        Column("dividends_paid_usd", "Dividends, USD m", "millions"),
        Column("note", "Note", "words"),
        Column("borderline_filters", "Narrow at", "words"),
        Column("filters_to_verify", "To verify", "words"),
    ),
    is_searchable=True,
    note=(
        "Quality is the quintile of the quality screen, 5 is best. A ticker leads to the company's "
        "tear sheet."
    ),
)
BORDERLINE = Layout(
    "Passed, but close to a limit",
    (
        *COMPANY,
        Column("outcome", "Outcome", "verdict"),
        Column("filter_name", "Filter", "words"),
        Column("measure", "Measure", "words"),
        Column("value_told", "Value", "figure"),
        Column("threshold_told", "Limit", "figure"),
        Column("headroom_told", "Headroom", "figure"),
        Column("reason", "Why", "long"),
    ),
    is_searchable=True,
)
NEAR_MISSES = Layout(
    "Failed by one filter alone, nearest first",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("filter_name", "Fails", "words"),
        Column("measure", "Measure", "words"),
        Column("value_told", "Value", "figure"),
        Column("threshold_told", "Limit", "figure"),
        Column("headroom_told", "Headroom", "figure"),
        Column("reason", "Why", "long"),
    ),
    is_searchable=True,
)
TO_VERIFY = Layout(
    "Failed by nothing, but not everything could be evaluated",
    (
        *COMPANY,
        Column("outcome", "Outcome", "verdict"),
        Column("filters", "At", "words"),
        Column("first_reason", "Why, at the first of them", "long"),
    ),
    is_searchable=True,
)
CHANGES = Layout(
    "Entered or left the survivors",
    (
        Column("ticker", "Ticker", "ticker"),
        Column("change", "Change", "verdict"),
        Column("cause", "Cause", "words"),
        Column("filter_name", "Filter", "words"),
        Column("measure", "Measure", "words"),
        Column("value_from_told", "Value before", "figure"),
        Column("value_to_told", "Value now", "figure"),
        Column("reason", "Why", "long"),
    ),
)
FOOTINGS = Layout(
    "Medians by footing: fiscal years, and the latest quarter",
    (
        Column("measure", "Measure", "words"),
        Column("companies", "Companies", "words"),
        Column("annual", "Fiscal year", "number"),
        Column("annual_companies", "Known", "integer"),
        Column("latest", "Latest quarter", "number"),
        Column("latest_companies", "Known", "integer"),
    ),
    note="Of the members that filter 6 counts. Without a later quarter, annual figures stand on both.",
)
DEBT = Layout(
    "Debt between annual reports",
    (
        Column("ticker", "Ticker", "ticker"),
        Column("state", "State", "words"),
        Column("status_on_annual", "Filter 3 by the annual report", "verdict"),
        Column("status_on_quarter", "By the quarter", "verdict"),
        Column("debt_to_equity_on_annual", "Debt / equity, annual", "percent"),
        Column("debt_to_equity_on_quarter", "Of the quarter", "percent"),
        Column("balance_sheet_date", "Balance sheet", "date"),
        Column("first_known_date", "Known since", "date"),
        Column("days_ahead", "Days ahead", "integer"),
        Column("outcome_on_annual", "Outcome by the annual report", "verdict"),
        Column("outcome_on_latest", "By the quarter", "verdict"),
    ),
    is_searchable=True,
)
MEMBERS = Layout(
    "Every member",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("weight", "Weight", "percent2"),
        Column("score", "Score", "number"),
        Column("quintile", "Quintile", "integer"),
        Column("exclusion_reason", "No score because", "words"),
        Column("outcome", "Funnel", "verdict"),
        Column("stopped_by", "Stopped by", "words"),
    ),
    is_searchable=True,
)
