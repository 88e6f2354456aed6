"""The quality screen: every member, scored or excluded with its reason, by two methods on two bases (marts.quality_scores).

The steps stand in quality_steps.py, the choice of record and inputs in quality_inputs.py, the thresholds in
quality_rules.py.

How the methods page was read where it leaves room:

- A record is stale by one rule on both bases (period_end more than the limit before as_of); basis
  as_published only has its own limit.
- A row is final once the sources' clock has passed the basis' horizon: whatever is filed later becomes known
  after it.
- Market value is that at period_end where a vendor's row visible by the horizon has one, else that at as_of,
  on both bases and methods.
- A row that is excluded shows the inputs of the record it has, a stale one's too: shown, not used.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.quality.inputs import BASES, METHODS, basis_inputs, method_inputs
from smallcap.finance.quality.steps import score
from smallcap.rules.types.quality import ABLATIONS, BASE, QualityRules, Variant

__all__ = ["ABLATIONS", "BASE", "QualityRules", "Variant", "quality_scores", "score"]


def quality_scores(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    rules: QualityRules,
    clock: dt.date,
    stale_months: int,
) -> pl.DataFrame:
    """Score the members of each as_of, by every method and basis.

    Parameters
    ----------
    members
        core.members of the as_ofs asked for.
    metrics_as_of
        core.metrics_as_of of the same as_ofs.
    annual_metrics
        core.annual_metrics known up to each basis' horizon; rows known later are not used.
    vendor_metrics
        raw.vendor_metrics likewise; may be empty.
    rules
        Thresholds.
    clock
        Last day that the sources have observed.
    stale_months
        A record older than this at as_of is not used on basis point_in_time.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quality_scores, one basis and method after the other, each sorted by as_of and
        entity_id. (Whoever writes them sorts them by key; a second sort here would double the memory.)
    """
    parts = []
    # Four fixed combinations, one after the other, so that only one of them is held at full width at a time.
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
        parts += [_as_table(score(method_inputs(inputs, method, rules), rules), rules) for method in METHODS]
    return pl.concat(parts)


def _as_table(scored: pl.DataFrame, rules: QualityRules) -> pl.DataFrame:
    """Select and type the columns of marts.quality_scores."""
    return as_table(
        scored.with_columns(pl.col("as_of").dt.year().alias("year"), pl.lit(rules.label).alias("rule_set")),
        "marts.quality_scores",
    )
