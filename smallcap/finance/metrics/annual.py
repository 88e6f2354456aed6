"""Annual metrics: every ratio that needs no market price, computed from data known at each record's date."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.metrics.fields import AMENDED, INHERITED, SUSPECT, without_suspects
from smallcap.finance.metrics.history import with_history
from smallcap.finance.metrics.inputs import with_inputs
from smallcap.finance.metrics.ratios import ratios
from smallcap.rules.types.metrics import MetricsRules

LISTS = (SUSPECT, f"{SUSPECT}_prior", INHERITED, AMENDED)
"""Columns that name figures in doubt, of the row and of the year before."""
FEW_ROWS = 5_000
"""Up to so many rows, planning the ratios twice takes longer than searching the lists of every row."""


def annual_metrics(fundamentals: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    """Compute the annual metrics of docs/methods/metrics.md, each with a reason if it is null.

    Earlier years, for growth, averages and sums, are those known at the row's own `available_date`: later
    filings never change a row. A figure with a suspect scale is null, and so is what needs it.

    Parameters
    ----------
    fundamentals
        Rows of core.annual_fundamentals, including the earlier years that the ratios look back to.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per input row, in the columns of core.annual_metrics, sorted by company, period_end,
        available_date, version and source.
    """
    trusted = without_suspects(without_nan(fundamentals))
    prepared = with_history(trusted, rules.prior_year, rules.cash_conversion)
    computed = as_table(with_ratios(prepared, rules), "core.annual_metrics")
    return without_nan(computed).sort("entity_id", "period_end", "available_date", "version", "source")


def with_ratios(prepared: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    """Add every ratio without market prices, its reason, and the name of the rules.

    Parameters
    ----------
    prepared
        Statement rows, suspect figures null, with what `history.with_history` adds to them.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows, in another order.
    """
    if prepared.height <= FEW_ROWS:
        return _computed(prepared, rules)
    is_plain = pl.all_horizontal(pl.col(name).is_null() for name in LISTS)
    # Of most rows no figure is in doubt. One null for all of them spares searching each list for each ratio.
    plain = prepared.filter(is_plain).with_columns(pl.lit(None, pl.String).alias(name) for name in LISTS)
    halves = [rows for rows in (plain, prepared.filter(~is_plain)) if rows.height] or [plain]
    return pl.concat([_computed(rows, rules) for rows in halves])


def _computed(rows: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    return with_inputs(rows, rules).with_columns(*ratios(rules), pl.lit(rules.label).alias("rule_set"))
