"""Metrics as of a date on the latest footing: latest balance sheet, trailing flows, and market values."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.metrics.fields import SUSPECT, is_suspect
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.pointintime import visible
from smallcap.rules.types.kinds import Applicability
from smallcap.rules.types.metrics import MetricsRules
from smallcap.tables.core import MetricsAsOf
from smallcap.tables.registry import TABLES

QUARTER, ANNUAL = "quarter", "annual"
KEY = ("as_of", "entity_id")
OF_THE_FOOTING = ("flows_end", "trailing_basis", "trailing_reason", "is_trailing_basis_mixed")
CASH = "cash_and_short_term_investments_usd"
OF_THE_RECORD = ("goodwill_to_assets", "goodwill_to_assets_reason")
STATEMENT_COLUMNS = (
    *("entity_id", "period_end", "available_date", "version", "source", "filing_date"),
    *(CASH, SUSPECT),
)
"""Columns of core.quarterly_fundamentals that are used."""


def trailing_as_of(
    members: pl.DataFrame,
    trailing_metrics: pl.DataFrame,
    quarterly_fundamentals: pl.DataFrame,
    annual: pl.DataFrame,
    prices: pl.DataFrame,
    rules: MetricsRules,
    stale_months: int,
    applicability: Applicability,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return, for each member at each as_of, the metrics on its latest balance sheet and trailing flows.

    A company of which no quarter is known after its latest annual record has the row of core.metrics_as_of
    as it is: where a source serves no quarters, both tables hold the same figures.

    Parameters
    ----------
    members
        Rows of core.members.
    trailing_metrics
        Rows of core.trailing_metrics that became known up to the last as_of.
    quarterly_fundamentals
        Rows of core.quarterly_fundamentals, for the day on which a balance sheet was filed, and its cash.
    annual
        Rows of core.metrics_as_of for the same as_ofs.
    prices, rules, stale_months, applicability, earlier
        As for `metrics_as_of`; a record is stale by its balance sheet's date.

    Returns
    -------
    pl.DataFrame
        One row per member, in the columns of core.trailing_as_of, sorted by as_of and company.
    """
    no_vendor = TABLES["raw.vendor_metrics"].empty()
    measured = metrics_as_of(
        members, trailing_metrics, prices, no_vendor, rules, stale_months, applicability, earlier
    )
    footing = visible(
        trailing_metrics.select(
            *("entity_id", "period_end", "version", "source", "available_date"),
            *("is_annual_only", *OF_THE_FOOTING, *OF_THE_RECORD),
        ),
        measured.select(KEY),
    )
    filed = _filed(measured, quarterly_fundamentals)
    beside = measured.hstack(footing.select("is_annual_only", *OF_THE_FOOTING, *OF_THE_RECORD)).hstack(filed)
    chosen = _with_annual_rows(beside, annual)
    return as_table(chosen, "core.trailing_as_of")


def _filed(measured: pl.DataFrame, quarterly_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Find the day on which each quarter's balance sheet, as visible at as_of, was filed, and its cash."""
    statements = quarterly_fundamentals.select(STATEMENT_COLUMNS)
    ends = statements.select("entity_id", "period_end").unique().sort("entity_id", "period_end")
    numbered = ends.with_row_index("statement")
    pair = ["entity_id", "period_end"]
    # Here the "entity" of the visibility lookup is a company's quarter.
    asked = measured.select(*KEY, "period_end").join(numbered, on=pair, how="left", maintain_order="left")
    records = statements.join(numbered, on=pair, how="left", maintain_order="left").select(
        pl.col("statement").alias("entity_id"),
        *("period_end", "available_date", "version", "source"),
        pl.col("filing_date").alias("balance_sheet_filing_date"),
        pl.when(~is_suspect(CASH)).then(CASH).alias(CASH),
    )
    seen = visible(records, asked.select("as_of", pl.col("statement").alias("entity_id")))
    return seen.select("balance_sheet_filing_date", CASH)


def _with_annual_rows(beside: pl.DataFrame, annual: pl.DataFrame) -> pl.DataFrame:
    """Take the annual row of each company of which no later quarter is known, and name the footing."""
    figures = [name for name in MetricsAsOf.columns() if name not in ("year", *KEY)]
    both = beside.join(
        annual.select(*KEY, *(pl.col(name).alias(f"{name}_annual") for name in figures)),
        on=KEY,
        how="left",
        maintain_order="left",
    )
    is_quarter = ~pl.col("is_annual_only").fill_null(True)
    chosen = both.with_columns(
        *(pl.when(is_quarter).then(name).otherwise(f"{name}_annual").alias(name) for name in figures),
        is_quarter.alias("is_quarter"),
    )
    has_record = pl.col("period_end").is_not_null()
    return chosen.with_columns(
        pl.when("is_quarter")
        .then(pl.lit(QUARTER))
        .when(has_record)
        .then(pl.lit(ANNUAL))
        .alias("statement_footing"),
        pl.col("period_end").alias("balance_sheet_date"),
        pl.when("is_quarter").then("flows_end").otherwise("period_end").alias("flows_end"),
        pl.when("is_quarter")
        .then("trailing_basis")
        .when(has_record)
        .then(pl.lit(ANNUAL))
        .alias("trailing_basis"),
        pl.when("is_quarter").then("trailing_reason").alias("trailing_reason"),
        (~pl.col("is_quarter")).alias("is_annual_only"),
        pl.when("is_quarter")
        .then("is_trailing_basis_mixed")
        .otherwise(pl.lit(False))
        .alias("is_trailing_basis_mixed"),
        *(pl.when("is_quarter").then(name).alias(name) for name in ("balance_sheet_filing_date", CASH)),
    )
