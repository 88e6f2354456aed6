"""The tables of doubtful returns, watched names, published candidates and claims by bare scripts, and their
comparison with the published ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from smallcap.lake import Lake
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.published_candidates import CANDIDATES_FILE, PublishedCandidate
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.rules.types.thesis import CLAIMS_FILE, ThesisClaim
from smallcap.settings import Settings
from tests.oracle import candidates_polars, doubts_polars, thesis_polars, treatments_polars, watched_polars
from tests.oracle.funnel_polars import watched_funnel
from tests.oracle.rows_agreement import WORDED, refuse_differences

READ: Final = (
    *("raw.constituents", "raw.fundamentals", "raw.prices", "raw.securities", "raw.factors"),
    *("raw.vendor_metrics", "core.members", "core.metrics_as_of", "core.trailing_as_of"),
    *("core.annual_fundamentals", "core.annual_metrics", "core.filter_evaluations", "core.book_lines"),
    *("core.monthly_returns", "core.return_doubts", "core.factors_monthly", "core.watched_names"),
    *("core.watched_metrics", "core.watched_trailing", "marts.watched_outcomes", "marts.quality_scores"),
    *("marts.book_holdings", "marts.experiment_returns", "marts.benchmark_panel", "marts.index_profile"),
    *("marts.index_holdings", "marts.profitability_experiment", "marts.reconstitution_pooled"),
    "marts.quintile_performance",
)
KEYS: Final[Mapping[str, list[str]]] = {
    "core.return_doubts": doubts_polars.KEY,
    "marts.treated_book_returns": treatments_polars.BOOK,
    "marts.treated_experiment_returns": treatments_polars.EXPERIMENT,
    "marts.watched_outcomes": ["as_of", "ticker", "filter_number"],
    "marts.watched_lenses": ["as_of", "ticker", "statement", "item"],
    "marts.watched_scores": ["as_of", "ticker", "method", "basis"],
    "marts.published_candidates": ["as_of", "ticker", "figure"],
    "marts.thesis_checks": ["claim"],
}
COMPANY: Final = ["as_of", "entity_id"]
Tables = dict[str, pl.DataFrame]


def read_inputs(lake: Lake) -> Tables:
    """Read everything that the bare scripts need."""
    return {name: lake.read(name) for name in READ}


def bare_tables(inputs: Tables, settings: Settings) -> Tables:
    """Make every table, all years at once where it can; of wide tables the main columns."""
    reference = settings.reference_dir
    returns = read_rules(reference, "returns.toml", ReturnRules)
    doubts = doubts_polars.doubts(
        inputs["core.monthly_returns"],
        inputs["raw.constituents"],
        inputs["raw.fundamentals"],
        inputs["raw.prices"],
        inputs["raw.securities"],
        returns,
    )
    book = read_rows(reference, CANDIDATES_FILE, PublishedCandidate)
    claims = read_rows(reference, CLAIMS_FILE, ThesisClaim)
    quality = read_rules(reference, "quality.toml", QualityRules)
    applicability = read_rules(reference, APPLICABILITY_FILE, Applicability)
    return {
        "core.return_doubts": doubts,
        "marts.treated_book_returns": treatments_polars.books(inputs, returns),
        "marts.treated_experiment_returns": treatments_polars.experiment(inputs, returns),
        **_judged(inputs, settings),
        "marts.watched_scores": watched_polars.scores(inputs, quality, applicability, settings.stale_months),
        "marts.published_candidates": candidates_polars.candidates(inputs, book),
        "marts.thesis_checks": thesis_polars.checks(inputs, claims),
    }


def _judged(inputs: Tables, settings: Settings) -> Tables:
    """Judge the watched names by the members' rules, those without a company by numbers below zero."""
    stand_in = -pl.col("ticker").rank("dense").cast(pl.Int64)
    outside = (
        inputs["core.watched_names"]
        .filter(~pl.col("is_member"))
        .with_columns(pl.coalesce("entity_id", stand_in).alias("entity_id"))
    )
    ids = outside.select("as_of", "ticker", "entity_id")
    numbered = {
        name: inputs[name].drop("entity_id").join(ids, on=["as_of", "ticker"], how="left")
        for name in ("core.watched_metrics", "core.watched_trailing")
    }
    made = watched_funnel(
        settings.reference_dir,
        settings.shariah_standard,
        {**inputs, "core.watched_names": outside, **numbered},
    )
    return {
        name: frame.drop("ticker", strict=False)
        .join(ids, on=COMPANY, how="left")
        .with_columns(entity_id=pl.when(pl.col("entity_id") > 0).then("entity_id"))
        for name, frame in made.items()
    }


def refuse_other_doubts(lake: Lake, made: Tables) -> None:
    """Compare the published tables with those of the bare scripts, in the columns that these make.

    Raises
    ------
    ValueError
        At the first difference.
    """
    for name, theirs in made.items():
        ours = lake.read(name)
        # Returns and holdings of further years are there for months that are missing.
        known = (
            theirs.filter(pl.col("year").is_in(ours["year"].unique().implode()))
            if "year" in ours.columns
            else theirs
        )
        compared = [column for column in theirs.columns if column in ours.columns]
        # Evidence is named in the same words, unlike in the tables of the index.
        worded = set(WORDED) - {"evidence"}
        refuse_differences(name, ours.select(compared), known.select(compared), KEYS[name], worded)
