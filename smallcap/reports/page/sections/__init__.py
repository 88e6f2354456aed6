"""The sections of the page: for each, a sentence, its charts and its tables."""

from __future__ import annotations

from smallcap.reports.page.data import Report
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import Section
from smallcap.reports.page.sections.factors import factors_section
from smallcap.reports.page.sections.first import first_blocks, single_blocks
from smallcap.reports.page.sections.funnel import funnel_section, members_section
from smallcap.reports.page.sections.index import index_section
from smallcap.reports.page.sections.published import published_section
from smallcap.reports.page.sections.quality import quality_section
from smallcap.reports.page.sections.trust import origin_section, trust_section

__all__ = ["first_blocks", "sections_of", "single_blocks"]

MAKERS = (
    quality_section,
    funnel_section,
    members_section,
    published_section,
    factors_section,
    index_section,
    trust_section,
    origin_section,
)


def sections_of(report: Report, links: Links) -> dict[str, Section]:
    """Make every section of a report, by name."""
    return {section.name: section for section in (make(report, links) for make in MAKERS)}
