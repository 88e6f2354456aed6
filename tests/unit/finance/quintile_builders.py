"""Small worlds for the tests of quintile portfolios: who is in which quintile when, and what lines earn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from smallcap.finance.quality.portfolios.returns import quintile_returns
from smallcap.rules.files import read_rules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.tables.quintiles import QuintileReturns
from tests.unit.finance.builders import REFERENCE

PUBLISHED_RULES = read_rules(REFERENCE, "quintiles.toml", QuintileRules)
FEW_SUFFICE = replace(PUBLISHED_RULES, least_names=1, least_sector_names=5)
JUNE = dt.date(2020, 6, 30)
YEARS = (2020, 2021)

Row = dict[str, object]
Returns = Mapping[int, Sequence[float | None]]


def month_end(later: int, first: dt.date = JUNE) -> dt.date:
    """Last day of the month so many months after June 2020."""
    months = first.year * 12 + first.month + later
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class World:
    """Line n is of company 10 n. Months are counted from June 2020 on.

    Attributes
    ----------
    quintiles
        For each month's end, the quintile of each scored line; the score is ten times the quintile plus the
        line's number over a hundred.
    earned
        Each line's returns from June 2020 on, None where there is none.
    caps, sectors
        By line; 100 and Energy where not given.
    """

    quintiles: Mapping[int, Mapping[int, int]]
    earned: Returns
    caps: Mapping[int, float | None] = field(default_factory=dict)
    sectors: Mapping[int, str | None] = field(default_factory=dict)

    def _dated(self) -> list[tuple[dt.date, int, int]]:
        return [
            (month_end(later), line, quintile)
            for later, lines in self.quintiles.items()
            for line, quintile in lines.items()
        ]

    def scores(self) -> pl.DataFrame:
        """Rows of marts.quality_scores of one method, with the columns that are used."""
        rows = [
            (day, "published", "point_in_time", "scored", 10 * line, self.sectors.get(line, "Energy"),
             10.0 * quintile + line / 100, quintile)
            for day, line, quintile in self._dated()
        ]  # fmt: skip
        names = ("as_of", "method", "basis", "status", "entity_id", "sector", "score", "quintile")
        kinds = (pl.Date, pl.String, pl.String, pl.String, pl.Int64, pl.String, pl.Float64, pl.Int64)
        return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")

    def members(self) -> pl.DataFrame:
        """Rows of core.members."""
        rows = [(day, 10 * line, line) for day, line, _ in self._dated()]
        return pl.DataFrame(
            rows, schema={"as_of": pl.Date, "entity_id": pl.Int64, "security_id": pl.Int64}, orient="row"
        )

    def metrics(self) -> pl.DataFrame:
        """Rows of core.metrics_as_of."""
        rows = [(day, 10 * line, self.caps.get(line, 100.0)) for day, line, _ in self._dated()]
        return pl.DataFrame(
            rows, schema={"as_of": pl.Date, "entity_id": pl.Int64, "market_cap_usd": pl.Float64}, orient="row"
        )

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

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Make what a run reads."""
        return self.scores(), self.members(), self.metrics(), self.returns()

    def run(self, rules: QuintileRules = FEW_SUFFICE) -> pl.DataFrame:
        """Rows of marts.quintile_returns, each year from what it may read alone."""
        return run(*self.frames(), rules=rules)


def run(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    rules: QuintileRules = FEW_SUFFICE,
) -> pl.DataFrame:
    """Make the years one by one, as a run does."""
    made = []
    for year in YEARS:
        own = [
            frame.filter(pl.col(day).dt.year().is_in([year - 1, year]))
            for frame, day in ((scores, "as_of"), (members, "as_of"), (metrics, "as_of"), (returns, "month"))
        ]
        made.append(QuintileReturns.validate(quintile_returns(own[0], own[1], own[2], own[3], rules, year)))
    return pl.concat(made)


def series(
    rows: pl.DataFrame, portfolio: str, held: int = 12, weighting: str = "equal", scope: str = "all"
) -> list[Row]:
    """One portfolio, month by month."""
    return (
        rows.filter(portfolio=portfolio, holding_months=held, weighting=weighting, scope=scope)
        .sort("month")
        .to_dicts()
    )
