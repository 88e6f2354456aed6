"""Small worlds for the tests of the experiment: who is listed at which month's end, what is visible of them,
what they earn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from smallcap.finance.experiment.returns import experiment_returns
from smallcap.rules.files import read_rules
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.tables.experiment import ExperimentReturns

RULES = read_rules(
    Path(__file__).resolve().parents[4] / "data" / "reference", "experiment.toml", ExperimentRules
)
JUNE = dt.date(2020, 6, 30)
PROFIT, LOSS, UNKNOWN = 1.0, -1.0, None
YEARS = (2020, 2021)

Row = dict[str, object]
Returns = Mapping[int, Sequence[float | None]]


def month_end(later: int, first: dt.date = JUNE) -> dt.date:
    """Last day of the month so many months after June 2020."""
    months = first.year * 12 + first.month + later
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class Company:
    """What is visible of a company, at every date alike."""

    net_income: float | None = PROFIT
    market_cap: float | None = 100.0
    sector: str | None = "Energy"
    is_stale: bool | None = False


@dataclass(frozen=True)
class World:
    """Line n is of company 10 n. Months are counted from June 2020 on.

    Attributes
    ----------
    companies
        By line.
    listed
        For each month's end with a list, the lines on it.
    earned
        Each line's returns from June 2020 on, None where there is none.
    """

    companies: Mapping[int, Company]
    listed: Mapping[int, Sequence[int]]
    earned: Returns = field(default_factory=dict)

    def members(self) -> pl.DataFrame:
        """Rows of core.members."""
        rows = [
            (month_end(later), 10 * line, line, self.companies[line].sector)
            for later, lines in self.listed.items()
            for line in lines
        ]
        schema = {"as_of": pl.Date, "entity_id": pl.Int64, "security_id": pl.Int64, "sector": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def metrics(self) -> pl.DataFrame:
        """Rows of core.metrics_as_of."""
        rows = [
            (month_end(later), 10 * line, company.net_income, company.is_stale, company.market_cap)
            for later, lines in self.listed.items()
            for line, company in ((line, self.companies[line]) for line in lines)
        ]
        names = {
            "as_of": pl.Date,
            "entity_id": pl.Int64,
            "net_income_usd": pl.Float64,
            "is_stale": pl.Boolean,
            "market_cap_usd": pl.Float64,
        }
        return pl.DataFrame(rows, schema=names, orient="row")

    def returns(self) -> pl.DataFrame:
        """Rows of core.monthly_returns."""
        rows = [
            (month_end(later), line, value)
            for line, values in self.earned.items()
            for later, value in enumerate(values)
            if value is not None
        ]
        return pl.DataFrame(
            rows, schema={"month": pl.Date, "security_id": pl.Int64, "total_return": pl.Float64}, orient="row"
        )

    def run(self, years: Sequence[int] = YEARS) -> pl.DataFrame:
        """Rows of marts.experiment_returns, each year from what it may read alone."""
        return run(self.members(), self.metrics(), self.returns(), years)


def run(
    members: pl.DataFrame, metrics: pl.DataFrame, returns: pl.DataFrame, years: Sequence[int] = YEARS
) -> pl.DataFrame:
    """Make the years one by one, as a run does."""
    made = []
    for year in years:
        own = [
            frame.filter(pl.col(day).dt.year().is_in([year - 1, year]))
            for frame, day in ((members, "as_of"), (metrics, "as_of"), (returns, "month"))
        ]
        made.append(ExperimentReturns.validate(experiment_returns(*own, year)))
    return pl.concat(made)


def series(rows: pl.DataFrame, universe: str = "all", weighting: str = "equal") -> list[Row]:
    """One universe in one weighting, month by month."""
    return (
        rows.filter((pl.col("universe") == universe) & (pl.col("weighting") == weighting))
        .sort("month")
        .to_dicts()
    )


def a_year(value: float = 0.0, months: int = 13) -> list[float]:
    """The same return in every month, from June on."""
    return [value] * months
