"""The registry of tables: name, schema and kind of each."""

from __future__ import annotations

from smallcap.errors import InputError
from smallcap.tables import (
    annual,
    benchmarks,
    book_factors,
    books,
    core,
    coverage,
    debt_between_reports,
    experiment,
    factor_regressions,
    factors,
    filter_evaluations,
    funnel,
    hindsight,
    index,
    index_changes,
    index_comparison,
    index_profile,
    inference,
    latest,
    lenses,
    market,
    meta,
    metric_differences,
    metrics_as_of,
    published,
    quality,
    quality_alternatives,
    quality_summary,
    quarters,
    quintile_outcomes,
    quintile_performance,
    quintiles,
    raw,
    reconstitution,
    resolution,
    return_doubts,
    returns,
    screen_changes,
    statements,
    tags,
    thesis,
    trailing,
    treated_quintiles,
    watched,
)
from smallcap.tables.definition import LaterRows, Table

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


TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table("raw.constituents", raw.Constituents, "snapshot"),
        Table("raw.securities", raw.Securities, "reference"),
        Table("raw.fundamentals", statements.Fundamentals, "flow"),
        Table("raw.quarterly_fundamentals", quarters.RawQuarterlyFundamentals, "flow"),
        Table("raw.fundamental_tags", tags.FundamentalTags, "flow"),
        Table("raw.vendor_metrics", statements.VendorMetrics, "flow"),
        Table("raw.prices", market.Prices, "flow", added_later=PRICED_WITH_ITS_PAST),
        Table("raw.factors", market.Factors, "reference"),
        Table("raw.snapshots", raw.Snapshots, "reference", fetch_columns=("fetched_at",)),
        Table("core.members", core.Members, "snapshot"),
        Table("core.annual_fundamentals", annual.AnnualFundamentals, "flow"),
        Table("core.quarterly_fundamentals", quarters.QuarterlyFundamentals, "flow"),
        Table("core.annual_metrics", annual.AnnualMetrics, "flow"),
        Table("core.trailing_metrics", trailing.TrailingMetrics, "flow"),
        Table("core.metrics_as_of", metrics_as_of.MetricsAsOf, "snapshot"),
        Table("core.trailing_as_of", latest.TrailingAsOf, "snapshot"),
        Table(
            "core.filter_evaluations", filter_evaluations.FilterEvaluations, "snapshot", later=LATER_VINTAGE
        ),
        Table("core.monthly_returns", factors.MonthlyReturns, "flow"),
        Table("core.return_doubts", return_doubts.ReturnDoubts, "flow", added_later=LATER_EVIDENCE),
        Table("core.factors_monthly", factors.FactorsMonthly, "reference"),
        Table("core.books", books.Books, "reference"),
        Table("core.book_lines", books.BookLines, "reference"),
        Table("core.watched_names", watched.WatchedNames, "snapshot"),
        Table("core.watched_metrics", watched.WatchedMetrics, "snapshot"),
        Table("core.watched_trailing", latest.WatchedTrailing, "snapshot"),
        Table("core.rejects", core.Rejects, "flow"),
        Table("marts.quality_scores", quality.QualityScores, "snapshot", later=STUDY_BASIS),
        Table("marts.quality_summary", quality_summary.QualitySummary, "snapshot", later=STUDY_BASIS),
        Table("marts.quality_alternatives", quality_alternatives.QualityAlternatives, "snapshot"),
        Table("marts.quality_agreement", quality_alternatives.QualityAgreement, "snapshot"),
        Table("marts.quintile_returns", quintiles.QuintileReturns, "flow"),
        Table("marts.quintile_outcomes", quintile_outcomes.QuintileOutcomes, "snapshot"),
        Table("marts.quintile_performance", quintile_performance.QuintilePerformance, "reference"),
        Table(
            "marts.treated_quintile_returns",
            treated_quintiles.TreatedQuintileReturns,
            "flow",
            later=LATER_TREATMENTS,
        ),
        Table("marts.treated_quintiles", treated_quintiles.TreatedQuintiles, "reference"),
        Table("marts.coverage", coverage.Coverage, "snapshot"),
        Table("marts.funnel_outcomes", funnel.FunnelOutcomes, "snapshot", later=LATER_VINTAGE),
        Table("marts.funnel_summary", funnel.FunnelSummary, "snapshot", later=LATER_VINTAGE),
        Table("marts.statement_lenses", lenses.StatementLenses, "snapshot"),
        Table("marts.screen_changes", screen_changes.ScreenChanges, "snapshot", later=LATER_VINTAGE),
        Table("marts.footing_medians", latest.FootingMedians, "snapshot"),
        Table("marts.debt_between_reports", debt_between_reports.DebtBetweenReports, "snapshot"),
        Table("marts.metric_differences", metric_differences.MetricDifferences, "flow"),
        Table("marts.book_holdings", books.BookHoldings, "flow"),
        Table("marts.book_returns", books.BookReturns, "flow"),
        Table("marts.treated_book_returns", returns.TreatedBookReturns, "flow", later=LATER_TREATMENTS),
        Table("marts.factor_regressions", factor_regressions.FactorRegressions, "reference"),
        Table(
            "marts.stock_factor_loadings",
            factor_regressions.StockFactorLoadings,
            "snapshot",
            later=LATER_VINTAGE,
        ),
        Table("marts.book_validations", book_factors.BookValidations, "reference"),
        Table("marts.book_comparisons", book_factors.BookComparisons, "reference"),
        Table("marts.vintage_sensitivity", book_factors.VintageSensitivity, "reference"),
        Table("marts.hindsight_gap", hindsight.HindsightGap, "reference"),
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
        Table("marts.index_sectors", index_profile.IndexSectors, "snapshot"),
        Table("marts.index_eligibility", index.IndexEligibility, "snapshot"),
        Table("marts.index_profile", index_profile.IndexProfile, "snapshot"),
        Table("marts.index_changes", index_changes.IndexChanges, "snapshot"),
        Table("marts.reconstitution_effects", index_changes.ReconstitutionEffects, "reference"),
        Table("marts.reconstitution_events", reconstitution.ReconstitutionEvents, "reference"),
        Table("marts.reconstitution_pooled", reconstitution.ReconstitutionPooled, "reference"),
        Table("marts.benchmark_panel", benchmarks.BenchmarkPanel, "reference"),
        Table("marts.index_comparison", index_comparison.IndexComparison, "reference"),
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
