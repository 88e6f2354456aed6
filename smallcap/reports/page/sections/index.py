"""The section on the anatomy of the index."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.charts.index import sector_drift, sectors, valuation
from smallcap.reports.page.data import Report, ReportData
from smallcap.reports.page.formats import integer, millions, percent, words
from smallcap.reports.page.layouts import index as layouts
from smallcap.reports.page.layouts import reconstitution, thesis
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.benchmarks import benchmark_blocks
from smallcap.reports.page.sections.blocks import (
    Block,
    PictureBlock,
    Section,
    Sentence,
    block,
    insufficient,
    told,
    where,
)

SHOWN_HOLDINGS = 25
CAVEAT = (
    "Multiples are ratios of sums over the members whose figures are known; the tables say how many and "
    "how much "
    "weight that is. Leaving losses out makes any index look cheaper than it is to its owner."
)


def index_section(report: Report, links: Links) -> Section:
    """Show what the index is made of, who came and went, and the profitability experiment."""
    data = report.data
    blocks = (*_composition(data, links), *_membership(data, links), *_returns(data))
    lead = "What the index itself is made of at this date, from our own tables."
    question = "What does the index hold, and what does it cost?"
    return Section("index", "Index", question, lead, blocks, CAVEAT)


def _composition(data: ReportData, links: Links) -> list[Block]:
    absent = "There is no profile of the index for this date."
    heaviest = where(data.index_holdings, pl.col("rank") <= SHOWN_HOLDINGS)
    return [
        *(_pictures(data) or [Sentence(absent)]),
        *([Sentence(_index_sentence(data.index_profile))] if data.index_profile.height else []),
        block(told(data.index_valuation), layouts.VALUATION, "index_valuation", absent),
        block(data.index_sectors, layouts.SECTORS, "index_sectors", absent),
        block(heaviest, layouts.HOLDINGS, "index_holdings", absent, links),
    ]


def _pictures(data: ReportData) -> list[Block]:
    drawn = (
        sectors(data.index_sectors) if data.index_sectors.height else None,
        sector_drift(data.sectors_history) if data.sectors_history.height else None,
    )
    prices = valuation(data.valuation_history) if data.valuation_history.height else []
    return [PictureBlock(picture) for picture in (*prices, *drawn) if picture]


def _membership(data: ReportData, links: Links) -> list[Block]:
    no_causes = "Nobody came or went since the date before, or there is none before."
    no_changes = "There are no changes of membership to list."
    no_rules = "Eligibility was not asked at this date."
    no_failures = "No member fails a rule that could be asked."
    return [
        block(data.index_causes, layouts.CAUSES, "index_causes", no_causes),
        block(data.index_changes, layouts.INDEX_CHANGES, "index_changes", no_changes, links),
        block(data.index_eligibility, layouts.ELIGIBILITY, "index_eligibility", no_rules),
        block(data.index_ineligible, layouts.INELIGIBLE, "index_ineligible", no_failures, links),
    ]


def _returns(data: ReportData) -> list[Block]:
    is_estimated, is_whole = pl.col("status") == "estimated", pl.col("period") == "all"
    whole = where(data.experiment, is_whole & is_estimated)
    years = where(data.experiment, ~is_whole & is_estimated & (pl.col("cost_basis_points") == 0))
    is_optimal = (pl.col("block") == "optimal") & (pl.col("cost_basis_points") == 0)
    treated = where(data.experiment_treatments, is_optimal & is_estimated)
    no_experiment = insufficient(data.experiment, "The profitability experiment was not made.")
    no_year = insufficient(data.experiment, "It has no complete year yet.")
    return [
        *_reconstitutions(data),
        *benchmark_blocks(data),
        block(whole, layouts.EXPERIMENT, "experiment", no_experiment),
        block(treated, layouts.EXPERIMENT_TREATMENTS, "experiment_treatments", no_experiment),
        block(years, layouts.EXPERIMENT_YEARS, "experiment", no_year),
        block(data.thesis_checks, thesis.CLAIMS, "thesis_checks", "No claim is listed."),
    ]


def _reconstitutions(data: ReportData) -> list[Block]:
    """Show the groups around reconstitutions, what the fund paid, and each event."""
    too_few = insufficient(
        data.reconstitution_pooled, "No reconstitution is in the dates that are published up to this one."
    )
    is_estimated, is_adjusted = pl.col("status") == "estimated", pl.col("adjustment") != "none"
    is_cost = pl.col("measure") == "fund_cost"
    shown = where(data.reconstitution_pooled, is_estimated & is_adjusted & ~is_cost)
    costs = where(data.reconstitution_pooled, is_estimated & is_cost)
    is_shown = (pl.col("span") == "rank_to_effective") & (pl.col("adjustment") == "index") & is_estimated
    single = where(data.reconstitution_events, is_shown)
    return [
        block(shown, reconstitution.POOLED, "reconstitution_pooled", too_few),
        block(costs, reconstitution.COSTS, "reconstitution_pooled", too_few),
        block(single, reconstitution.EVENTS, "reconstitution_events", "No reconstitution was measured."),
    ]


def _index_sentence(profile: pl.DataFrame) -> str:
    row = profile.row(0, named=True)
    parts = [
        f"{row['members']:,} companies with {row['lines']:,} lines",
        f"the {row['top_holdings']} heaviest weigh {percent(row['top_holdings_weight'])}",
        f"as concentrated as {integer(row['effective_number'])} equal members would be",
        f"{percent(row['unprofitable_share'])} of the members with known earnings lose money, "
        f"{percent(row['unprofitable_weight_share'])} by weight (weight known: "
        f"{percent(row['earnings_weight'])})",
        f"median market value {millions(row['market_cap_median_usd'])} m USD",
    ]
    if row["turnover"] is not None:
        event = f", {words(row['expected_event'])}" if row["expected_event"] else ""
        parts.append(f"turnover since {row['previous_as_of']} {percent(row['turnover'])}{event}")
    return f"{'; '.join(parts)}."
