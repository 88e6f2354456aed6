"""The footing of figures: the fiscal year, or the latest balance sheet with trailing flows.

Filters 2, 3 and 6 and the lens of the balance sheet take the latest footing, where the home is on it; the
filters and lenses of several fiscal years stay on those.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.trailing_as_of import ANNUAL, CASH, OF_THE_RECORD, QUARTER

KEY = ["as_of", "entity_id"]
FOOTING = ("statement_footing", "balance_sheet_date", "flows_end")
"""Which record a verdict comes from."""
FIGURES = (
    *("period_end", "version", "available_date", "is_stale", "is_debt_partial"),
    *("market_cap_usd", "total_debt_usd", "net_cash_usd", "total_assets_usd", "shareholders_equity_usd"),
    *("debt_to_equity", "debt_to_equity_reason", "interest_coverage", "interest_coverage_reason"),
    *("current_ratio", "current_ratio_reason", "altman_z", "altman_z_reason"),
    *("pb", "pb_reason", "pe", "pe_reason", "p_fcf", "p_fcf_reason"),
)
"""Columns of core.metrics_as_of that core.trailing_as_of replaces; those of filters 4 and 5 are not here."""
OF_A_QUARTER = (CASH, *OF_THE_RECORD)
"""Columns of the visible annual record that a quarter replaces."""
TRAILING_COLUMNS = ("year", *KEY, *FIGURES, *FOOTING, *OF_A_QUARTER, "balance_sheet_filing_date")
"""Columns of core.trailing_as_of that filters and lenses use."""


LATEST = "latest"
"""The setting of a home whose filters take the latest footing; the other one is annual."""


def on_footing(trailing_as_of: pl.DataFrame, statement_footing: str) -> pl.DataFrame | None:
    """Return the rows that filters take by the setting; None on the annual footing."""
    return trailing_as_of if statement_footing == LATEST else None


def on_annual(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the fiscal year of the visible record as the footing of each row."""
    return rows.with_columns(
        pl.when(pl.col("period_end").is_not_null()).then(pl.lit(ANNUAL)).alias("statement_footing"),
        pl.col("period_end").alias("balance_sheet_date"),
        pl.col("period_end").alias("flows_end"),
    )


def on_latest(rows: pl.DataFrame, trailing_as_of: pl.DataFrame | None) -> pl.DataFrame:
    """Replace the figures of debt, equity, cash and multiples by those of the latest footing.

    Parameters
    ----------
    rows, trailing_as_of
        Rows of `inputs.prepared`, on the annual footing; rows of core.trailing_as_of (or
        core.watched_trailing) for the same companies and dates, None in a home on the annual footing.

    Returns
    -------
    pl.DataFrame
        The rows in the same order, with `FOOTING`.
    """
    if trailing_as_of is None:
        return on_annual(rows)
    own = [name for name in OF_A_QUARTER if name in rows.columns]
    figures = (pl.col(name).alias(f"{name}_latest") for name in (*FIGURES, *own))
    latest = trailing_as_of.select(*KEY, *FOOTING, *figures)
    both = rows.join(latest, on=KEY, how="left", maintain_order="left")
    is_quarter = (pl.col("statement_footing") == QUARTER).fill_null(False)
    return both.with_columns(
        *(pl.col(f"{name}_latest").alias(name) for name in FIGURES),
        *(pl.when(is_quarter).then(f"{name}_latest").otherwise(name).alias(name) for name in own),
    ).select(*rows.columns, *FOOTING)
