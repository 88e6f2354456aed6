"""The sections on the value funnel and on every member."""

from __future__ import annotations

from collections.abc import Collection

from smallcap.reports.page.charts.funnel import attrition
from smallcap.reports.page.data import Report
from smallcap.reports.page.layouts.funnel import (
    ATTRITION,
    BORDERLINE,
    CHANGES,
    DEBT,
    FOOTINGS,
    MEMBERS,
    SURVIVORS,
    TO_VERIFY,
)
from smallcap.reports.page.sections.blocks import PictureBlock, Section, Sentence, block, told


def funnel_section(report: Report, sheets: Collection[int]) -> Section:
    """Show what each filter leaves, the survivors and those near them."""
    data = report.data
    picture = attrition(data.funnel_attrition) if data.funnel_attrition.height else None
    no_survivors = "No company survives all six filters at this date."
    no_borderline = "No company that nothing failed is borderline."
    nothing_to_verify = "Nothing is left to verify among those that nothing failed."
    no_changes = "Nobody entered or left the survivors since the date before, or there is no date before."
    no_medians = "There are no medians by footing for this date."
    no_debt = "No quarter judges the debt of a member otherwise than its annual report."
    blocks = [
        PictureBlock(picture) if picture else Sentence("There is no funnel for this date."),
        block(data.funnel_attrition, ATTRITION, "funnel_attrition", "No company entered the funnel."),
        block(data.funnel_survivors, SURVIVORS, "funnel_survivors", no_survivors, sheets),
        block(told(data.funnel_borderline), BORDERLINE, "funnel_borderline", no_borderline, sheets),
        block(data.funnel_to_verify, TO_VERIFY, "funnel_to_verify", nothing_to_verify),
        block(told(data.funnel_changes), CHANGES, "funnel_changes", no_changes),
        block(data.footing_medians, FOOTINGS, "footing_medians", no_medians),
        block(data.debt_between_reports, DEBT, "debt_between_reports", no_debt),
    ]
    lead = (
        "Six filters in strict order, applied to every member. What cannot be evaluated is neither passed "
        "nor dropped: it is to be verified."
    )
    return Section("funnel", "Value funnel", lead, tuple(blocks))


def members_section(report: Report, sheets: Collection[int]) -> Section:
    """Show every member's score and outcome."""
    everyone = block(report.data.members, MEMBERS, "members", "No company was a member at this date.", sheets)
    lead = (
        "The score and outcome of each company, and why it has no score or failed. "
        "Search by ticker, name or sector."
    )
    return Section("members", "Every member", lead, (everyone,))
