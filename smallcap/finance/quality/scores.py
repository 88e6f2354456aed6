"""marts.quality_scores: every member scored, or excluded with a reason, by three methods on two bases.

The steps are in `steps`, records and inputs in `inputs`, thresholds in smallcap.rules.types.quality.

Interpretation of points that the study leaves open:

- A record is stale by the same rule on both bases (period_end more than the limit before as_of); only the
  limit of basis as_published differs.
- A row is final once the sources' clock has passed the basis' horizon: later filings become known after it.
- Market value is that at period_end if a vendor row visible by the horizon has one, else that at as_of, for
  both bases and methods.
- Method trailing has no counterpart in the study: it is on basis point_in_time alone.
- An excluded row shows the inputs of its record, even of a stale one, but they are not used.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.quality.inputs import (
    BASES,
    METHODS,
    TRAILING,
    basis_inputs,
    method_inputs,
    trailing_inputs,
)
from smallcap.finance.quality.steps import score
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import QualityRules


def quality_scores(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    rules: QualityRules,
    clock: dt.date,
    stale_months: int,
    applicability: Applicability,
    trailing_as_of: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Score the members of each as_of by every method and basis.

    Parameters
    ----------
    members
        Rows of core.members for the requested as_ofs.
    metrics_as_of
        Rows of core.metrics_as_of for the same as_ofs.
    annual_metrics
        Rows of core.annual_metrics known up to each basis' horizon; later rows are ignored.
    vendor_metrics
        Rows of raw.vendor_metrics, likewise; may be empty.
    rules
        Thresholds.
    clock
        Last day that the sources have observed.
    stale_months
        A record older than this at as_of is not used on basis point_in_time.
    applicability
        Which inputs can be asked of which kind of company; for methods debt_free_aware and trailing.
    trailing_as_of
        Rows of core.trailing_as_of for the same as_ofs; without them method trailing is left out.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quality_scores, one basis and method after the other, each sorted by as_of and
        entity_id. The writer sorts by key; sorting here as well would double the memory.
    """
    parts = []
    # Process the four combinations one by one, so that only one is in memory at full width.
    for basis in BASES:
        inputs = basis_inputs(
            members,
            metrics_as_of,
            annual_metrics,
            vendor_metrics,
            basis=basis,
            rules=rules,
            clock=clock,
            stale_months=stale_months,
        )
        parts += [
            _as_table(score(method_inputs(inputs, method, rules, applicability), rules), rules)
            for method in METHODS
        ]
    if trailing_as_of is None:
        return pl.concat(parts)
    latest = method_inputs(trailing_inputs(members, trailing_as_of, clock), TRAILING, rules, applicability)
    return pl.concat([*parts, _as_table(score(latest, rules), rules)])


def _as_table(scored: pl.DataFrame, rules: QualityRules) -> pl.DataFrame:
    """Select and type the columns of marts.quality_scores."""
    return as_table(
        scored.with_columns(pl.col("as_of").dt.year().alias("year"), pl.lit(rules.label).alias("rule_set")),
        "marts.quality_scores",
    )
