"""Watched names by the six filters and the three lenses, against the limits of the members' universe."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallcap.finance.funnel import funnel_outcomes
from smallcap.finance.funnel.evaluation import evaluate_filters
from smallcap.finance.funnel.footing import TRAILING_COLUMNS, on_latest
from smallcap.finance.funnel.inputs import METRIC_COLUMNS
from smallcap.finance.funnel.lenses import statement_lenses
from smallcap.finance.funnel.universe import universe_limits
from smallcap.finance.watched.rows import as_watched, outsiders, with_stand_ins
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.shariah import ShariahRules

BUSINESS_FILTER = 1


@dataclass(frozen=True)
class Latest:
    """Rows on the latest footing, for a home that is on it.

    Attributes
    ----------
    members
        Rows of core.trailing_as_of.
    watched
        Rows of core.watched_trailing.
    """

    members: pl.DataFrame
    watched: pl.DataFrame


def member_limits(
    metrics_as_of: pl.DataFrame,
    evaluations: pl.DataFrame,
    rules: FunnelRules,
    trailing_as_of: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compute the limits of the members' universe at each as_of, as their own filters do.

    Parameters
    ----------
    metrics_as_of
        Rows of core.metrics_as_of.
    evaluations
        Rows of core.filter_evaluations for the same dates: the members' status by filter 1.
    rules
        Quantiles, and minimum number of companies.
    trailing_as_of
        Rows of core.trailing_as_of for the same dates, for the multiples; None for the annual footing.
    """
    status = evaluations.filter(pl.col("filter_number") == BUSINESS_FILTER).select(
        "as_of", "entity_id", "stand_alone_status"
    )
    members = metrics_as_of.join(status, on=["as_of", "entity_id"], maintain_order="left")
    latest = on_latest(members, trailing_as_of)
    return universe_limits(members, members["stand_alone_status"], rules, latest)


def watched_outcomes(
    names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    evaluations: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    factors: pl.DataFrame,
    rules: FunnelRules,
    business_rules: BusinessRules,
    standard: ShariahRules,
    applicability: Applicability,
    latest: Latest | None = None,
) -> pl.DataFrame:
    """Evaluate the filters for every watched name that is no member, in strict order.

    Parameters
    ----------
    names, watched_metrics
        Rows of core.watched_names and core.watched_metrics.
    metrics_as_of, evaluations
        The members' rows of core.metrics_as_of and core.filter_evaluations for the same dates: the universe.
    annual_fundamentals, annual_metrics, prices, factors
        As for `evaluate_filters`.
    rules, business_rules, standard
        The thresholds, the excluded lines of business, the standard of filter 2.
    applicability
        Which rules are asked of which kind of company.
    latest
        Rows on the latest footing; None in a home on the annual one.

    Returns
    -------
    pl.DataFrame
        Six rows per name, in the columns of marts.watched_outcomes.
    """
    judged = outsiders(names)
    evaluated = evaluate_filters(
        judged,
        _measured(watched_metrics, judged),
        annual_fundamentals,
        annual_metrics,
        prices,
        factors,
        rules,
        business_rules,
        standard,
        applicability,
        member_limits(metrics_as_of, evaluations, rules, latest.members if latest else None),
        _trailing(latest, judged),
    )
    explained = _with_missing_filing(evaluated, watched_metrics, judged).with_columns(
        pl.when(pl.col("filter_number") > BUSINESS_FILTER)
        .then("explained")
        .otherwise("reason")
        .alias("reason")
    )
    return as_watched(funnel_outcomes(explained, judged), judged, "marts.watched_outcomes")


def watched_lenses(
    names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    outcomes: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    evaluations: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    rules: FunnelRules,
    applicability: Applicability,
    latest: Latest | None = None,
) -> pl.DataFrame:
    """Look at every watched name that is no member through the lenses of its three statements.

    Parameters
    ----------
    names, watched_metrics, outcomes
        Rows of core.watched_names, core.watched_metrics and marts.watched_outcomes.
    metrics_as_of, evaluations
        The members' rows of core.metrics_as_of and core.filter_evaluations for the same dates: the universe.
    annual_fundamentals, annual_metrics
        As for `statement_lenses`.
    rules
        Thresholds.
    applicability
        Which items say something of which kind of company.
    latest
        Rows on the latest footing; None in a home on the annual one.

    Returns
    -------
    pl.DataFrame
        Eighteen rows per name, in the columns of marts.watched_lenses.
    """
    judged = outsiders(names)
    seen = statement_lenses(
        judged,
        _measured(watched_metrics, judged),
        annual_fundamentals,
        annual_metrics,
        with_stand_ins(outcomes, judged),
        rules,
        applicability,
        member_limits(metrics_as_of, evaluations, rules, latest.members if latest else None),
        _trailing(latest, judged),
    )
    explained = _with_missing_filing(seen, watched_metrics, judged).with_columns(
        pl.col("explained").alias("reason")
    )
    return as_watched(explained, judged, "marts.watched_lenses")


def _measured(watched_metrics: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Select what the filters use of the watched names' metrics, by the ids of `judged`."""
    return with_stand_ins(watched_metrics.select(*METRIC_COLUMNS, "ticker"), judged).drop("ticker")


def _trailing(latest: Latest | None, judged: pl.DataFrame) -> pl.DataFrame | None:
    """Select what the filters use of the watched names' latest footing, by the ids of `judged`."""
    if latest is None:
        return None
    return with_stand_ins(latest.watched.select(*TRAILING_COLUMNS, "ticker"), judged).drop("ticker")


def _with_missing_filing(
    rows: pl.DataFrame, watched_metrics: pl.DataFrame, judged: pl.DataFrame
) -> pl.DataFrame:
    """Add `explained`: the reason, and the filing that no source has where no record is visible."""
    without_record = with_stand_ins(
        watched_metrics.filter(pl.col("period_end").is_null()).select("as_of", "ticker"), judged
    ).join(judged.select("as_of", "entity_id", "missing_filing"), on=["as_of", "entity_id"])
    missing = without_record.select("as_of", "entity_id", "missing_filing")
    filed = pl.format("{}: no source has its {}", "reason", "missing_filing")
    return rows.join(missing, on=["as_of", "entity_id"], how="left", maintain_order="left").with_columns(
        pl.coalesce(filed, "reason").alias("explained")
    )
