"""marts.metric_differences: vendors' ready-made ratios compared with ours, and warnings."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.pointintime import by_standing, take
from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.tables.metric_differences import MetricDifferences

METRICS = ("roe", "debt_to_assets", "fcf_margin", "interest_coverage", "altman_z_score")
AGREES, DIFFERS, ONLY_SERVED, ONLY_COMPUTED = "agrees", "differs", "only_served", "only_computed"
INPUTS = (
    *("roe", "debt_to_assets", "fcf_margin", "interest_coverage"),
    *(
        "working_capital_usd",
        "retained_earnings_usd",
        "ebit_usd",
        "revenue_usd",
        "total_assets_usd",
        "total_liabilities_usd",
    ),
)


def metric_differences(
    vendor_metrics: pl.DataFrame, annual_metrics: pl.DataFrame, rules: ReconciliationRules
) -> pl.DataFrame:
    """Compare the ratios that a vendor serves with those that we compute for the same fiscal year.

    Ours are from the record of that period visible when the vendor's row became known. Altman's Z uses the
    vendor's own market value at the period's end, so that only the formula and its inputs are compared.

    Parameters
    ----------
    vendor_metrics
        Rows of raw.vendor_metrics.
    annual_metrics
        Rows of core.annual_metrics for the same companies.
    rules
        Tolerances.

    Returns
    -------
    pl.DataFrame
        One row per served row and metric with at least one of the two values, in the columns of
        marts.metric_differences, sorted by key.
    """
    beside = (
        without_nan(vendor_metrics)
        .hstack(_records_beside(vendor_metrics, annual_metrics))
        .with_columns(_altman_z())
    )
    rows = pl.concat(_compared(beside, metric, rules) for metric in METRICS).filter(
        pl.col("served").is_not_null() | pl.col("computed").is_not_null()
    )
    return in_columns_of(rows.with_columns(pl.lit(rules.label).alias("rule_set")), MetricDifferences).sort(
        "entity_id", "period_end", "source", "metric"
    )


def reconciliation_warnings(differences: pl.DataFrame, rules: ReconciliationRules) -> pl.DataFrame:
    """Report for each metric whether the vendor's figures and ours differ too much.

    Parameters
    ----------
    differences
        Rows of marts.metric_differences.
    rules
        Tolerances, and the maximum share of rows that may differ.

    Returns
    -------
    pl.DataFrame
        One row per source and metric with at least one row that has both values: compared, differing,
        differing_share, median_served, median_computed, is_median_different, is_warning and message (null
        without a warning).
    """
    is_warning = pl.col("is_median_different") | (pl.col("differing_share") > rules.most_differing_share)
    return (
        _summed(differences)
        .with_columns(_is_median_different(rules).alias("is_median_different"))
        .with_columns(is_warning.alias("is_warning"))
        .with_columns(pl.when("is_warning").then(_message()).alias("message"))
        .sort("source", "metric")
    )


def _summed(differences: pl.DataFrame) -> pl.DataFrame:
    """Count the rows that have both values, by source and metric, with the medians of both."""
    both = differences.filter(pl.col("status").is_in([AGREES, DIFFERS]))
    return both.group_by("source", "metric").agg(
        pl.len().cast(pl.Int64).alias("compared"),
        (pl.col("status") == DIFFERS).sum().cast(pl.Int64).alias("differing"),
        (pl.col("status") == DIFFERS).mean().alias("differing_share"),
        pl.col("served").median().alias("median_served"),
        pl.col("computed").median().alias("median_computed"),
    )


def _is_median_different(rules: ReconciliationRules) -> pl.Expr:
    distance = (pl.col("median_served") - pl.col("median_computed")).abs()
    return pl.coalesce(
        pl.when(pl.col("metric") == metric).then(
            distance > _tolerance(metric, pl.col("median_computed"), rules)
        )
        for metric in METRICS
    )


def _message() -> pl.Expr:
    served, computed = (pl.col(f"median_{whose}").round(4) for whose in ("served", "computed"))
    words = "{} of {}: {} of {} rows differ from ours; median {} served, {} computed"
    return pl.format(words, "metric", "source", "differing", "compared", served, computed)


def _records_beside(vendor_metrics: pl.DataFrame, annual_metrics: pl.DataFrame) -> pl.DataFrame:
    """Find our record of each served row's period: the latest known when the vendor's row became known."""
    ordered = by_standing(annual_metrics)
    served = vendor_metrics.select(
        "entity_id", "period_end", pl.col("available_date").alias("horizon")
    ).with_row_index("served_row")
    known = served.join(ordered, on=["entity_id", "period_end"]).filter(
        pl.col("available_date") <= pl.col("horizon")
    )
    newest = known.group_by("served_row").agg(pl.col("standing").max())
    standing = served.join(newest, on="served_row", how="left", maintain_order="left")["standing"]
    own = annual_metrics.select(pl.col(name).alias(f"{name}_own") for name in INPUTS)
    return take(own, ordered["row"].gather(standing))


def _altman_z() -> pl.Expr:
    """Compute Altman's Z of 1968 with the vendor's market value, otherwise as in core.metrics_as_of."""
    assets, liabilities = (
        pl.when(pl.col(name) > 0).then(name) for name in ("total_assets_usd_own", "total_liabilities_usd_own")
    )
    capital, retained = pl.col("working_capital_usd_own"), pl.col("retained_earnings_usd_own")
    ebit, sales = pl.col("ebit_usd_own"), pl.col("revenue_usd_own")
    score = (1.2 * capital + 1.4 * retained + 3.3 * ebit + 1.0 * sales) / assets + 0.6 * pl.col(
        "market_cap_period_end_usd"
    ) / liabilities
    return score.alias("altman_z_score_own")


def _compared(beside: pl.DataFrame, metric: str, rules: ReconciliationRules) -> pl.DataFrame:
    served, computed = pl.col(metric), pl.col(f"{metric}_own")
    tolerance = _tolerance(metric, computed, rules)
    difference = served - computed
    status = (
        pl.when(computed.is_null())
        .then(pl.lit(ONLY_SERVED))
        .when(served.is_null())
        .then(pl.lit(ONLY_COMPUTED))
        .when(difference.abs() <= tolerance)
        .then(pl.lit(AGREES))
        .otherwise(pl.lit(DIFFERS))
    )
    value = "market_cap_period_end_usd" if metric == "altman_z_score" else None
    return beside.select(
        *("year", "entity_id", "period_end", "source", "available_date"),
        pl.lit(metric).alias("metric"),
        served.alias("served"),
        computed.alias("computed"),
        difference.alias("difference"),
        pl.when(difference.is_not_null()).then(tolerance).alias("tolerance"),
        status.alias("status"),
        (pl.col(value) if value else pl.lit(None, dtype=pl.Float64)).alias("market_cap_usd"),
    )


def _tolerance(metric: str, computed: pl.Expr, rules: ReconciliationRules) -> pl.Expr:
    tolerance = getattr(rules.tolerances, metric)
    return pl.max_horizontal(pl.lit(tolerance.absolute), tolerance.relative * computed.abs())
