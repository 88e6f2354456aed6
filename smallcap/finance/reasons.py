"""Metrics with the reason why they are null: a null has exactly one reason, a value has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

NET_INTEREST_INCOME: Final = "net_interest_income"
"""The reason code of a coverage (metrics.ratios) that says: only net interest is known, and it is income."""

Check = tuple[pl.Expr, str]
"""A condition under which a metric has no value, and its reason code."""


def metric(name: str, value: pl.Expr, checks: Sequence[Check]) -> list[pl.Expr]:
    """Make the column of a metric and the column of its reason.

    Parameters
    ----------
    name
        Name of the metric; the reason column is ``<name>_reason``, without the unit ``_usd``.
    value
        The formula; used only if no check applies.
    checks
        Evaluated in order; the first that applies gives the reason. Together they must cover every row in
        which the formula is null.

    Returns
    -------
    list of pl.Expr
        The metric and its reason.
    """
    reason = first_reason(checks)
    return [
        pl.when(reason.is_null()).then(value).alias(name),
        reason.alias(f"{name.removesuffix('_usd')}_reason"),
    ]


def first_reason(checks: Sequence[Check]) -> pl.Expr:
    """Return the reason code of the first check that applies; null if none does."""
    return pl.coalesce(pl.when(condition).then(pl.lit(reason)) for condition, reason in checks)


def missing(*inputs: pl.Expr, reason: str = "input_missing") -> Check:
    """Make a check that applies if any input is null."""
    return pl.any_horizontal(value.is_null() for value in inputs), reason


def not_positive(denominator: pl.Expr) -> list[Check]:
    """Make the checks that apply if a denominator is null or not positive."""
    return [
        missing(denominator, reason="denominator_missing"),
        (denominator <= 0, "denominator_not_positive"),
    ]


def quotient(
    name: str, numerator: pl.Expr, denominator: pl.Expr, before: Sequence[Check] = ()
) -> list[pl.Expr]:
    """Make the metric numerator / denominator, which is null if either is missing or the latter not positive.

    Parameters
    ----------
    name
        Name of the metric.
    numerator, denominator
        The two parts.
    before
        Checks evaluated before those of the parts.

    Returns
    -------
    list of pl.Expr
        The metric and its reason.
    """
    return metric(name, numerator / denominator, [*before, missing(numerator), *not_positive(denominator)])
