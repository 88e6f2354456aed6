"""The sections on the value funnel and on every member."""

from __future__ import annotations

from smallcap.reports.page.charts.funnel import attrition, survivors_history
from smallcap.reports.page.data import Report, ReportData
from smallcap.reports.page.filter_names import filter_names, with_filter_names
from smallcap.reports.page.layouts.funnel import (
    ATTRITION,
    BORDERLINE,
    CHANGES,
    DEBT,
    FOOTINGS,
    MEMBERS,
    NEAR_MISSES,
    SURVIVORS,
    TO_VERIFY,
)
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import Block, PictureBlock, Section, Sentence, block, told

CAVEAT = (
    "A survivor is a company that no rule failed, not one to buy: the filters read statements, and what "
    "they cannot "
    "evaluate is marked to be verified."
)


def funnel_section(report: Report, links: Links) -> Section:
    """Show what each filter leaves, the survivors and those near them."""
    data = report.data
    names = filter_names(data.sheet_path)
    no_survivors = "No company survives all six filters at this date."
    no_borderline = "No company that nothing failed is borderline."
    nothing_to_verify = "Nothing is left to verify among those that nothing failed."
    no_changes = "Nobody entered or left the survivors since the date before, or there is no date before."
    no_medians = "There are no medians by footing for this date."
    no_debt = "No quarter judges the debt of a member otherwise than its annual report."
    steps = with_filter_names(data.funnel_attrition, names)
    near = with_filter_names(told(data.near_misses), names)
    no_misses = "No member fails exactly one filter and passes all others."
    blocks = [
        *(_pictures(data, names) or [Sentence("There is no funnel for this date.")]),
        block(steps, ATTRITION, "funnel_attrition", "No company entered the funnel."),
        block(data.funnel_survivors, SURVIVORS, "funnel_survivors", no_survivors, links),
        block(told(data.funnel_changes), CHANGES, "funnel_changes", no_changes, links),
        block(told(data.funnel_borderline), BORDERLINE, "funnel_borderline", no_borderline, links),
        block(near, NEAR_MISSES, "near_misses", no_misses, links),
        block(data.funnel_to_verify, TO_VERIFY, "funnel_to_verify", nothing_to_verify, links),
        block(data.footing_medians, FOOTINGS, "footing_medians", no_medians),
        block(data.debt_between_reports, DEBT, "debt_between_reports", no_debt, links),
    ]
    lead = (
        "Six filters in strict order, applied to every member. What cannot be evaluated is neither passed "
        "nor dropped: it is to be verified."
    )
    question = "Who survives the six filters, and what changed?"
    return Section("funnel", "Funnel", question, lead, tuple(blocks), CAVEAT)


def _pictures(data: ReportData, names: dict[int, str]) -> list[Block]:
    drawn = (
        attrition(data.funnel_attrition, names) if data.funnel_attrition.height else None,
        survivors_history(data.survivors_history) if data.survivors_history.height else None,
    )
    return [PictureBlock(picture) for picture in drawn if picture]


def members_section(report: Report, links: Links) -> Section:
    """Show every member's score and outcome."""
    everyone = block(report.data.members, MEMBERS, "members", "No company was a member at this date.", links)
    lead = (
        "The score and outcome of each company, and why it has no score or failed. "
        "Search by ticker, name or sector, or filter a column."
    )
    return Section("members", "Companies", "Where does every member stand?", lead, (everyone,))
