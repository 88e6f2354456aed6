"""The tables of data quality and of how each number came about: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.layouts.columns import COMPANY
from smallcap.reports.page.tables import Column, Layout

CHECKS = Layout(
    "What was checked before this was published",
    (
        Column("table_name", "Table"),
        Column("check_name", "Check", "words"),
        Column("status", "Result", "verdict"),
        Column("message", "What came out", "long"),
    ),
    is_searchable=True,
)
COVERAGE = Layout(
    "Coverage, newest first",
    (
        Column("as_of", "Date", "date"),
        Column("members", "Members", "integer"),
        Column("resolved", "Known", "integer"),
        Column("priced", "Priced", "integer"),
        Column("with_fundamentals", "With a record", "integer"),
        Column("fresh_fundamentals", "Fresh", "integer"),
        Column("restated_share", "Restated values", "percent"),
        Column("market_caps", "Market value", "integer"),
        Column("split_unchecked_share", "Splits unknown", "percent"),
        Column("shares_footing", "Share counts", "words"),
        Column("inferred_share_counts", "Brought back", "integer"),
        Column("doubtful_share_counts", "Doubtful", "integer"),
        Column("screened", "Scored", "integer"),
        Column("screened_share", "Share", "percent"),
    ),
    note="Restated values: visible by date, but not as first filed. Splits unknown: market values whose "
    "count may miss a split up to the price. Brought back: counts of a split-adjusted table, divided by the "
    "splits after the price.",
)
MISSING_REASONS = Layout(
    "Members without a score, by reason, and since when",
    (
        Column("exclusion_reason", "Reason", "words"),
        Column("members", "Members", "integer"),
        Column("first_time", "New at this date", "integer"),
        Column("median_since", "Half of them since", "date"),
        Column("longest_since", "Longest since", "date"),
    ),
    note="Since: the first date of the unbroken run of dates, among those that are published.",
)
MISSING = Layout(
    "Each member without a score",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("exclusion_reason", "Reason", "words"),
        Column("missing_since", "Since", "date"),
        Column("period_end", "Last fiscal year", "date"),
        Column("market_cap_reason", "No market value", "words"),
    ),
    is_searchable=True,
)
REJECTS = Layout(
    "Rows that a rule refused",
    (
        Column("table_name", "Table"),
        Column("rule", "Rule", "words"),
        Column("refused", "Rows", "integer"),
        Column("first_year", "From"),
        Column("last_year", "To"),
    ),
    note="Refused rows are kept in core.rejects with the rule that they break.",
)
FETCHED = Layout(
    "What was requested of each source",
    (
        Column("dataset", "Data", "words"),
        Column("source", "Source"),
        Column("first_year", "From"),
        Column("fetched_through", "Known up to", "date"),
        Column("asked", "Requested", "integer"),
    ),
)
VERSIONS = Layout(
    "Table versions that this page was read from",
    (
        Column("table_name", "Table"),
        Column("version", "Version"),
        Column("row_count", "Rows", "integer"),
        Column("first_year", "From"),
        Column("last_year", "To"),
    ),
    note="These versions are kept for as long as this report is.",
)
RULE_SETS = Layout(
    "Rule sets used on this date",
    (
        Column("judged", "Evaluated"),
        Column("rule_set", "Rule set, version"),
        Column("judged_rows", "Rows", "integer"),
    ),
)
