"""The tables of event studies, the experiment, benchmarks and treated quintiles by bare scripts, and their
comparison with the published ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from smallcap.lake import Lake
from smallcap.rules.files import read_rules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.settings import Settings
from tests.oracle import benchmarks_polars, events_polars, experiment_polars, quintiles_polars
from tests.oracle.treatments_polars import cut_off

READ: Final = (
    *("core.members", "core.metrics_as_of", "core.trailing_as_of", "core.monthly_returns"),
    *("core.factors_monthly", "core.return_doubts", "marts.index_changes", "marts.quality_scores"),
    *("raw.prices", "raw.securities", "raw.factors"),
)
KEYS: Final[Mapping[str, list[str]]] = {
    "marts.reconstitution_events": events_polars.KEY,
    "marts.reconstitution_pooled": ["through_effective_date", *events_polars.KEY[1:], "measure"],
    "marts.benchmark_panel": benchmarks_polars.KEY,
    "marts.experiment_returns": [*experiment_polars.SERIES, "month"],
    "marts.treated_quintile_returns": [*quintiles_polars.SERIES, "month", "treatment"],
}
FUNDS: Final = ("FSMLC", "FPRFT", "FLRGE")
WINDOWS: Final = [1, 3, 5, 10]
LEAST_EVENTS, LEVEL = 5, 0.95
SAME: Final = 1e-8
"""Relative, and absolute for figures near zero: sums in another order, and regressions by another way."""

Tables = dict[str, pl.DataFrame]


def read_inputs(lake: Lake) -> Tables:
    """Read everything that the bare scripts need."""
    return {name: lake.read(name) for name in READ}


def bare_tables(inputs: Tables, settings: Settings) -> Tables:
    """Make every table, all years at once; of wide tables the main columns."""
    reference = settings.reference_dir
    calendar = reference / "reconstitutions.csv"
    ranges = pl.read_csv(reference / "cap_ranges.csv", try_parse_dates=True).drop("source")
    members, returns, securities = (
        inputs[name] for name in ("core.members", "core.monthly_returns", "raw.securities")
    )
    study = events_polars.study(inputs, calendar)
    days = pl.read_csv(calendar).select("event", pl.col("effective_date").str.to_date(strict=False))
    pooled = events_polars.pooled(
        study, days.join(study.select("event").unique(), on="event"), LEAST_EVENTS, LEVEL
    )
    lines = {
        row["ticker"]: row["security_id"]
        for row in securities.filter(pl.col("ticker").is_in(FUNDS)).sort("valid_from").iter_rows(named=True)
    }
    dates = members["as_of"].unique().sort().to_list()
    return {
        "marts.reconstitution_events": study,
        "marts.reconstitution_pooled": pooled,
        "marts.benchmark_panel": benchmarks_polars.panel(
            dates, lines, WINDOWS, returns, inputs["raw.factors"]
        ),
        "marts.experiment_returns": experiment_polars.experiment_returns(
            members, inputs["core.metrics_as_of"], inputs["core.trailing_as_of"], returns, ranges
        ),
        "marts.treated_quintile_returns": _treated(inputs, reference),
    }


def _treated(inputs: Tables, reference: Path) -> pl.DataFrame:
    """Form the quintile portfolios by returns without suspects, and by returns cut off at quantiles."""
    rules = read_rules(reference, "quintiles.toml", QuintileRules)
    return_rules = read_rules(reference, "returns.toml", ReturnRules)
    members, returns = inputs["core.members"], inputs["core.monthly_returns"]
    scores = inputs["marts.quality_scores"].filter(pl.col("method") != "trailing")
    suspects = inputs["core.return_doubts"].filter("is_return_suspect").select("month", "security_id")
    clean = returns.join(suspects, on=["month", "security_id"], how="anti")

    def held(kept: pl.DataFrame, treatment: str) -> pl.DataFrame:
        made = quintiles_polars.portfolios(
            scores, members, inputs["core.metrics_as_of"], kept, rules, traded=returns
        )
        return made.with_columns(treatment=pl.lit(treatment))

    cut = []
    # The table takes the quantiles of a month over the lists of two calendar years, so years are apart.
    for year in sorted(scores["year"].unique()):
        two = pl.col("year").is_between(year - 1, year)
        treated = cut_off(members.filter(two), "as_of", returns.filter(two), return_rules)
        cut.append(held(treated, "winsorized").filter(pl.col("month").dt.year() == year))
    return pl.concat([held(clean, "without_suspects"), *cut])


def refuse_other_studies(lake: Lake, made: Tables) -> None:
    """Compare the published tables with those of the bare scripts, in the columns that these make.

    Raises
    ------
    ValueError
        At the first difference; the message names the table, the column and the first row.
    """
    for name, theirs in made.items():
        ours = lake.read(name)
        if "status" in ours.columns:
            ours = ours.filter(pl.col("status") == "estimated")
        if "year" in ours.columns:
            day = pl.col("month" if "month" in theirs.columns else "as_of")
            theirs = theirs.filter(day.dt.year().is_in(ours["year"].unique().implode()))
        both = ours.join(theirs, on=KEYS[name], how="full", coalesce=True, suffix="_bare")
        if not both.height == ours.height == theirs.height:
            raise ValueError(f"{name}: {ours.height} rows by smallcap, {theirs.height} by the other")
        for column in sorted(set(theirs.columns) - set(KEYS[name])):
            _refuse(name, both, column)


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
