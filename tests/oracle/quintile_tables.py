"""The tables of quintiles and of other definitions of quality by the bare scripts, and their comparison."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from smallcap.lake import Lake
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.settings import Settings
from tests.oracle import quality_alternatives_polars, quintile_outcomes_polars, quintiles_polars

READ = (
    *("marts.quality_scores", "core.members", "core.metrics_as_of", "core.monthly_returns", "raw.factors"),
    *("core.annual_fundamentals", "core.annual_metrics", "marts.index_changes", "raw.prices"),
    "raw.securities",
)
KEYS: Mapping[str, list[str]] = {
    "marts.quintile_returns": [*quintiles_polars.SERIES, "month"],
    "marts.quintile_performance": [*quintiles_polars.SERIES, "cost_basis_points"],
    "marts.quintile_outcomes": quintile_outcomes_polars.ROW,
    "marts.quality_alternatives": ["as_of", "entity_id"],
    "marts.quality_agreement": ["as_of", "method", "alternative"],
}
MEASURES = (
    *(
        "gross_profitability",
        "roe",
        "ebitda_margin",
        "piotroski_f",
        "qmj_profitability",
        "qmj_growth",
        "qmj_safety",
    ),
    *("qmj", "equity_to_assets", "return_on_assets", "return_on_assets_stability", "financial_score"),
)
SAME = 1e-9
"""Relative, and absolute for figures near zero: sums taken in another order."""

Tables = dict[str, pl.DataFrame]


def read_inputs(lake: Lake) -> Tables:
    """Read everything that the bare scripts need."""
    return {name: lake.read(name) for name in READ}


def bare_tables(inputs: Tables, settings: Settings) -> Tables:
    """Make every table, all years at once; of wide tables the main columns."""
    reference = settings.reference_dir
    rules = read_rules(reference, "quintiles.toml", QuintileRules)
    metrics_rules = read_rules(reference, "metrics.toml", MetricsRules)
    scores, members, metrics, returns, factors, statements, records, changes, prices, securities = (
        inputs[name] for name in READ
    )
    # The tables follow the methods on fiscal years; method trailing is in the scores alone.
    scores = scores.filter(pl.col("method") != "trailing")
    # Returns of the year after are there too, for months that are missing; nothing is held in it.
    is_made = pl.col("month").dt.year().is_in(scores["year"].unique().implode())
    monthly = quintiles_polars.portfolios(scores, members, metrics, returns, rules).filter(is_made)
    by_member = quality_alternatives_polars.by_member(
        members, metrics, statements, records, metrics_rules.prior_year, rules
    )
    agreement = quality_alternatives_polars.agreement(scores, by_member)
    least = rules.alternatives.least_names
    return {
        "marts.quintile_returns": monthly,
        "marts.quintile_performance": quintiles_polars.performance(monthly, factors, rules),
        "marts.quintile_outcomes": quintile_outcomes_polars.outcomes(
            scores, members, records, changes, prices, securities, rules.outcomes
        ),
        "marts.quality_alternatives": by_member.select(*KEYS["marts.quality_alternatives"], *MEASURES),
        "marts.quality_agreement": agreement.filter(pl.col("companies") >= least),
    }


def refuse_other_quintiles(lake: Lake, made: Tables) -> None:
    """Compare the published tables with those of the bare scripts, in the columns that these make.

    Raises
    ------
    ValueError
        At the first difference; the message names the table, the column and the first row.
    """
    for name, theirs in made.items():
        ours = _comparable(name, lake.read(name))
        if "year" in ours.columns:
            years = ours["year"].unique().implode()
            day = pl.col("month" if "month" in theirs.columns else "as_of")
            theirs = theirs.filter(day.dt.year().is_in(years))
        both = ours.join(theirs, on=KEYS[name], how="full", coalesce=True, suffix="_bare")
        if not both.height == ours.height == theirs.height:
            raise ValueError(f"{name}: {ours.height} rows by smallcap, {theirs.height} by the other")
        for column in set(theirs.columns) - set(KEYS[name]):
            _refuse(name, both, column)


def _comparable(name: str, ours: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows that the bare scripts make: those that have something to measure."""
    if name == "marts.quintile_performance":
        return ours.filter(pl.col("status") == "estimated")
    if name == "marts.quintile_outcomes":
        return ours.filter(pl.col("companies") > 0)
    if name == "marts.quality_alternatives":
        return ours.filter(pl.col("exclusion_reason").ne_missing("stale"))
    return ours.filter(pl.col("score_top").is_not_null()) if name == "marts.quality_agreement" else ours


def _refuse(name: str, both: pl.DataFrame, column: str) -> None:
    own, other = pl.col(column), pl.col(f"{column}_bare")
    is_different = own.ne_missing(other)
    if both.schema[column].is_float():
        is_apart = (own - other).abs() > SAME * (1 + own.abs())
        is_different = (own.is_null() != other.is_null()) | is_apart.fill_null(value=False)
    differing = both.filter(is_different)
    if differing.height:
        raise ValueError(
            f"{name}: {column} differs in {differing.height} of {both.height} rows, first in "
            f"{differing.select(*KEYS[name], column, f'{column}_bare').row(0, named=True)}"
        )
