"""A metric and the reason why it is null, always made together: a null has exactly one reason, a value has none."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

Check = tuple[pl.Expr, str]
"""A condition under which a metric has no value, and the reason code that says so."""

SCALE_SUSPECT: Check = (pl.col("is_scale_suspect"), "scale_suspect")


def metric(name: str, value: pl.Expr, checks: Sequence[Check]) -> list[pl.Expr]:
    """Make a metric's column and the column of its reason.

    Parameters
    ----------
    name
        Name of the metric; the reason's is ``<name>_reason``, without the unit ``_usd``.
    value
        The formula; used only where no check applies.
    checks
        In order; the first that applies gives the reason. Together they must cover every row where the
        formula is null.
    """
    reason = first_reason(checks)
    return [
        pl.when(reason.is_null()).then(value).alias(name),
        reason.alias(f"{name.removesuffix('_usd')}_reason"),
    ]


def first_reason(checks: Sequence[Check]) -> pl.Expr:
    """Reason code of the first check that applies, null where none does."""
    return pl.coalesce(pl.when(condition).then(pl.lit(reason)) for condition, reason in checks)


def missing(*inputs: pl.Expr, reason: str = "input_missing") -> Check:
    """Check that all inputs are there."""
    return pl.any_horizontal(value.is_null() for value in inputs), reason


def not_positive(denominator: pl.Expr) -> list[Check]:
    """Check that a denominator is there and positive."""
    return [
        missing(denominator, reason="denominator_missing"),
        (denominator <= 0, "denominator_not_positive"),
    ]


def quotient(
    name: str, numerator: pl.Expr, denominator: pl.Expr, before: Sequence[Check] = (SCALE_SUSPECT,)
) -> list[pl.Expr]:
    """Make the metric numerator / denominator, null with its reason where either is missing or the denominator is not positive."""
    return metric(name, numerator / denominator, [*before, missing(numerator), *not_positive(denominator)])
