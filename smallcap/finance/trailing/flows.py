"""Trailing flows: last annual + year to date - that of the year before, or the sum of four quarters."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import names_where
from smallcap.finance.pointintime import take
from smallcap.finance.quarters.fields import FLOWS
from smallcap.finance.reasons import first_reason
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.limits import Limits
from smallcap.finance.trailing.parts import is_quarter_later, parts
from smallcap.finance.trailing.quarters import four_quarters
from smallcap.finance.trailing.years import differs

ANNUAL, YEAR_TO_DATE, QUARTERS = "annual", "annual plus year to date", "four quarters"
RESTATED = "restated_basis"


def trailing_flows(statements: Statements, asked: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Compose the flows of the twelve months up to the latest period, for each question.

    Parameters
    ----------
    statements
        The statements.
    asked
        Rows with `entity_id` and `known_by`, and the row numbers `annual` and `quarter` of the latest records
        then; null where there is none.
    limits
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: the flows, `flows_end`, `trailing_basis`, `trailing_reason`,
        `is_annual_only`, `is_trailing_basis_mixed` and `unknown_flows`, those that are null although a part
        of them is known.
    """
    numbered = asked.with_row_index("question")
    is_later = is_quarter_later(statements, asked)
    composed = _composed(statements, numbered.filter(is_later), limits)
    whole_years = _annual(statements.annual, numbered.filter(~is_later))
    return pl.concat([composed, whole_years]).sort("question").drop("question")


def _annual(annual: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Take the annual figures, where no quarter after them is known."""
    flows = take(annual.select(*FLOWS, flows_end="period_end"), asked["annual"])
    is_known = pl.col("flows_end").is_not_null()
    return (
        asked.select("question")
        .hstack(flows)
        .select(
            "question",
            *FLOWS,
            "flows_end",
            pl.when(is_known).then(pl.lit(ANNUAL)).alias("trailing_basis"),
            pl.when(~is_known).then(pl.lit("annual_record_missing")).alias("trailing_reason"),
            pl.lit(value=True).alias("is_annual_only"),
            pl.lit(value=False).alias("is_trailing_basis_mixed"),
            pl.lit(None, pl.String).alias("unknown_flows"),
        )
    )


def _composed(statements: Statements, asked: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Compose the flows, where a quarter after the annual record is known."""
    summed = parts(statements, asked, limits).with_columns(_year_to_date(limits))
    needs_quarters = summed.select(
        ~pl.any_horizontal(
            pl.col(f"{name}_sum").is_not_null() | pl.col(f"{name}_sum_restated") for name in FLOWS
        )
    ).to_series()
    others = asked.filter(needs_quarters)
    quarters = four_quarters(statements, others, limits)
    by_quarters = summed.filter(needs_quarters).hstack(quarters).with_columns(_quarters(limits))
    return pl.concat(
        [
            _chosen(summed.filter(~needs_quarters), YEAR_TO_DATE, "sum", limits),
            _chosen(by_quarters, QUARTERS, "four", limits),
        ]
    )


def _year_to_date(limits: Limits) -> list[pl.Expr]:
    """Return annual plus year to date less that of the year before, and whether the latter was restated.

    The year to date that is subtracted is on the basis of the annual figure. A newer comparative of it that
    differs shows that the year to date that is added is on another basis.
    """
    columns: list[pl.Expr] = []
    is_usable = pl.col("is_next_year") & pl.col("has_prior")
    for name in FLOWS:
        prior = pl.when(f"{name}_changed").then(f"{name}_own").otherwise(f"{name}_first")
        is_mixed, is_restated = (
            (is_usable & _is_beyond(name, prior, most)).fill_null(value=False)
            for most in (limits.difference.mixed_above, limits.difference.null_above)
        )
        total = pl.col(name) + pl.col(f"{name}_ytd") - prior
        columns += [
            pl.when(is_usable & ~is_restated).then(total).alias(f"{name}_sum"),
            is_restated.alias(f"{name}_sum_restated"),
            is_mixed.alias(f"{name}_sum_mixed"),
        ]
    return columns


def _is_beyond(name: str, prior: pl.Expr, most: float) -> pl.Expr:
    """Whether the newest comparative differs from the year to date that is subtracted."""
    new = pl.col(f"{name}_new")
    # An annual figure that was restated once and then repeated: which day's basis it is on, is not known.
    return differs(new, prior, most) | (
        pl.col(f"{name}_repeats") & differs(new, pl.col(f"{name}_first"), most)
    )


def _quarters(limits: Limits) -> list[pl.Expr]:
    """Return the sum of four quarters, and whether their like a year earlier was restated with the latest."""
    columns: list[pl.Expr] = []
    for name in FLOWS:
        new, then, total = (pl.col(f"{name}_{word}") for word in ("alone_new", "alone_then", "four"))
        is_restated = total.is_not_null() & differs(new, then, limits.difference.null_above)
        columns += [
            pl.when(~is_restated).then(total).alias(f"{name}_four"),
            is_restated.alias(f"{name}_four_restated"),
            (total.is_not_null() & differs(new, then, limits.difference.mixed_above)).alias(
                f"{name}_four_mixed"
            ),
        ]
    return columns


def _chosen(rows: pl.DataFrame, basis: str, way: str, limits: Limits) -> pl.DataFrame:
    """Take the flows that were composed in one way, with their end or the reason why there are none."""
    flows = {name: pl.col(f"{name}_{way}") for name in FLOWS}
    has_any = pl.any_horizontal(flow.is_not_null() for flow in flows.values())
    is_restated = pl.any_horizontal(f"{name}_{way}_restated" for name in FLOWS)
    is_mixed = pl.any_horizontal(f"{name}_{way}_mixed" for name in FLOWS)
    unknown = {name: flow.is_null() & _is_partly_known(name) for name, flow in flows.items()}
    return rows.select(
        "question",
        *(flow.alias(name) for name, flow in flows.items()),
        pl.when(has_any).then("quarter_end").alias("flows_end"),
        pl.when(has_any).then(pl.lit(basis)).alias("trailing_basis"),
        pl.when(is_restated)
        .then(pl.lit(RESTATED))
        .when(~has_any)
        .then(_why_none(limits))
        .alias("trailing_reason"),
        pl.lit(value=False).alias("is_annual_only"),
        is_mixed.alias("is_trailing_basis_mixed"),
        pl.when(has_any).then(names_where(unknown)).alias("unknown_flows"),
    )


def _is_partly_known(name: str) -> pl.Expr:
    """Whether the annual record, the latest quarter or the same quarter a year earlier has the figure."""
    known = (name, f"{name}_ytd", f"{name}_alone_latest", f"{name}_new", f"{name}_alone_new")
    return pl.any_horizontal(pl.col(known).is_not_null())


def _why_none(limits: Limits) -> pl.Expr:
    """Return why no flow is known, where none was restated."""
    has_year_to_date = pl.any_horizontal(pl.col(f"{name}_ytd").is_not_null() for name in FLOWS)
    years_after = limits.year.min_days - limits.start_tolerance_days
    reason = first_reason(
        [
            (pl.col("annual_end").is_null(), "quarter_missing"),
            (pl.col("fiscal_year_start").is_null(), "fiscal_year_unknown"),
            (pl.col("days_after_annual") >= years_after, "annual_record_missing"),
            (~pl.col("is_next_year"), "fiscal_year_changed"),
            (~has_year_to_date, "quarter_missing"),
        ]
    )
    return pl.coalesce(reason, pl.lit("prior_year_to_date_missing"))
