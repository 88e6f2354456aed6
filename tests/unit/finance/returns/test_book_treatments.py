"""A book under each treatment: what is removed, cut off or lost, and the weight that has no return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from smallcap.finance.returns.treatments import treated_returns
from smallcap.tables.registry import TABLES
from tests.unit.book_builders import (
    returns,
)
from tests.unit.finance.factors.factor_builders import RETURN_RULES

JANUARY, FEBRUARY = dt.date(2020, 1, 31), dt.date(2020, 2, 29)
Row = dict[str, object]


def frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = TABLES[table].columns
    return pl.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], schema=columns, orient="row")


def suspect(month: dt.date, line: int) -> dict[str, object]:
    return {"month": month, "security_id": line, "is_return_suspect": True, "is_return_extreme": True}


def treated(
    by_line: Mapping[int, Sequence[float | None]],
    listed: pl.DataFrame | None = None,
    doubts: Sequence[Row] = (),
    prices: Sequence[Row] = (),
    lists: Sequence[Row] = (),
) -> tuple[pl.DataFrame, dict[tuple[dt.date, str], dict[str, object]]]:
    earned = returns(JANUARY, {1: [5.0, 0.1]})
    assert treated_returns(earned, frame("core.return_doubts", []), "all", RETURN_RULES).equals(earned)
