"""What a report is made of: one frame per question of ``sql/report``, answered by what the caller passes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields

import polars as pl

from smallcap.reports.claims import claim, is_synthetic

Ask = Callable[[str], pl.DataFrame]
"""Answers a question of ``sql/report``, named by its file, with a frame.

Without columns where the warehouse does not have the table.
"""


@dataclass(frozen=True)
class ReportData:
    """The tables of a report; each is named after its question, and leaves as a CSV file of that name.

    A frame without columns means that the warehouse does not have the table.
    """

    about: pl.DataFrame
    claims: pl.DataFrame
    quality_steps: pl.DataFrame
    quality_quintiles: pl.DataFrame
    quality_scores: pl.DataFrame
    quality_inputs: pl.DataFrame
    quality_ablation: pl.DataFrame
    quality_outcomes: pl.DataFrame
    quintile_outcomes: pl.DataFrame
    quintile_performance: pl.DataFrame
    quintile_treatments: pl.DataFrame
    quality_agreement: pl.DataFrame
    quality_migration: pl.DataFrame
    funnel_attrition: pl.DataFrame
    funnel_survivors: pl.DataFrame
    funnel_borderline: pl.DataFrame
    funnel_to_verify: pl.DataFrame
    funnel_changes: pl.DataFrame
    near_misses: pl.DataFrame
    survivors_history: pl.DataFrame
    footing_medians: pl.DataFrame
    debt_between_reports: pl.DataFrame
    sheet_identity: pl.DataFrame
    sheet_path: pl.DataFrame
    sheet_lenses: pl.DataFrame
    sheet_scores: pl.DataFrame
    sheet_years: pl.DataFrame
    sheet_loadings: pl.DataFrame
    books: pl.DataFrame
    book_loadings: pl.DataFrame
    book_verdicts: pl.DataFrame
    book_vintages: pl.DataFrame
    book_comparisons: pl.DataFrame
    hindsight_gap: pl.DataFrame
    book_evidence: pl.DataFrame
    index_profile: pl.DataFrame
    index_valuation: pl.DataFrame
    index_sectors: pl.DataFrame
    sectors_history: pl.DataFrame
    valuation_history: pl.DataFrame
    index_holdings: pl.DataFrame
    index_changes: pl.DataFrame
    index_causes: pl.DataFrame
    index_eligibility: pl.DataFrame
    index_ineligible: pl.DataFrame
    reconstitution_pooled: pl.DataFrame
    reconstitution_events: pl.DataFrame
    benchmarks: pl.DataFrame
    index_comparison: pl.DataFrame
    experiment: pl.DataFrame
    experiment_treatments: pl.DataFrame
    thesis_checks: pl.DataFrame
    members: pl.DataFrame
    watched_names: pl.DataFrame
    watched_members: pl.DataFrame
    watched_identity: pl.DataFrame
    watched_path: pl.DataFrame
    watched_lenses: pl.DataFrame
    watched_scores: pl.DataFrame
    published_candidates: pl.DataFrame
    study_comparison: pl.DataFrame
    study_regression: pl.DataFrame
    checks: pl.DataFrame
    coverage: pl.DataFrame
    missing: pl.DataFrame
    missing_reasons: pl.DataFrame
    rejects: pl.DataFrame
    fetched: pl.DataFrame
    versions: pl.DataFrame
    rule_sets: pl.DataFrame


@dataclass(frozen=True)
class Report:
    """The data of a report with the date that they are of.

    Attributes
    ----------
    as_of
        The date the question is asked about.
    label
        What the data are, in words; says so where they are synthetic.
    data
        The tables.
    """

    as_of: dt.date
    label: str
    data: ReportData

    @property
    def is_synthetic(self) -> bool:
        """Whether the companies are made up."""
        return is_synthetic(self.label)

    @property
    def release(self) -> str:
        """The release that published the data."""
        return str(self.data.about["release"][0])

    @property
    def claim(self) -> str:
        """What can be claimed of the date, in one sentence."""
        return claim(self.data.claims.row(0, named=True))


def read_report(as_of: dt.date, ask: Ask) -> Report:
    """Ask every question of the report of a date.

    Parameters
    ----------
    as_of
        The date.
    ask
        Who answers.
    """
    data = ReportData(**{field.name: ask(field.name) for field in fields(ReportData)})
    return Report(as_of, str(data.about["label"][0]), data)
