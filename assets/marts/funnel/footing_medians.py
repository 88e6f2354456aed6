"""marts.footing_medians: medians of multiples and of debt on each footing."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.funnel import footing_medians as medians

BY_BUSINESS = ("year", "as_of", "entity_id", "filter_number", "stand_alone_status")


@table_asset(
    "marts.footing_medians",
    columns={
        "metrics_as_of": medians.COLUMNS,
        "trailing_as_of": (*medians.COLUMNS, "is_annual_only"),
        "filter_evaluations": BY_BUSINESS,
    },
    where={"filter_evaluations": {"filter_number": 1}},
    by_year=True,
)
def footing_medians(
    metrics_as_of: pl.DataFrame, trailing_as_of: pl.DataFrame, filter_evaluations: pl.DataFrame
) -> pl.DataFrame:
    """Compare members with a quarter and members with annual figures alone."""
    return medians.footing_medians(metrics_as_of, trailing_as_of, filter_evaluations)
