"""The section on watched names, and on published figures beside this home's own."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.charts.study import study_scatter
from smallcap.reports.page.data import Report
from smallcap.reports.page.formats import MISSING, integer, millions, number, percent
from smallcap.reports.page.layouts.published import CANDIDATES, REGRESSION, STUDY, WATCHED
from smallcap.reports.page.links import Links
from smallcap.reports.page.sections.blocks import PictureBlock, Section, block, where

COUNTS = ("members", "complete_records", "records_after_controls")
PLAIN = ("score", "interest_coverage", "pe_excluding_losses", "pb", "ps")
"""Measures that are multiples or scores; money ends in _usd, and all others are fractions."""
STATISTICS = ("mean", "std", "least", "p25", "median", "p75", "greatest")
SIDES = (("published", "published_text"), ("ours", "our_text"), ("difference", None))


def published_section(report: Report, links: Links) -> Section:
    """Show the watched names, the published candidates, and the studies beside this home."""
    data = report.data
    no_watched = "Every watched name is a member at this date, or none is watched."
    no_candidates = "There are no candidates for this date."
    no_study = "There is no screen for this date to compare with."
    no_regression = "There is no regression to compare with."
    at_the_date = where(data.quality_quintiles, pl.col("basis") == "point_in_time")
    drawn = study_scatter(data.study_comparison, at_the_date) if data.study_comparison.height else None
    blocks = (
        *([PictureBlock(drawn)] if drawn else []),
        block(data.watched_names, WATCHED, "watched_names", no_watched, links),
        block(
            told_beside(data.published_candidates, "figure"),
            CANDIDATES,
            "published_candidates",
            no_candidates,
            links,
        ),
        block(told_beside(data.study_comparison, "measure"), STUDY, "study_comparison", no_study),
        block(data.study_regression, REGRESSION, "study_regression", no_regression),
    )
    lead = (
        "Companies outside of the index by the same rules, and what was published elsewhere beside what is "
        "known here, each with the reason for the difference."
    )
    question = "What was published elsewhere, and what is it here?"
    return Section("published", "Study", question, lead, blocks)


def told_beside(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Write published figure, ours and the difference in the unit of their row's measure."""
    rows = frame.to_dicts()
    return frame.with_columns(
        pl.Series(
            f"{name}_told",
            [(row.get(text) if text else None) or in_unit(row[name], str(row[measure])) for row in rows],
            pl.String,
        )
        for name, text in SIDES
        if name in frame.columns
    )


def described(frame: pl.DataFrame) -> pl.DataFrame:
    """Write the statistics of each input in the unit of the input."""
    return frame.with_columns(
        pl.Series(f"{name}_told", list(map(in_unit, frame[name], frame["input"])), pl.String)
        for name in STATISTICS
        if name in frame.columns
    )


def in_unit(value: float | None, measure: str) -> str:
    """Write a figure in the unit of its measure."""
    if value is None:
        return MISSING
    if measure.endswith("_usd"):
        return f"{millions(value)} m"
    if measure in COUNTS:
        return integer(value)
    return number(value) if measure in PLAIN else percent(value)
