"""The registry of tables: name, schema and kind of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import dataframely as dy
import polars as pl

from smallcap.errors import InputError
from smallcap.tables import (
    benchmarks,
    books,
    core,
    experiment,
    factors,
    funnel,
    index,
    inference,
    latest,
    marts,
    meta,
    metrics_as_of,
    published,
    quality_alternatives,
    quarters,
    quintiles,
    raw,
    reconstitution,
    resolution,
    returns,
    tags,
    thesis,
    watched,
)

Kind = Literal["snapshot", "flow", "reference"]
DATES = ("as_of", "available_date", "month", "date")
"""Columns with the date of a row, in the order in which they are looked for."""


@dataclass(frozen=True)
class LaterRows:
    """Rows of a table that hold more than was known on their date.

    Attributes
    ----------
    column
        The column that tells them from the others.
    values
        Its values in these rows.
    reason
        What they wait for.
    """

    column: str
    values: tuple[str | bool, ...]
    reason: str

    @property
    def written(self) -> str:
        """The values in words."""
        return " or ".join(map(str, self.values))


STUDY_BASIS = LaterRows(
    "basis", ("as_published",), "they hold what was known 163 days after as_of, as the published study did"
)
LATER_VINTAGE = LaterRows(
    "is_vintage_later", (True,), "no vintage of the factors that was published by then is stored"
)
LATER_TREATMENTS = LaterRows(
    "treatment",
    ("without_suspects", "delisting_losses"),
    "evidence against a return, or that a line has stopped, comes later (core.return_doubts has the dates)",
)
LATER_EVIDENCE = "a return that is not extreme is listed once there is evidence against it"
"""Why rows of core.return_doubts are added to months that are over."""
PRICED_WITH_ITS_PAST = "a line that becomes a member later is priced with its past"
"""Why rows of raw.prices are added to months that are over."""


@dataclass(frozen=True)
class Table:
    """A table of the lake.

    Attributes
    ----------
    name
        Layer and table, as in DuckDB: ``marts.quality_scores``.
    schema
        The dataframely schema, the only definition of its columns.
    kind
        ``snapshot``: one cross-section per as_of, partitioned by its year. ``flow``: partitioned by the year
        in which a row happened or became known. ``reference``: not partitioned.
    fetch_columns
        Columns with fetch times, which therefore differ between homes.
    later
        The rows that hold more than was known on their date, None where all rows are of their date.
    added_later
        Why rows may be added to dates that are over, None where none are.
    """

    name: str
    schema: type[dy.Schema]
    kind: Kind
    fetch_columns: tuple[str, ...] = ()
    later: LaterRows | None = None
    added_later: str | None = None

    @property
    def layer(self) -> str:
        """The layer: schema in DuckDB, folder in the lake and prefix of the asset key."""
        return self.name.split(".")[0]

    @property
    def short_name(self) -> str:
        """The name without its layer."""
        return self.name.split(".")[1]

    @property
    def is_partitioned(self) -> bool:
        """Whether the table is partitioned by year."""
        return self.kind != "reference"

    @cached_property
    def _declared(self) -> dict[str, dy.Column]:
        """The schema's columns. Collecting them takes long, and a publication asks for each a dozen times."""
        return self.schema.columns()

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in order."""
        return {name: column.dtype for name, column in self._declared.items()}

    @property
    def key(self) -> list[str]:
        """The key columns, in the order in which files are sorted."""
        keys = [name for name, column in self._declared.items() if column.primary_key]
        return sorted(keys, key=lambda column: (column not in ("as_of", "date", "month"), keys.index(column)))

    @property
    def description(self) -> str:
        """Description of a row of the table."""
        return " ".join((self.schema.__doc__ or "").split())

    @property
    def date_column(self) -> str | None:
        """The column with the date whose knowledge a row holds; None where the table has no date."""
        return next((name for name in DATES if name in self.columns), None)

    @property
    def later_columns(self) -> dict[str, str]:
        """Columns that may change by what became known after the date of the row, with the reason."""
        metadata = {name: column.metadata or {} for name, column in self._declared.items()}
        return {name: values["later"] for name, values in metadata.items() if "later" in values}

    def meaning(self, column: str) -> str:
        """Describe a column, and say where its value may change after the date of the row."""
        described = self._declared[column].description or ""
        later = self.later_columns.get(column)
        return f"{described}; may change after the date of the row: {later}" if later else described

    def empty(self) -> pl.DataFrame:
        """Make an empty frame with the table's columns and types."""
        return pl.DataFrame(schema=self.columns)


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table("raw.constituents", raw.Constituents, "snapshot"),
        Table("raw.securities", raw.Securities, "reference"),
        Table("raw.fundamentals", raw.Fundamentals, "flow"),
        Table("raw.quarterly_fundamentals", quarters.RawQuarterlyFundamentals, "flow"),
        Table("raw.fundamental_tags", tags.FundamentalTags, "flow"),
        Table("raw.vendor_metrics", raw.VendorMetrics, "flow"),
        Table("raw.prices", raw.Prices, "flow", added_later=PRICED_WITH_ITS_PAST),
        Table("raw.factors", raw.Factors, "reference"),
        Table("raw.snapshots", raw.Snapshots, "reference", fetch_columns=("fetched_at",)),
        Table("core.members", core.Members, "snapshot"),
        Table("core.annual_fundamentals", core.AnnualFundamentals, "flow"),
        Table("core.quarterly_fundamentals", quarters.QuarterlyFundamentals, "flow"),
        Table("core.annual_metrics", core.AnnualMetrics, "flow"),
        Table("core.trailing_metrics", quarters.TrailingMetrics, "flow"),
        Table("core.metrics_as_of", metrics_as_of.MetricsAsOf, "snapshot"),
        Table("core.trailing_as_of", latest.TrailingAsOf, "snapshot"),
        Table("core.filter_evaluations", funnel.FilterEvaluations, "snapshot", later=LATER_VINTAGE),
        Table("core.monthly_returns", factors.MonthlyReturns, "flow"),
        Table("core.return_doubts", returns.ReturnDoubts, "flow", added_later=LATER_EVIDENCE),
        Table("core.factors_monthly", factors.FactorsMonthly, "reference"),
        Table("core.books", books.Books, "reference"),
        Table("core.book_lines", books.BookLines, "reference"),
        Table("core.watched_names", watched.WatchedNames, "snapshot"),
        Table("core.watched_metrics", watched.WatchedMetrics, "snapshot"),
        Table("core.watched_trailing", latest.WatchedTrailing, "snapshot"),
        Table("core.rejects", core.Rejects, "flow"),
        Table("marts.quality_scores", marts.QualityScores, "snapshot", later=STUDY_BASIS),
        Table("marts.quality_summary", marts.QualitySummary, "snapshot", later=STUDY_BASIS),
        Table("marts.quality_alternatives", quality_alternatives.QualityAlternatives, "snapshot"),
        Table("marts.quality_agreement", quality_alternatives.QualityAgreement, "snapshot"),
        Table("marts.quintile_returns", quintiles.QuintileReturns, "flow"),
        Table("marts.quintile_outcomes", quintiles.QuintileOutcomes, "snapshot"),
        Table("marts.quintile_performance", quintiles.QuintilePerformance, "reference"),
        Table(
            "marts.treated_quintile_returns", returns.TreatedQuintileReturns, "flow", later=LATER_TREATMENTS
        ),
        Table("marts.treated_quintiles", returns.TreatedQuintiles, "reference"),
        Table("marts.coverage", marts.Coverage, "snapshot"),
        Table("marts.funnel_outcomes", funnel.FunnelOutcomes, "snapshot", later=LATER_VINTAGE),
        Table("marts.funnel_summary", funnel.FunnelSummary, "snapshot", later=LATER_VINTAGE),
        Table("marts.statement_lenses", funnel.StatementLenses, "snapshot"),
        Table("marts.screen_changes", funnel.ScreenChanges, "snapshot"),
        Table("marts.footing_medians", latest.FootingMedians, "snapshot"),
        Table("marts.debt_between_reports", latest.DebtBetweenReports, "snapshot"),
        Table("marts.screen_changes", funnel.ScreenChanges, "snapshot", later=LATER_VINTAGE),
        Table("marts.metric_differences", funnel.MetricDifferences, "flow"),
        Table("marts.book_holdings", books.BookHoldings, "flow"),
        Table("marts.book_returns", books.BookReturns, "flow"),
        Table("marts.treated_book_returns", returns.TreatedBookReturns, "flow", later=LATER_TREATMENTS),
        Table("marts.factor_regressions", factors.FactorRegressions, "reference"),
        Table("marts.stock_factor_loadings", factors.StockFactorLoadings, "snapshot", later=LATER_VINTAGE),
        Table("marts.book_validations", books.BookValidations, "reference"),
        Table("marts.book_comparisons", books.BookComparisons, "reference"),
        Table("marts.vintage_sensitivity", books.VintageSensitivity, "reference"),
        Table("marts.hindsight_gap", books.HindsightGap, "reference"),
        Table("marts.watched_outcomes", watched.WatchedOutcomes, "snapshot", later=LATER_VINTAGE),
        Table("marts.watched_lenses", watched.WatchedLenses, "snapshot"),
        Table("marts.watched_scores", watched.WatchedScores, "snapshot", later=STUDY_BASIS),
        Table("marts.treated_hindsight", returns.TreatedHindsight, "reference"),
        Table("marts.book_inference", inference.BookInference, "reference"),
        Table("marts.alpha_family", inference.AlphaFamily, "reference"),
        Table("marts.deflated_sharpe", inference.DeflatedSharpe, "reference"),
        Table("marts.published_candidates", published.PublishedCandidates, "snapshot"),
        Table("marts.study_comparison", published.StudyComparison, "snapshot", later=STUDY_BASIS),
        Table("marts.study_regression", published.StudyRegression, "reference"),
        Table("marts.index_holdings", index.IndexHoldings, "snapshot"),
        Table("marts.index_sectors", index.IndexSectors, "snapshot"),
        Table("marts.index_eligibility", index.IndexEligibility, "snapshot"),
        Table("marts.index_profile", index.IndexProfile, "snapshot"),
        Table("marts.index_changes", index.IndexChanges, "snapshot"),
        Table("marts.reconstitution_effects", index.ReconstitutionEffects, "reference"),
        Table("marts.reconstitution_events", reconstitution.ReconstitutionEvents, "reference"),
        Table("marts.reconstitution_pooled", reconstitution.ReconstitutionPooled, "reference"),
        Table("marts.benchmark_panel", benchmarks.BenchmarkPanel, "reference"),
        Table("marts.index_comparison", benchmarks.IndexComparison, "reference"),
        Table("marts.resolved_shares", resolution.ResolvedShares, "reference"),
        Table("marts.experiment_returns", experiment.ExperimentReturns, "flow"),
        Table("marts.profitability_experiment", experiment.ProfitabilityExperiment, "reference"),
        Table("marts.thesis_checks", thesis.ThesisChecks, "reference"),
        Table(
            "marts.treated_experiment_returns",
            returns.TreatedExperimentReturns,
            "flow",
            later=LATER_TREATMENTS,
        ),
        Table("marts.treated_experiment", returns.TreatedExperiment, "reference"),
    )
}

META_TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table("meta.published_tables", meta.PublishedTables, "reference"),
        Table("meta.published_files", meta.PublishedFiles, "reference"),
        Table("meta.kept_versions", meta.KeptVersions, "reference"),
        Table("meta.runs", meta.Runs, "reference"),
        Table("meta.checks", meta.Checks, "reference"),
        Table("meta.fetched", meta.Fetched, "reference"),
        Table("meta.deliveries", meta.Deliveries, "reference"),
        Table("meta.catalogue", meta.Catalogue, "reference"),
    )
}


def table(name: str) -> Table:
    """Find a table by its name.

    Raises
    ------
    InputError
        When there is no such table; the message lists the tables.
    """
    found = TABLES.get(name) or META_TABLES.get(name)
    if found is None:
        raise InputError(f"there is no table '{name}'; the tables are: {', '.join([*TABLES, *META_TABLES])}")
    return found
