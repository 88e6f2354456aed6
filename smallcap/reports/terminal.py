"""Results as tables for the terminal. Text that came from a vendor is shown as it is.

Nothing is queried or computed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.wrapping import visible

Row = Mapping[str, Any]

FIGURES = (int, float, Decimal)
WHOLE = (*FIGURES, dt.date, dt.time, dt.timedelta, UUID)
"""Types of values that are never broken over lines."""
LONGEST_NAME = 80
"""Texts up to this width are names and labels, which are cut to one line where a query's columns do not fit.

Longer ones are sentences, which are broken over lines.
"""


def rows_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", rest: str = ""
) -> FittedTable:
    """Lay out the rows of a query.

    Parameters
    ----------
    columns
        Names of the columns.
    rows
        The values.
    title
        A line above.
    rest
        How to see what is left out where not all fits; without it every column is shown, and every text
        whole.
    """
    rows = list(rows)
    laid_out = [
        _column(name, [row[place] for row in rows], can_shorten=bool(rest))
        for place, name in enumerate(columns)
    ]
    return FittedTable(laid_out, [[written(value) for value in row] for row in rows], title, rest)


def percent(value: float | None) -> str:
    """Write a fraction as a percentage with one decimal."""
    return "–" if value is None else f"{value:.1%}"


def multiple(value: float | None) -> str:
    """Write a multiple with one decimal."""
    return "–" if value is None else f"{value:,.1f}"


def millions(value: float | None) -> str:
    """Write US dollars in millions."""
    return "–" if value is None else f"{value / 1e6:,.0f}"


def written(value: Any) -> str:
    """Write a value: a fraction with up to four decimals, a large amount without any, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if not isinstance(value, float):
        return str(value)
    size = abs(value)
    if size >= 1e16:
        return repr(value)
    if 0 < size < 0.001:
        return f"{value:.4g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".") if size < 1e6 else f"{value:,.0f}"


def _column(name: str, values: Sequence[Any], *, can_shorten: bool) -> Column:
    known = [value for value in values if value is not None]
    is_figure = any(isinstance(value, FIGURES) and not isinstance(value, bool) for value in known)
    is_whole = bool(known) and all(isinstance(value, WHOLE) for value in known)
    is_name = can_shorten and all(
        isinstance(value, str) and len(value) <= LONGEST_NAME and "\n" not in value for value in known
    )
    heading = visible(name).plain.replace("\n", " ")
    return Column(heading, is_figure=is_figure, is_whole=is_whole, is_shortened=is_name and bool(known))


def decimal(value: float | None) -> str:
    """Write a figure of any unit with three decimals."""
    return "–" if value is None else f"{value:,.3f}"
