"""The section on factor validation of the books."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from smallcap.reports.page.charts.factors import loadings
from smallcap.reports.page.data import Report, ReportData
from smallcap.reports.page.formats import words
from smallcap.reports.page.layouts.factors import (
    COMPARISONS,
    EVIDENCE,
    HINDSIGHT,
    LOADINGS,
    VERDICTS,
    VINTAGES,
)
from smallcap.reports.page.sections.blocks import (
    Block,
    PictureBlock,
    Section,
    Sentence,
    block,
    insufficient,
    where,
)

NO_BOOKS = "There are no books whose returns could be regressed."
LEAD = (
    "Filter 7 asks of books what the other six ask of companies: do their returns move as "
    "small, cheap and profitable companies' do? "
    "Alpha says something only of books whose names were chosen in advance. These regressions "
    "take every month that is published."
)


def factors_section(report: Report, sheets: Collection[int]) -> Section:
    """Show the books' factor loadings, their verdicts, the vintages and the hindsight gap."""
    blocks = (*_of_each_book(report.data), *_vintages_and_hindsight(report.data), _comparisons(report.data))
    return Section("factors", "Factor validation", LEAD, blocks)


def _of_each_book(data: ReportData) -> list[Block]:
    five = where(data.book_loadings, pl.col("model") == "FF5")
    classical = where(five, pl.col("covariance") == "OLS")
    estimated = where(five, pl.col("status") == "estimated")
    picture = loadings(classical) if classical.height else None
    verdicts = where(data.book_verdicts, (pl.col("covariance") == "OLS") & (pl.col("window") == "full"))
    return [
        PictureBlock(picture) if picture else Sentence(insufficient(classical, NO_BOOKS)),
        block(verdicts, VERDICTS, "book_verdicts", NO_BOOKS),
        block(estimated, LOADINGS, "book_loadings", insufficient(classical, NO_BOOKS)),
        block(
            where(data.book_evidence, pl.col("status") == "estimated"),
            EVIDENCE,
            "book_evidence",
            insufficient(data.book_evidence, NO_BOOKS),
        ),
    ]


def _vintages_and_hindsight(data: ReportData) -> list[Block]:
    return [
        block(
            where(data.book_vintages, (pl.col("model") == "FF5") & (pl.col("status") == "estimated")),
            VINTAGES,
            "book_vintages",
            insufficient(data.book_vintages, "No book could be regressed under more than one vintage."),
        ),
        block(
            where(data.hindsight_gap, pl.col("status") == "estimated"),
            HINDSIGHT,
            "hindsight_gap",
            insufficient(data.hindsight_gap, "There is no list whose hindsight could be measured."),
        ),
        *_remarks(data.hindsight_gap),
    ]


def _comparisons(data: ReportData) -> Block:
    return block(
        where(data.book_comparisons, (pl.col("covariance") == "HAC") & (pl.col("status") == "estimated")),
        COMPARISONS,
        "book_comparisons",
        insufficient(data.book_comparisons, "There are no two books to compare."),
    )


def _remarks(frame: pl.DataFrame) -> list[Sentence]:
    """Say of each part of the hindsight gap that has no numbers why not, where other parts have some."""
    if not frame.height or not (frame["status"] == "estimated").any():
        return []
    lacking = frame.filter(pl.col("status") == "insufficient").unique(["book", "part"], maintain_order=True)
    return [
        Sentence(f"{words(row['book'])}, {words(row['part'])}: insufficient, {row['reason']}.")
        for row in lacking.to_dicts()
    ]
