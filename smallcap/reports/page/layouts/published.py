"""The tables of watched names and published figures: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.tables import Column, Layout

WATCHED = Layout(
    "Watched names that are not members",
    (
        Column("ticker", "Ticker", "ticker"),
        Column("name", "Name"),
        Column("outcome", "Outcome", "verdict"),
        Column("stopped_by", "Stopped by", "words"),
        Column("filters_to_verify", "To verify", "words"),
        Column("lens_items_met", "Items met of 18", "integer"),
        Column("score", "Score", "number"),
        Column("quintile", "Quintile", "integer"),
        Column("exclusion_reason", "No score because", "words"),
        Column("balance_sheet_date", "Balance sheet", "date"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("roe", "ROE", "percent"),
        Column("debt_to_equity", "Debt / equity", "percent"),
        Column("note", "Note", "long"),
        Column("missing_filing", "Filing that no source has", "long"),
    ),
    note="Judged against the members' medians, percentiles and edges; counted in none of them. Debt and "
    "market value are of the balance sheet that the filters use; ROE is of the fiscal year, as in the lens.",
)
CANDIDATES = Layout(
    "Candidates of the published value book",
    (
        Column("ticker", "Ticker", "ticker"),
        Column("figure", "Figure", "words"),
        Column("published_told", "Published", "figure"),
        Column("ours_told", "Ours", "figure"),
        Column("difference_told", "Difference", "figure"),
        Column("reason", "Why", "long"),
    ),
    is_searchable=True,
    note="marts.candidate_leverage has the debt over equity of each filing.",
)
STUDY = Layout(
    "The published studies beside this date",
    (
        Column("basis", "Known", "words"),
        Column("item", "Of"),
        Column("measure", "Measure", "words"),
        Column("published_told", "Published", "figure"),
        Column("ours_told", "Ours", "figure"),
        Column("difference_told", "Difference", "figure"),
        Column("reason", "Why", "long"),
    ),
    is_searchable=True,
)
REGRESSION = Layout(
    "The published regression of the value book beside ours",
    (
        Column("item", "Of"),
        Column("measure", "Measure", "words"),
        Column("published", "Published", "number"),
        Column("ours", "Ours", "number"),
        Column("difference", "Difference", "number"),
        Column("reason", "Why", "long"),
    ),
)
