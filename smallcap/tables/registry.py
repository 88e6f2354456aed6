"""The registry of tables: name, schema and kind of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import dataframely as dy
import polars as pl

from smallcap.errors import InputError
from smallcap.tables import (
    books,
    core,
    experiment,
    factors,
    funnel,
    index,
    marts,
    meta,
    quality_alternatives,
    quintiles,
    raw,
)

Kind = Literal["snapshot", "flow", "reference"]


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
    """

    name: str
    schema: type[dy.Schema]
    kind: Kind
    fetch_columns: tuple[str, ...] = ()

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

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in order."""
        return {name: column.dtype for name, column in self.schema.columns().items()}

    @property
    def key(self) -> list[str]:
        """The key columns, in the order in which files are sorted."""
        keys = list(self.schema.primary_key())
        return sorted(keys, key=lambda column: (column not in ("as_of", "date", "month"), keys.index(column)))

    @property
    def description(self) -> str:
        """Description of a row of the table."""
        return " ".join((self.schema.__doc__ or "").split())

    def empty(self) -> pl.DataFrame:
        """Make an empty frame with the table's columns and types."""
        return pl.DataFrame(schema=self.columns)


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table("raw.constituents", raw.Constituents, "snapshot"),
        Table("raw.securities", raw.Securities, "reference"),
        Table("raw.fundamentals", raw.Fundamentals, "flow"),
        Table("raw.vendor_metrics", raw.VendorMetrics, "flow"),
        Table("raw.prices", raw.Prices, "flow"),
        Table("raw.factors", raw.Factors, "reference"),
        Table("raw.snapshots", raw.Snapshots, "reference", fetch_columns=("fetched_at",)),
        Table("core.members", core.Members, "snapshot"),
        Table("core.annual_fundamentals", core.AnnualFundamentals, "flow"),
        Table("core.annual_metrics", core.AnnualMetrics, "flow"),
        Table("core.metrics_as_of", core.MetricsAsOf, "snapshot"),
        Table("core.filter_evaluations", funnel.FilterEvaluations, "snapshot"),
        Table("core.monthly_returns", factors.MonthlyReturns, "flow"),
        Table("core.factors_monthly", factors.FactorsMonthly, "reference"),
        Table("core.books", books.Books, "reference"),
        Table("core.book_lines", books.BookLines, "reference"),
        Table("core.rejects", core.Rejects, "flow"),
        Table("marts.quality_scores", marts.QualityScores, "snapshot"),
        Table("marts.quality_summary", marts.QualitySummary, "snapshot"),
        Table("marts.quality_alternatives", quality_alternatives.QualityAlternatives, "snapshot"),
        Table("marts.quality_agreement", quality_alternatives.QualityAgreement, "snapshot"),
        Table("marts.quintile_returns", quintiles.QuintileReturns, "flow"),
        Table("marts.quintile_outcomes", quintiles.QuintileOutcomes, "snapshot"),
        Table("marts.quintile_performance", quintiles.QuintilePerformance, "reference"),
        Table("marts.coverage", marts.Coverage, "snapshot"),
        Table("marts.funnel_outcomes", funnel.FunnelOutcomes, "snapshot"),
        Table("marts.funnel_summary", funnel.FunnelSummary, "snapshot"),
        Table("marts.statement_lenses", funnel.StatementLenses, "snapshot"),
        Table("marts.screen_changes", funnel.ScreenChanges, "snapshot"),
        Table("marts.metric_differences", funnel.MetricDifferences, "flow"),
        Table("marts.book_holdings", books.BookHoldings, "flow"),
        Table("marts.book_returns", books.BookReturns, "flow"),
        Table("marts.factor_regressions", factors.FactorRegressions, "reference"),
        Table("marts.stock_factor_loadings", factors.StockFactorLoadings, "snapshot"),
        Table("marts.book_validations", books.BookValidations, "reference"),
        Table("marts.book_comparisons", books.BookComparisons, "reference"),
        Table("marts.vintage_sensitivity", books.VintageSensitivity, "reference"),
        Table("marts.hindsight_gap", books.HindsightGap, "reference"),
        Table("marts.index_holdings", index.IndexHoldings, "snapshot"),
        Table("marts.index_sectors", index.IndexSectors, "snapshot"),
        Table("marts.index_eligibility", index.IndexEligibility, "snapshot"),
        Table("marts.index_profile", index.IndexProfile, "snapshot"),
        Table("marts.index_changes", index.IndexChanges, "snapshot"),
        Table("marts.reconstitution_effects", index.ReconstitutionEffects, "reference"),
        Table("marts.experiment_returns", experiment.ExperimentReturns, "flow"),
        Table("marts.profitability_experiment", experiment.ProfitabilityExperiment, "reference"),
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
