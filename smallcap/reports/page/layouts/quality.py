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
    "What became of the quintiles of 21 months before",
    (
        Column("quintile", "Quintile", "integer"),
        Column("formed_as_of", "Formed", "date"),
        Column("companies", "Companies", "integer"),
        Column("reported_share", "Reported", "percent"),
        Column("loss_share", "With a loss", "percent"),
        Column("loss_share_low", "At least", "percent"),
        Column("loss_share_high", "At most", "percent"),
        Column("exits_graduated", "Too large", "integer"),
        Column("exits_acquired", "Acquired", "integer"),
        Column("exits_failed", "Failed", "integer"),
        Column("exits_other", "Too small", "integer"),
        Column("exits_unknown", "Left, unknown", "integer"),
    ),
    note=(
        "Of the first fiscal year that ends at least six months after formation. At least and at most: "
        "companies that have not reported as without a loss, as with one."
    ),
)
PERFORMANCE = Layout(
    "Could the score have forecast returns",
    (
        Column("holding_months", "Held", "integer"),
        Column("weighting", "Weights"),
        Column("scope", "Sectors"),
        Column("portfolio", "Quintile"),
        Column("months", "Months", "integer"),
        Column("annual_return", "Return", "percent"),
        Column("annual_return_50", "After 50 bp", "percent"),
        Column("max_drawdown", "Largest fall", "percent"),
        Column("turnover", "Turnover", "percent"),
        Column("ff5_alpha_annual", "Alpha FF5", "percent"),
        Column("ff5_alpha_hac_t_stat", "t", "number"),
        Column("ff5_mom_alpha_annual", "With MOM", "percent"),
    ),
    note=(
        "Formed from what was visible at a month's end, held from the next month on, for so many months. "
        "Costs are per dollar bought or sold. Long short is quintile 5 less 1 and pays for both legs; "
        "borrowing is not charged. Returns are a year, t is Newey-West. The file has more."
    ),
)
TREATMENTS = Layout(
    "Long short by the treatment of doubtful returns",
    (
        Column("holding_months", "Held", "integer"),
        Column("weighting", "Weights"),
        Column("scope", "Sectors"),
        Column("treatment", "Returns", "words"),
        Column("months", "Months", "integer"),
        Column("ff5_alpha_annual", "Alpha FF5", "percent"),
        Column("ff5_alpha_hac_ci_low", "From", "percent"),
        Column("ff5_alpha_hac_ci_high", "To", "percent"),
        Column("ff5_alpha_ci_low", "Bootstrap from", "percent"),
        Column("ff5_alpha_ci_high", "To", "percent"),
        Column("ff5_block_months", "Block", "integer"),
        Column("ff5_mom_alpha_annual", "With MOM", "percent"),
        Column("coverage", "Coverage", "words"),
    ),
    note=(
        "Before costs. Intervals are Newey-West, and of the stationary bootstrap with the optimal mean "
        "length of blocks, in months. The file has the single quintiles and other block lengths."
    ),
)
AGREEMENT = Layout(
    "Quality otherwise defined, beside the score",
    (
        Column("method", "Score", "words"),
        Column("alternative", "Other definition", "words"),
        Column("companies", "With both", "integer"),
        Column("rank_correlation", "Rank correlation", "number"),
        Column("top_overlap", "Of the top quintile", "percent"),
        Column("chance_overlap", "By chance", "percent"),
    ),
    note=(
        "Of the top quintile: share of the score's best fifth that is in the other definition's. Financials "
        "are ranked among themselves."
    ),
)
