"""The tables of the quality screen: which columns are shown, under which heading, in which format."""

from __future__ import annotations

from smallcap.reports.page.layouts.columns import COMPANY, INPUTS
from smallcap.reports.page.tables import Column, Layout

QUALITY_STEPS = Layout(
    "What was left after each step",
    (
        Column("basis", "Known", "words"),
        Column("members", "Members", "integer"),
        Column("usable_tickers", "Usable ticker", "integer"),
        Column("with_record", "Fresh record", "integer"),
        Column("complete_records", "Complete", "integer"),
        Column("records_after_controls", "Inside controls", "integer"),
        Column("scored", "Scored", "integer"),
    ),
    note=(
        "Point in time: known at the date. As published: known 163 days later, as the study had it; "
        "the difference is look-ahead."
    ),
)
QUINTILES = Layout(
    "Medians by quintile, 5 is best",
    (
        Column("quintile", "Quintile", "integer"),
        Column("scored", "Companies", "integer"),
        Column("roe_median", "ROE", "percent"),
        Column("fcf_margin_median", "FCF margin", "percent"),
        Column("debt_to_assets_median", "Debt / assets", "percent"),
        Column("interest_coverage_median", "Coverage", "multiple"),
        Column("market_cap_usd_median", "Cap, USD m", "millions"),
    ),
)
BEST = Layout(
    "The eight best scores",
    (Column("place", "Place", "integer"), *COMPANY, Column("score", "Score", "number"), *INPUTS),
)
WORST = Layout(
    "The eight worst scores, worst first",
    (Column("place", "Place", "integer"), *COMPANY, Column("score", "Score", "number"), *INPUTS),
)
DESCRIBED = Layout(
    "The inputs of the scored companies",
    (
        Column("basis", "Known", "words"),
        Column("input", "Input", "words"),
        Column("companies", "Count", "integer"),
        Column("mean_told", "Mean", "figure"),
        Column("std_told", "Deviation", "figure"),
        Column("least_told", "Least", "figure"),
        Column("p25_told", "25%", "figure"),
        Column("median_told", "Median", "figure"),
        Column("p75_told", "75%", "figure"),
        Column("greatest_told", "Greatest", "figure"),
    ),
    note="Interest coverage as it is scored, clipped; the deviation is that of a sample.",
)
ABLATION = Layout(
    "The same screen without one of its rules",
    (
        Column("variant", "Variant", "words"),
        Column("scored", "Scored", "integer"),
        Column("roe_median", "ROE", "percent"),
        Column("fcf_margin_median", "FCF margin", "percent"),
        Column("debt_to_assets_median", "Debt / assets", "percent"),
        Column("top_names", "Best", "long"),
        Column("bottom_names", "Worst", "long"),
    ),
    note=(
        "Medians are of all scored companies. Names that stay whatever rule is left out do not owe "
        "their place to that rule."
    ),
)
OUTCOMES = Layout(
    "What became of last year's quintiles",
    (
        Column("quintile", "Quintile", "integer"),
        Column("formed_as_of", "Formed", "date"),
        Column("outcome_companies", "Companies", "integer"),
        Column("outcome_reported", "Reported since", "integer"),
        Column("outcome_loss_share", "With a loss", "percent"),
        Column("outcome_debt_to_assets_median", "Debt / assets", "percent"),
        Column("outcome_exit_share", "Left the index", "percent"),
        Column("outcome_max_drawdown_median", "Largest fall", "percent"),
    ),
    note="Largest fall: median over the companies, from month-end returns.",
)
