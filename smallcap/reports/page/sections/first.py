"""What the first page shows below its figures, and what the single file shows."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.charts.funnel import attrition, survivors_history
from smallcap.reports.page.charts.quality import quality_scatter
from smallcap.reports.page.data import Report
from smallcap.reports.page.filter_names import filter_names
from smallcap.reports.page.layouts.funnel import CHANGES, LOOK, SURVIVORS
from smallcap.reports.page.links import NO_LINKS, Links
from smallcap.reports.page.sections.blocks import Block, PictureBlock, block, told, where
from smallcap.reports.page.summary import worth_a_look

SHOWN = 8
MOST_OF_SINGLE = 100
NO_CHANGES = "Nobody entered or left the survivors since the date before, or there is no date before."
NO_LOOK = "No survivor has both the best quality and a known P/E."


def first_blocks(report: Report, links: Links) -> list[Block]:
    """Show the survivors through time, the names to look at first, and the changes since the date before."""
    data = report.data
    history = survivors_history(data.survivors_history) if data.survivors_history.height else None
    return [
        *([PictureBlock(history)] if history else []),
        block(worth_a_look(data.funnel_survivors).head(SHOWN), LOOK, "funnel_survivors", NO_LOOK, links),
        block(told(data.funnel_changes), CHANGES, "funnel_changes", NO_CHANGES, links),
    ]


def single_blocks(report: Report) -> list[Block]:
    """Show what a single file for mail holds: charts of funnel and quality, changes and survivors."""
    data = report.data
    quintiles = where(data.quality_quintiles, pl.col("basis") == "point_in_time")
    drawn = (
        survivors_history(data.survivors_history) if data.survivors_history.height else None,
        attrition(data.funnel_attrition, filter_names(data.sheet_path))
        if data.funnel_attrition.height
        else None,
        quality_scatter(data.quality_scores, quintiles) if data.quality_scores.height else None,
    )
    survivors = data.funnel_survivors.head(MOST_OF_SINGLE)
    return [
        *(PictureBlock(picture) for picture in drawn if picture),
        block(told(data.funnel_changes).head(MOST_OF_SINGLE), CHANGES, "", NO_CHANGES, NO_LINKS),
        block(survivors, SURVIVORS, "", "No company survives all six filters at this date.", NO_LINKS),
    ]
