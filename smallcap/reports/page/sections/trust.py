"""The sections on data quality and coverage, and on the origin of the numbers."""

from __future__ import annotations

from smallcap.reports.page.charts.trust import coverage_history, restated_history
from smallcap.reports.page.data import Report
from smallcap.reports.page.layouts import trust as layouts
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import Block, PictureBlock, Section, Sentence, block

CAVEAT = (
    "A passed check says that the rows keep their rules, not that the source was right. Records that were "
    "restated later under their original dates are not what was known then."
)


def trust_section(report: Report, links: Links) -> Section:
    """Show the checks, the coverage, and what is missing or was rejected."""
    data = report.data
    drawn = [draw(data.coverage) for draw in (coverage_history, restated_history) if data.coverage.height]
    pictures: list[Block] = [PictureBlock(picture) for picture in drawn if picture]
    no_checks = "No check is on record for the run that published this."
    no_history = "With one date published there is no history to draw."
    newest_first = data.coverage.reverse().head(12) if data.coverage.columns else data.coverage
    blocks = [
        *(pictures or [Sentence(no_history)]),
        block(data.checks, layouts.CHECKS, "checks", no_checks),
        block(newest_first, layouts.COVERAGE, "coverage", "There is no coverage on record."),
        block(data.missing_reasons, layouts.MISSING_REASONS, "missing_reasons", "Every member has a score."),
        block(data.missing, layouts.MISSING, "missing", "Nothing is missing.", links),
        block(data.rejects, layouts.REJECTS, "rejects", "No row was refused."),
    ]
    lead = (
        "What was checked before publication, what failed or warned, and who could not be screened, "
        "for which reason and since when."
    )
    return Section(
        "trust", "Data", "How complete, fresh and checked are the data?", lead, tuple(blocks), CAVEAT
    )


def origin_section(report: Report, links: Links) -> Section:
    """Show the rule sets, the sources and the versions of tables behind the page."""
    data = report.data
    blocks = (
        block(data.rule_sets, layouts.RULE_SETS, "rule_sets", "No rule set is on record."),
        block(data.fetched, layouts.FETCHED, "fetched", "No source is on record."),
        block(data.versions, layouts.VERSIONS, "versions", "No version is on record."),
    )
    lead = (
        "From source to page: the run, the release, the rule sets, and the exact version of every "
        "table that was read."
    )
    return Section("origin", "Origin", "How did each number come about?", lead, blocks)
