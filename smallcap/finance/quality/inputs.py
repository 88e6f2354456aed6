"""The record and figures that the quality screen scores, by basis and method; scoring is in `steps`.

The basis defines the last day whose filings may be used (the horizon): as_of itself, or the day some months
later on which the study queried its vendor. The inputs are the vendor's ratios if it serves the record,
even if a ratio is null (the study had nothing else), and our own ratios otherwise. The method defines how
debt-free companies and financials are treated.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.kinds import is_asked
from smallcap.finance.pointintime import is_stale, visible
from smallcap.finance.reasons import NET_INTEREST_INCOME
from smallcap.rules.types.applicability import SCORE_INPUTS as ASKED_BY_KIND
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import SCORE_INPUTS, QualityRules

POINT_IN_TIME = "point_in_time"
AS_PUBLISHED = "as_published"
BASES = (AS_PUBLISHED, POINT_IN_TIME)
PUBLISHED = "published"
DEBT_FREE_AWARE = "debt_free_aware"
TRAILING = "trailing"
METHODS = (DEBT_FREE_AWARE, PUBLISHED)
"""The methods on fiscal years, which have both bases; method trailing is on basis point_in_time alone."""

TRAILING_COLUMNS = (
    *("entity_id", "period_end", "available_date", "is_stale", *SCORE_INPUTS, "market_cap_usd"),
    *("interest_coverage_reason", "total_debt_usd", "is_debt_partial", "ebit_usd"),
)
"""Columns of core.trailing_as_of that method trailing uses, besides as_of."""
# Our reasons for a null coverage that mean there was no interest to cover.
NO_INTEREST_REASONS = ("no_interest_expense", NET_INTEREST_INCOME)
_RECORD_COLUMNS = (
    *("entity_id", "period_end", "version", "source", "available_date"),
    *(*SCORE_INPUTS, "interest_coverage_reason", "total_debt_usd", "is_debt_partial", "ebit_usd"),
)


def horizon(basis: str, rules: QualityRules) -> pl.Expr:
    """Return the last day whose filings a basis may use."""
    return pl.col("as_of") + pl.duration(days=rules.as_published.lag_days if basis == AS_PUBLISHED else 0)


def basis_inputs(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    *,
    basis: str,
    rules: QualityRules,
    clock: dt.date,
    stale_months: int,
) -> pl.DataFrame:
    """Find each member's record visible at the basis' horizon, and its inputs for method published.

    Parameters
    ----------
    members
        Rows of core.members.
    metrics_as_of
        Rows of core.metrics_as_of, for the market value at as_of.
    annual_metrics
        Rows of core.annual_metrics; may include records after every horizon.
    vendor_metrics
        Rows of raw.vendor_metrics; empty if no vendor serves ratios.
    basis
        point_in_time or as_published.
    rules
        Thresholds.
    clock
        Last day that the sources have observed. Basis as_published has no rows for an as_of whose horizon is
        after it.
    stale_months
        Staleness limit of basis point_in_time; as_published has its own.

    Returns
    -------
    pl.DataFrame
        One row per member of the as_ofs that the basis has: the columns that `score` needs except method, and
        those that `method_inputs` needs.
    """
    limit = rules.as_published.stale_months if basis == AS_PUBLISHED else stale_months
    questions = members.sort("as_of", "entity_id").select(
        *("as_of", "entity_id", "ticker", "name", "sector", "company_kind", "is_ticker_usable"),
        horizon(basis, rules).alias("horizon_date"),
        pl.lit(basis).alias("basis"),
    )
    if basis == AS_PUBLISHED:
        questions = questions.filter(pl.col("horizon_date") <= clock)
    records = visible(annual_metrics.select(_RECORD_COLUMNS), questions, horizon="horizon_date")
    served = records.join(_served(vendor_metrics), on=["entity_id", "period_end"], how="left")
    valued = served.join(
        metrics_as_of.select("as_of", "entity_id", "market_cap_usd"), on=["as_of", "entity_id"], how="left"
    )
    return valued.with_columns(
        # Once per as_of, because counting back months for every row costs as much as the rest of the screen.
        is_stale("period_end", pl.col("as_of").first(), limit).over("as_of").alias("is_stale"),
        (pl.col("horizon_date") < clock).alias("is_final"),
    ).with_columns(*_chosen_inputs())


def trailing_inputs(members: pl.DataFrame, trailing_as_of: pl.DataFrame, clock: dt.date) -> pl.DataFrame:
    """Take each member's inputs from its latest balance sheet and trailing flows, on basis point_in_time.

    They are our own figures: vendors serve ratios of fiscal years. The market value is that at as_of.

    Parameters
    ----------
    members, trailing_as_of, clock
        Rows of core.members and core.trailing_as_of for the same as_ofs; the last day that the sources know.

    Returns
    -------
    pl.DataFrame
        One row per member, in the columns of `basis_inputs` that `method_inputs` and `score` need.
    """
    questions = members.sort("as_of", "entity_id").select(
        *("as_of", "entity_id", "ticker", "name", "sector", "company_kind", "is_ticker_usable"),
        pl.col("as_of").alias("horizon_date"),
        pl.lit(POINT_IN_TIME).alias("basis"),
    )
    figures = trailing_as_of.select("as_of", *TRAILING_COLUMNS)
    return questions.join(figures, on=["as_of", "entity_id"], how="left", maintain_order="left").with_columns(
        (pl.col("horizon_date") < clock).alias("is_final"),
        pl.when(pl.col("period_end").is_not_null()).then(pl.lit("computed")).alias("inputs_basis"),
    )


def _served(vendor_metrics: pl.DataFrame) -> pl.DataFrame:
    """Keep one vendor row per company and period: the first that was available."""
    first = vendor_metrics.sort("entity_id", "period_end", "available_date", "source").unique(
        ["entity_id", "period_end"], keep="first", maintain_order=True
    )
    return first.select(
        *("entity_id", "period_end"),
        pl.col("available_date").alias("served_date"),
        *(pl.col(name).alias(f"{name}_served") for name in SCORE_INPUTS),
        pl.col("market_cap_period_end_usd"),
    )


def _chosen_inputs() -> list[pl.Expr]:
    """Use the complete vendor row if one was served by the horizon, otherwise our own figures."""
    is_served = (pl.col("served_date") <= pl.col("horizon_date")).fill_null(False)
    market_cap_at_period_end = pl.when(is_served).then("market_cap_period_end_usd")
    return [
        *(pl.when(is_served).then(f"{name}_served").otherwise(name).alias(name) for name in SCORE_INPUTS),
        pl.coalesce(market_cap_at_period_end, "market_cap_usd").alias("market_cap_usd"),
        pl.when(is_served)
        .then(pl.lit("vendor"))
        .when(pl.col("period_end").is_not_null())
        .then(pl.lit("computed"))
        .alias("inputs_basis"),
    ]


def method_inputs(
    inputs: pl.DataFrame, method: str, rules: QualityRules, applicability: Applicability
) -> pl.DataFrame:
    """Turn the inputs of method published into those of the given method.

    Method debt_free_aware sets the coverage of a company without debt, null because it pays no interest, and
    of one with debt that earns more interest than it pays, to the cap if EBIT is positive and to 0 otherwise.
    An input that cannot be asked of a kind of company, such as the debt of a bank, is missing. Method
    trailing does the same with inputs of the latest footing (`trailing_inputs`).

    Parameters
    ----------
    inputs
        Rows of `basis_inputs`.
    method
        published, debt_free_aware or trailing.
    rules
        Thresholds; the cap is the upper end of `coverage_clip`.
    applicability
        Which inputs can be asked of which kind of company.

    Returns
    -------
    pl.DataFrame
        The rows with column `method` and the method's inputs.
    """
    named = inputs.with_columns(pl.lit(method).alias("method"))
    if method == PUBLISHED:
        return named
    has_no_debt = (pl.col("total_debt_usd") == 0) & ~pl.col("is_debt_partial").fill_null(False)
    reason = pl.col("interest_coverage_reason")
    is_debt_free = has_no_debt & reason.is_in(NO_INTEREST_REASONS)
    is_net_creditor = pl.col("total_debt_usd").is_not_null() & (reason == NET_INTEREST_INCOME)
    stand_in = (
        pl.when(pl.col("ebit_usd") > 0)
        .then(rules.coverage_clip.highest)
        .when(pl.col("ebit_usd") <= 0)
        .then(0.0)
    )
    coverage = (
        pl.when(pl.col("interest_coverage").is_null() & (is_debt_free | is_net_creditor))
        .then(stand_in)
        .otherwise("interest_coverage")
    )
    asked = {name: is_asked(applicability.kinds_without("score_inputs", name)) for name in ASKED_BY_KIND}
    return named.with_columns(
        pl.when(asked["interest_coverage"]).then(coverage).alias("interest_coverage"),
        pl.when(asked["debt_to_assets"]).then("debt_to_assets").alias("debt_to_assets"),
    )
