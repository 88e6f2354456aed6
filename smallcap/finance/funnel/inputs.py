"""One row per member with all inputs of the filters and lenses.

Visible record, market values, history of years and statement items.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.funnel.conditions import Gate
from smallcap.finance.funnel.history import with_history
from smallcap.finance.metrics.fields import AMENDED, INHERITED, SUSPECT, unmixed, without_suspects
from smallcap.finance.pointintime import take, visible_rows
from smallcap.rules.types.funnel import FunnelRules

MEMBER_COLUMNS = (
    "as_of",
    "entity_id",
    "security_id",
    "ticker",
    "name",
    "sic",
    "gics",
    "sector",
    "company_kind",
)
METRIC_COLUMNS = (
    *(
        "year",
        "as_of",
        "entity_id",
        "period_end",
        "version",
        "available_date",
        "is_stale",
        "is_debt_partial",
        "market_cap_usd",
        "market_cap_reason",
        "shares",
        "shares_footing",
    ),
    *(
        "revenue_usd",
        "total_debt_usd",
        "net_cash_usd",
        "total_assets_usd",
        "shareholders_equity_usd",
        "share_count_change",
    ),
    *(
        "operating_margin",
        "roe",
        "roe_reason",
        "debt_to_equity",
        "debt_to_equity_reason",
        "interest_coverage",
        "interest_coverage_reason",
    ),
    *(
        "current_ratio",
        "current_ratio_reason",
        "altman_z",
        "altman_z_reason",
        "accruals_cash_flow",
        "accruals_balance_sheet",
        "cash_conversion",
        "capex_intensity",
    ),
    *("pb", "pb_reason", "pe", "pe_reason", "p_fcf", "p_fcf_reason"),
)
"""Columns of core.metrics_as_of that a filter or lens uses.

The other columns would take a third of a gigabyte more for twenty years.
"""
STATEMENT_ITEMS = ("cash_and_short_term_investments_usd", "interest_expense_usd", "net_interest_expense_usd")

STATEMENT_COLUMNS = (
    "year",
    "entity_id",
    "period_end",
    "version",
    "source",
    "available_date",
    *STATEMENT_ITEMS,
    SUSPECT,
    INHERITED,
    AMENDED,
)
"""Columns of core.annual_fundamentals needed for `STATEMENT_ITEMS`."""

RECORD_GATES = (
    Gate(pl.col("period_end").is_null(), "no annual record is visible"),
    Gate(pl.col("is_stale"), "the visible annual record is stale"),
)
"""States of a member's record in which it is not evaluated."""


def prepared(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    rules: FunnelRules,
    record_columns: Sequence[str] = (),
) -> pl.DataFrame:
    """Assemble the inputs of the filters and lenses.

    Parameters
    ----------
    members
        Rows of core.members.
    metrics_as_of
        Rows of core.metrics_as_of for the same as_ofs.
    annual_fundamentals, annual_metrics
        The companies' records that became known up to the last as_of and in the eight years before.
    rules
        Thresholds.
    record_columns
        Additional columns of core.annual_metrics to take from the visible record.

    Returns
    -------
    pl.DataFrame
        One row per member, sorted by as_of and entity_id: `MEMBER_COLUMNS`, the columns of
        core.metrics_as_of, `STATEMENT_ITEMS` and `record_columns` of the visible record, and the columns of
        `history.summarised`.
    """
    asked = members.select(MEMBER_COLUMNS).sort("as_of", "entity_id")
    measured = asked.join(
        metrics_as_of.drop("year"), on=["as_of", "entity_id"], how="left", maintain_order="left"
    )
    items = take(statement_items(annual_fundamentals), visible_rows(annual_fundamentals, asked))
    complete = with_history(measured.hstack(items), annual_metrics, rules)
    if not record_columns:
        return complete
    return complete.hstack(take(annual_metrics.select(record_columns), visible_rows(annual_metrics, asked)))


def statement_items(annual_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Select the statement items; null if suspect, or if gross and net interest are of two versions."""
    gross, net = "interest_expense_usd", "net_interest_expense_usd"
    trusted = without_suspects(
        annual_fundamentals.select(*STATEMENT_ITEMS, SUSPECT, INHERITED, AMENDED), STATEMENT_ITEMS
    )
    return trusted.select(STATEMENT_ITEMS[0], unmixed(gross, net), unmixed(net, gross))


def interleaved(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Stack frames of equal height row by row: the first rows of all, then the second rows of all.

    Frames sorted by member give a result sorted by member and frame, without sorting all rows.
    """
    count, height = len(frames), frames[0].height
    row = pl.int_range(count * height, dtype=pl.UInt32, eager=True)
    # Rechunk, because gathering rows from many chunks is several times slower.
    return pl.concat(frames, rechunk=True)[(row % count) * height + row // count]
