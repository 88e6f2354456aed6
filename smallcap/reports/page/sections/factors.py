"""The section on factor validation of the books."""

from __future__ import annotations

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
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import (
    Block,
    PictureBlock,
    Section,
    Sentence,
    block,
    insufficient,
    where,
)
from smallcap.reports.page.tables import Layout

NO_BOOKS = "There are no books whose returns could be regressed."
NO_VINTAGES = "No book could be regressed under more than one vintage."
NO_LIST = "There is no list whose hindsight could be measured."
NO_PAIR = "There are no two books to compare."
QUESTION = "Do the books move as small, cheap and profitable companies do?"
LEAD = (
    "Filter 7 asks of books what the other six ask of companies. These regressions take every month that is "
    "published."
)
CAVEAT = (
    "Alpha says something only of books whose names were chosen in advance. A loading whose interval crosses "
    "zero is no tilt one can be sure of."
)


def factors_section(report: Report, links: Links) -> Section:
    """Show the books' factor loadings, their verdicts, the vintages and the hindsight gap."""
    pairs, is_robust = report.data.book_comparisons, pl.col("covariance") == "HAC"
    comparisons = _estimated(pairs, COMPARISONS, "book_comparisons", NO_PAIR, is_robust)
    blocks = (*_of_each_book(report.data), *_vintages_and_hindsight(report.data), comparisons)
    return Section("factors", "Factors", QUESTION, LEAD, blocks, CAVEAT)


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
        _estimated(data.book_evidence, EVIDENCE, "book_evidence", NO_BOOKS),
    ]


def _vintages_and_hindsight(data: ReportData) -> list[Block]:
    return [
        _estimated(data.book_vintages, VINTAGES, "book_vintages", NO_VINTAGES, pl.col("model") == "FF5"),
        _estimated(data.hindsight_gap, HINDSIGHT, "hindsight_gap", NO_LIST),
        *_remarks(data.hindsight_gap),
    ]


def _estimated(frame: pl.DataFrame, layout: Layout, csv: str, empty: str, *also: pl.Expr) -> Block:
    """Show the rows with an estimate, of those that meet the conditions; without any, say why."""
    chosen = where(frame, pl.all_horizontal(pl.col("status") == "estimated", *also))
    return block(chosen, layout, csv, insufficient(frame, empty))


def _remarks(frame: pl.DataFrame) -> list[Sentence]:
    """Say of each part of the hindsight gap that has no numbers why not, where other parts have some."""
    if not frame.height or not (frame["status"] == "estimated").any():
        return []
    lacking = frame.filter(pl.col("status") == "insufficient").unique(["book", "part"], maintain_order=True)
    return [
        Sentence(f"{words(row['book'])}, {words(row['part'])}: insufficient, {row['reason']}.")
        for row in lacking.to_dicts()
    ]
