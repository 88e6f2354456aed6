"""Metrics as of a date on the latest footing: latest balance sheet, trailing flows, and market values."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.metrics.fields import SUSPECT, is_suspect
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.pointintime import is_stale, visible
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.metrics import MetricsRules
from smallcap.tables.metrics_as_of import MetricsAsOf
from smallcap.tables.registry import TABLES

QUARTER, ANNUAL = "quarter", "annual"
KEY = ("as_of", "entity_id")
CASH = "cash_and_short_term_investments_usd"
OF_THE_RECORD = ("goodwill_to_assets", "goodwill_to_assets_reason")
OF_THE_FOOTING = (
    *("is_annual_only", "balance_sheet_date", "flows_end"),
    *("trailing_basis", "trailing_reason", "is_trailing_basis_mixed", CASH),
)
STATEMENT_COLUMNS = (
    *("entity_id", "period_end", "available_date", "version", "source", "filing_date", "net_income_usd"),
    *("is_computed_anew", SUSPECT),
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
        Rows of core.quarterly_fundamentals: when balance sheets were filed, and what quarters earned.
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
    records = trailing_metrics.select(
        *("entity_id", "period_end", "version", "source", "available_date"), *OF_THE_FOOTING, *OF_THE_RECORD
    )
    footing = visible(records, measured.select(KEY)).select(*OF_THE_FOOTING, *OF_THE_RECORD)
    beside = measured.hstack(footing).with_columns(
        is_stale("balance_sheet_date", "as_of", stale_months).alias("is_stale")
    )
    quarters = _of_quarters(beside, quarterly_fundamentals)
    return as_table(_with_annual_rows(beside.hstack(quarters), annual), "core.trailing_as_of")


def _of_quarters(beside: pl.DataFrame, quarterly_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Find when each balance sheet was filed, and the net income of the last quarter, as visible at as_of."""
    # A row that is computed anew repeats a balance sheet, with the day of another filing.
    filed = quarterly_fundamentals.filter(~pl.col("is_computed_anew"))
    dates = _quarter(beside, "balance_sheet_date", filed).select(
        pl.col("filing_date").alias("balance_sheet_filing_date")
    )
    earned = _quarter(beside, "period_end", quarterly_fundamentals).select(
        pl.when(~is_suspect("net_income_usd")).then("net_income_usd").alias("quarter_net_income_usd")
    )
    return dates.hstack(earned)


def _quarter(beside: pl.DataFrame, ends: str, quarterly_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Join to each row the record of its quarter that ends on a date, as visible at as_of."""
    statements = quarterly_fundamentals.select(STATEMENT_COLUMNS)
    pair = ["entity_id", "period_end"]
    numbered = statements.select(pair).unique().sort(pair).with_row_index("statement")
    asked = beside.select(*KEY, pl.col(ends).alias("period_end")).join(
        numbered, on=pair, how="left", maintain_order="left"
    )
    # Here the "entity" of the visibility lookup is a company's quarter.
    records = statements.join(numbered, on=pair, how="left", maintain_order="left").with_columns(
        pl.col("statement").alias("entity_id")
    )
    return visible(records, asked.select("as_of", pl.col("statement").alias("entity_id")))


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
        pl.when("is_quarter").then("balance_sheet_date").otherwise("period_end").alias("balance_sheet_date"),
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
