"""Constructors for the kinds of columns used in tables.

Units follow one convention: names of money columns in US dollars end in `_usd`, ratios are fractions, dates
are DATE.
"""

from __future__ import annotations

from typing import Any, TypeVar

import dataframely as dy

AnyColumn = TypeVar("AnyColumn", bound=dy.Column)


def usd(description: str, **rules: Any) -> dy.Float64:
    """Make a nullable money column in US dollars."""
    return dy.Float64(nullable=True, metadata={"unit": "USD"}, description=description, **rules)


def ratio(description: str, unit: str = "fraction", **rules: Any) -> dy.Float64:
    """Make a nullable column of a ratio, a fraction unless `unit` is given."""
    return dy.Float64(nullable=True, metadata={"unit": unit}, description=description, **rules)


def number(description: str, unit: str, **rules: Any) -> dy.Float64:
    """Make a nullable numeric column with its own unit."""
    return dy.Float64(nullable=True, metadata={"unit": unit}, description=description, **rules)


def count(description: str, *, nullable: bool = False, unit: str = "rows") -> dy.Int64:
    """Make a column of counts, which are never negative."""
    return dy.Int64(nullable=nullable, min=0, metadata={"unit": unit}, description=description)


def text(description: str, *, nullable: bool = True, **rules: Any) -> dy.String:
    """Make a text column."""
    return dy.String(nullable=nullable, description=description, **rules)


def key_text(description: str) -> dy.String:
    """Make a text column that is part of the key."""
    return dy.String(primary_key=True, description=description)


def key_id(description: str) -> dy.Int64:
    """Make a column of our ids that is part of the key."""
    return dy.Int64(primary_key=True, description=description)


def key_date(description: str) -> dy.Date:
    """Make a date column that is part of the key."""
    return dy.Date(primary_key=True, description=description)


def key_cost(description: str) -> dy.Int64:
    """Make a column of a cost level in basis points that is part of the key."""
    return dy.Int64(primary_key=True, min=0, metadata={"unit": "basis points"}, description=description)


def date(description: str, *, nullable: bool = True) -> dy.Date:
    """Make a date column."""
    return dy.Date(nullable=nullable, description=description)


def flag(description: str, *, nullable: bool = False) -> dy.Bool:
    """Make a boolean column; its name starts with `is_` or `has_`."""
    return dy.Bool(nullable=nullable, description=description)


def reason(metric: str) -> dy.String:
    """Make the column with the reason why `metric` is null; null if the metric has a value."""
    return dy.String(nullable=True, description=f"why {metric} is null; null if it has a value")


def year(description: str) -> dy.Int32:
    """Make the partition column."""
    return dy.Int32(
        nullable=False, min=1900, max=2200, metadata={"unit": "calendar year"}, description=description
    )


def looks_later(column: AnyColumn, reason: str) -> AnyColumn:
    """Declare that a column's value may change by what became known after the date of its row.

    Every other column of a table of dates holds what was known on that date; a test with two clocks compares
    them (tests/integration/test_two_clocks.py).

    Parameters
    ----------
    column
        The column.
    reason
        What it waits for, and where the row says when that became known.
    """
    column.metadata = {**(column.metadata or {}), "later": reason}
    return column


AS_OF_YEAR = "calendar year of as_of; the partition"
STATUS = "estimated or insufficient"
REASON = "why there are no numbers; null if there are"
KNOWN_YEAR = "calendar year of available_date, in which the row became known; the partition"
