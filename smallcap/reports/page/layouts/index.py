"""The tables of the index anatomy: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.layouts.columns import COMPANY
from smallcap.reports.page.tables import Column, Layout

VALUATION = Layout(
    "What the index costs",
    (
        Column("measure", "Multiple", "words"),
        Column("value_told", "At this date", "figure"),
        Column("own_median_told", "Median of its own history", "figure"),
        Column("dates", "Dates", "integer"),
        Column("members", "Members in it", "integer"),
        Column("weight", "Weight covered", "percent"),
        Column("reason", "No value because", "words"),
    ),
    note=(
        "Sums over sums: market values over earnings, equity or revenue, dividends over market values, "
        "over the members that have both."
    ),
)
SECTORS = Layout(
    "Sectors",
    (
        Column("sector", "Sector"),
        Column("members", "Members", "integer"),
        Column("weight", "Weight", "percent"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("unprofitable_share", "Unprofitable", "percent"),
        Column("unprofitable_weight_share", "By weight", "percent"),
        Column("pe_excluding_losses", "P/E, no losses", "number1"),
        Column("pe_excluding_losses_weight", "Weight in it", "percent"),
    ),
)
HOLDINGS = Layout(
    "The 25 heaviest members",
    (
        Column("rank", "Place", "integer"),
        *COMPANY,
        Column("sector", "Sector"),
        Column("weight", "Weight", "percent2"),
        Column("cumulative_weight", "Up to here", "percent"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("band", "Near a break", "words"),
    ),
)
CAUSES = Layout(
    "Who came and went, by cause",
    (
        Column("change", "Change", "words"),
        Column("cause", "Cause", "words"),
        Column("companies", "Companies", "integer"),
        Column("weight", "Weight", "percent2"),
    ),
)
INDEX_CHANGES = Layout(
    "Who came and went",
    (
        *COMPANY,
        Column("sector", "Sector"),
        Column("change", "Change", "words"),
        Column("cause", "Cause", "words"),
        Column("weight", "Weight", "percent2"),
        Column("evidence", "Evidence", "long"),
    ),
    is_searchable=True,
)
ELIGIBILITY = Layout(
    "Rules of eligibility",
    (
        Column("rule", "Rule"),
        Column("rank_date", "Rank day", "date"),
        Column("passed", "Pass", "integer"),
        Column("failed", "Fail", "integer"),
        Column("verify", "To verify", "integer"),
    ),
    note="To verify: no source here says it. It is neither passed nor failed.",
)
INELIGIBLE = Layout(
    "Members that fail a rule of eligibility",
    (
        *COMPANY,
        Column("rank_date", "Rank day", "date"),
        Column("price_usd", "Price, USD", "number"),
        Column("market_cap_usd", "Cap, USD m", "millions"),
        Column("reason", "Why", "long"),
    ),
    is_searchable=True,
)
EXPERIMENT = Layout(
    "The index against its profitable members",
    (
        Column("universe", "Universe", "words"),
        Column("compared_with", "Compared with", "words"),
        Column("weighting", "Weights", "words"),
        Column("cost_basis_points", "Cost, bp", "integer"),
        Column("annual_return", "A year", "percent"),
        Column("volatility", "Volatility", "percent"),
        Column("sharpe", "Sharpe", "number"),
        Column("max_drawdown", "Largest fall", "percent"),
        Column("turnover", "Turnover", "percent"),
        Column("difference_annual", "Difference", "percent"),
        Column("difference_ci_low", "95% from", "percent"),
        Column("difference_ci_high", "to", "percent"),
        Column("months", "Months", "integer"),
    ),
    note="Formed each June by what was visible then. Profitable, by the last fiscal year, is a proxy; "
    "admitted is the rule of the S&P SmallCap 600: last quarter, last four quarters and market value, at "
    "entry only. "
    "No return counts after a company has left the index.",
)
EXPERIMENT_TREATMENTS = Layout(
    "The difference from the index, by bootstrap and with doubtful returns treated, before costs",
    (
        Column("universe", "Universe", "words"),
        Column("weighting", "Weights", "words"),
        Column("treatment", "Returns", "words"),
        Column("difference_annual", "To the index", "percent"),
        Column("difference_ci_low", "95% from", "percent"),
        Column("difference_ci_high", "to", "percent"),
        Column("sharpe_difference", "Sharpe, to the index", "number"),
        Column("sharpe_ci_low", "95% from", "number"),
        Column("sharpe_ci_high", "to", "number"),
        Column("block_months", "Block", "number1"),
        Column("coverage", "Coverage", "words"),
    ),
    note="Stationary bootstrap in blocks of the optimal mean length, in months; the CSV has 3, 6 and 12 "
    "months, the costs, Newey-West, and Jobson and Korkie.",
)
EXPERIMENT_YEARS = Layout(
    "The same year by year, July to June, before costs",
    (
        Column("period", "Held"),
        Column("universe", "Universe", "words"),
        Column("compared_with", "Compared with", "words"),
        Column("weighting", "Weights", "words"),
        Column("names", "Companies", "integer"),
        Column("annual_return", "Return", "percent"),
        Column("max_drawdown", "Largest fall", "percent"),
        Column("difference_annual", "Difference", "percent"),
    ),
)
