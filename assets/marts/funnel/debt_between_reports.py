"""marts.debt_between_reports: where the latest quarter and the last annual report differ on filter 3."""

from __future__ import annotations

import polars as pl

from smallcap.assets.marts.funnel.funnel_outcomes import VERDICTS
from smallcap.assets.table_asset import table_asset
from smallcap.finance.funnel import between_reports
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FunnelRules

PAIR = ("year", "as_of", "entity_id")
RECORD = ("year", *between_reports.RECORD)


@table_asset(
    "marts.debt_between_reports",
    columns={
        "members": (*PAIR, "ticker", "company_kind"),
        "trailing_metrics": (*RECORD, "is_annual_only"),
        "annual_metrics": RECORD,
        "metrics_as_of": (*PAIR, *between_reports.JUDGED),
        "trailing_as_of": (*PAIR, *between_reports.JUDGED),
        "filter_evaluations": VERDICTS,
    },
    by_year=True,
)
def debt_between_reports(
    members: pl.DataFrame,
    trailing_metrics: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    funnel_rules: FunnelRules,
    applicability: Applicability,
    year: int,
) -> pl.DataFrame:
    """Find where debt was known to have grown, or shrunk, before the annual report said so."""
    return between_reports.debt_between_reports(
        members,
        trailing_metrics,
        annual_metrics,
        metrics_as_of,
        trailing_as_of,
        filter_evaluations,
        funnel_rules.balance_sheet,
        applicability,
        year,
    )
