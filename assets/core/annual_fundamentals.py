"""core.annual_fundamentals: annual records that passed the sanity rules, doubtful ones flagged."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.making import Rows
from smallcap.finance.metrics import sanity
from smallcap.lake.contract import to_json_rows
from smallcap.rules.types.sanity import SanityRules
from smallcap.tables.statements import AnnualRecord


@table_asset(
    "core.annual_fundamentals",
    # Without the columns that only say how a row was delivered.
    columns={"fundamentals": list(AnnualRecord.columns())},
    by_year=True,
    together=True,
)
def annual_fundamentals(fundamentals: pl.DataFrame, year: int, sanity_rules: SanityRules) -> Rows:
    """Refuse rows that cannot be true, with their rule, and flag those that may not be."""
    kept, broken = sanity.refuse(fundamentals, sanity_rules)
    refused = broken.filter(pl.col("year") == year)
    flagged = sanity.flag(kept, sanity_rules).filter(pl.col("year") == year)
    return Rows(flagged, refused.select("year", "rule", row_json=to_json_rows(refused.drop("rule"))))
