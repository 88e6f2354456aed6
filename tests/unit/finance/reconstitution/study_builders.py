"""A small index around the reconstitution of June 2024: one list before, one after, and monthly returns.

Company n has the line 10 n. Ranked on 30 April, announced on 24 May, effective after the close of 28 June;
the first list of the new index is that of July.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from smallcap.finance.reconstitution.events import reconstitution_events
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables import TABLES
from tests.unit.finance.builders import REFERENCE, table

RULES = read_rules(REFERENCE, "event_study.toml", EventStudyRules)
CALENDAR = read_rows(REFERENCE, "reconstitutions.csv", Reconstitution)
MAY, JUNE, JULY, AUGUST, SEPTEMBER = (
    dt.date(2024, 5, 31),
    dt.date(2024, 6, 30),
    dt.date(2024, 7, 31),
    dt.date(2024, 8, 31),
    dt.date(2024, 9, 30),
)
FEBRUARY, MARCH, APRIL = dt.date(2024, 2, 29), dt.date(2024, 3, 31), dt.date(2024, 4, 30)
Returns = Mapping[dt.date, Mapping[int, float]]


def listed(as_of: dt.date, weights: Mapping[int, float | None], fund: str | None = None) -> pl.DataFrame:
    """Rows of core.members at a date."""
    rows = [
        {"entity_id": n, "security_id": 10 * n, "ticker": f"T{n}", "weight": weight}
        for n, weight in weights.items()
    ]
    return table(
        "core.members", rows, year=as_of.year, as_of=as_of, snapshot_date=as_of, fund=fund, index_name="i"
    )


def moved(*rows: tuple[int, str, str], as_of: dt.date = JULY, size: float | None = 0.5) -> pl.DataFrame:
    """Rows of marts.index_changes: company, change, cause."""
    named = [{"entity_id": n, "change": change, "cause": cause} for n, change, cause in rows]
    return table("marts.index_changes", named, as_of=as_of, size_quantile=size)


def monthly(returns: Returns) -> pl.DataFrame:
    """Rows of core.monthly_returns."""
    rows = [
        {"year": month.year, "month": month, "security_id": 10 * n, "total_return": value}
        for month, own in returns.items()
        for n, value in own.items()
    ]
    return table("core.monthly_returns", rows, source="test")


def closes(*rows: tuple[int, dt.date, float]) -> pl.DataFrame:
    """Rows of raw.prices: company, day, close."""
    named = [{"security_id": 10 * n, "date": day, "close_usd": close} for n, day, close in rows]
    return table("raw.prices", named, source="test")


def study(
    members: pl.DataFrame,
    changes: pl.DataFrame,
    returns: Returns | pl.DataFrame,
    *,
    prices: pl.DataFrame | None = None,
    causes: Mapping[int, str] | None = None,
    factors: pl.DataFrame | None = None,
    events: Sequence[Reconstitution] = CALENDAR,
    rules: EventStudyRules = RULES,
) -> pl.DataFrame:
    """Rows of marts.reconstitution_events, with the contract checked."""
    rows = reconstitution_events(
        members,
        changes,
        closes() if prices is None else prices,
        returns if isinstance(returns, pl.DataFrame) else monthly(returns),
        table(
            "raw.securities",
            [{"security_id": 10 * n, "delisting_cause": cause} for n, cause in (causes or {}).items()],
            valid_from=dt.date(2020, 1, 1),
        ),
        table("core.factors_monthly", []) if factors is None else factors,
        events,
        rules,
    )
    assert TABLES["marts.reconstitution_events"].schema.is_valid(rows)
    return rows


def row(rows: pl.DataFrame, group: str, window: str, adjustment: str = "index") -> dict[str, object]:
    """The row of a group, window and adjustment."""
    found = rows.filter(
        (pl.col("group") == group) & (pl.col("window") == window) & (pl.col("adjustment") == adjustment)
    )
    return found.row(0, named=True)
