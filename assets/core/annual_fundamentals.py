"""core.annual_fundamentals: annual records that passed the sanity rules, doubtful ones flagged."""

from __future__ import annotations

import polars as pl

from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance import sanity
from smallcap.finance.rule_sets import SanityRules
from smallcap.lake.contract import to_json_rows
from smallcap.rules import read_rules


@table_asset("core.annual_fundamentals")
def annual_fundamentals(run: Run, fundamentals: pl.DataFrame) -> Rows:
    """Refuse rows that cannot be true, with their rule, and flag those that may not be."""
    years = run.years_of("core.annual_fundamentals")
    rules = read_rules(run.settings.reference_dir, "sanity.toml", SanityRules)
    kept, refused = sanity.refuse(fundamentals, rules)
    flagged = sanity.flag(kept, rules).filter(pl.col("year").is_in(years))
    refused = refused.filter(pl.col("year").is_in(years))
    return Rows(flagged, refused.select("year", "rule", row_json=to_json_rows(refused.drop("rule"))))
