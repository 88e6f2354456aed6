"""The figures of a statement row, and lists of their names in text columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

from smallcap.tables.registry import TABLES

SHARE_COUNTS = {
    "outstanding": "shares_outstanding",
    "basic_average": "shares_basic",
    "diluted_average": "shares_diluted",
}
"""Share counts in order of preference: a count at a date, otherwise a period average."""
DEBT_PARTS = ("short_term_debt_usd", "long_term_debt_usd")
SHARE_FIELDS = tuple(SHARE_COUNTS.values())
MONEY_FIELDS = tuple(name for name in TABLES["raw.fundamentals"].columns if name.endswith("_usd"))
FIELDS = (*MONEY_FIELDS, *SHARE_FIELDS)
SUSPECT, INHERITED, AMENDED = "scale_suspect_fields", "inherited_fields", "amended_fields"
_SEPARATOR = ", "


def names_where(conditions: Mapping[str, pl.Expr]) -> pl.Expr:
    """Join the names whose condition is true into one text, in order; null if none is."""
    named = [pl.when(condition).then(pl.lit(name)) for name, condition in conditions.items()]
    joined = pl.concat_str(named, separator=_SEPARATOR, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


@cache
def is_named(column: str, *names: str) -> pl.Expr:
    """Whether the list in a text column has at least one of the names; false if the list is null."""
    padded = _SEPARATOR + pl.col(column) + _SEPARATOR
    return pl.any_horizontal(
        padded.str.contains(f"{_SEPARATOR}{name}{_SEPARATOR}", literal=True) for name in names
    ).fill_null(False)


def names_in(lists: pl.Series) -> set[str]:
    """Return every name that occurs in the lists of a text column."""
    return set(lists.drop_nulls().unique().str.split(_SEPARATOR).explode())


def is_suspect(*names: str, suffix: str = "") -> pl.Expr:
    """Whether one of the fields has a suspect scale. `suffix` selects another year's list."""
    return is_named(f"{SUSPECT}{suffix}", *names)


def without_suspects(frame: pl.DataFrame, names: Sequence[str] = FIELDS) -> pl.DataFrame:
    """Turn the fields with a suspect scale into null, each by itself."""
    listed = names_in(frame[SUSPECT])
    return frame.with_columns(
        pl.when(~is_suspect(name)).then(name).alias(name) for name in names if name in listed
    )


@cache
def unmixed(part: str, *others: str) -> pl.Expr:
    """Return a figure, null if it is inherited from an earlier version while one of the others was amended.

    A figure of one version is not combined with figures that a later version has changed.
    """
    return pl.when(~(is_named(INHERITED, part) & is_named(AMENDED, *others))).then(part)
