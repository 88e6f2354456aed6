"""core.quarterly_fundamentals: checked quarterly records, with flows of the quarter alone."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.making import Rows
from smallcap.finance.quarters.quarters import ANNUAL_COLUMNS, quarters_known_in
from smallcap.lake.contract import to_json_rows
from smallcap.rules.types.sanity import SanityRules
from smallcap.tables.quarters import QuarterlyRecord


@table_asset(
    "core.quarterly_fundamentals",
    columns={
        # Without the columns that only say how a row was delivered.
        "quarterly_fundamentals": list(QuarterlyRecord.columns()),
        "annual_fundamentals": ANNUAL_COLUMNS,
    },
    by_year=True,
    together=True,
)
def quarterly_fundamentals(
    quarterly_fundamentals: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    year: int,
    sanity_rules: SanityRules,
) -> Rows:
    """Refuse rows that cannot be true, and compute the flows of each quarter from what was known."""
    made = quarters_known_in(year, quarterly_fundamentals, annual_fundamentals, sanity_rules)
    refused = made.refused.select("year", "rule", row_json=to_json_rows(made.refused.drop("rule")))
    return Rows(made.rows, refused)
