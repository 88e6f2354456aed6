"""The section on the quality screen."""

from __future__ import annotations

import polars as pl

from smallcap.reports.empty_screen import empty_screen
from smallcap.reports.page.charts.quality import migration, quality_scatter
from smallcap.reports.page.data import Report
from smallcap.reports.page.layouts.quality import (
    ABLATION,
    AGREEMENT,
    BEST,
    DESCRIBED,
    OUTCOMES,
    PERFORMANCE,
    QUALITY_STEPS,
    QUINTILES,
    TREATMENTS,
    WORST,
)
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import PictureBlock, Section, Sentence, block, insufficient, where
from smallcap.reports.page.sections.published import described

SHOWN = 8
"""Companies in the tables of the best and the worst."""
NO_YEAR_BEFORE = (
    "Where the quintiles of a year before are now is not known: no date a year before is published."
)
YEARLY = 12
"""Months for which the portfolios are held whose quintiles are all shown; of the others long less short."""
QUESTION = "Which companies are of good quality, and does it last?"
LEAD = (
    "Return on equity, free cash flow margin and interest coverage, less debt over assets: "
    "each winsorized, turned into z-scores and "
    "added up, from the annual records that were visible at the date."
)
CAVEAT = (
    "The score ranks the companies that have a complete and fresh record; the others have no score, which "
    "says "
    "nothing about them. It describes the past: the tables below say what became of the quintiles and "
    "what they earned."
)


def quality_section(report: Report, links: Links) -> Section:
    """Show the scores by quintile, the best and the worst, what became of quintiles, and what they earned."""
    data = report.data
    quintiles = where(data.quality_quintiles, pl.col("basis") == "point_in_time")
    unscored = empty_screen(data.claims.row(0, named=True))
    scatter = quality_scatter(data.quality_scores, quintiles) if data.quality_scores.height else None
    moved = migration(data.quality_migration) if data.quality_migration.height else None
    best = where(data.quality_scores, pl.col("place") <= SHOWN)
    worst = where(data.quality_scores, pl.col("place_from_below") <= SHOWN, by="place_from_below")
    no_summary = "There is no summary of the screen for this date."
    no_outcomes = "What became of the quintiles is not known: the date 21 months before is not published."
    estimated = where(data.quintile_performance, pl.col("status") == "estimated")
    is_shown = (pl.col("portfolio") == "long_short") | (
        (pl.col("holding_months") == YEARLY) & (pl.col("weighting") == "equal") & (pl.col("scope") == "all")
    )
    is_treated = (pl.col("portfolio") == "long_short") & (pl.col("block") == "optimal")
    treated = where(data.quintile_treatments, is_treated & (pl.col("status") == "estimated"))
    no_months = insufficient(
        data.quintile_performance, "No portfolio of a quintile has been held for a month."
    )
    blocks = [
        PictureBlock(scatter) if scatter else Sentence(unscored),
        PictureBlock(moved) if moved else Sentence(NO_YEAR_BEFORE),
        block(quintiles, QUINTILES, "quality_quintiles", unscored),
        block(best, BEST, "quality_scores", unscored, links),
        block(worst, WORST, "quality_scores", unscored, links),
        block(data.quality_steps, QUALITY_STEPS, "quality_steps", no_summary),
        block(described(data.quality_inputs), DESCRIBED, "quality_inputs", no_summary),
        block(data.quality_ablation, ABLATION, "quality_ablation", "There is no ablation for this date."),
        block(data.quintile_outcomes, OUTCOMES, "quintile_outcomes", no_outcomes),
        block(where(estimated, is_shown), PERFORMANCE, "quintile_performance", no_months),
        block(treated, TREATMENTS, "quintile_treatments", no_months),
        block(data.quality_agreement, AGREEMENT, "quality_agreement", "No company is scored at this date."),
    ]
    return Section("quality", "Quality", QUESTION, LEAD, tuple(blocks), CAVEAT)
