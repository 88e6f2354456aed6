"""core.annual_fundamentals: annual records that passed the sanity rules, doubtful ones flagged."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.metrics import sanity
from smallcap.lake.contract import to_json_rows
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import SanityRules


@table_asset("core.annual_fundamentals")
def annual_fundamentals(run: Run, fundamentals: pl.DataFrame) -> Rows:
    """Refuse rows that cannot be true, with their rule, and flag those that may not be."""
    rules = read_rules(run.settings.reference_dir, "sanity.toml", SanityRules)
    flagged, refused = [], []
    for year, own in run.each_year("core.annual_fundamentals", fundamentals=fundamentals):
        kept, broken = sanity.refuse(own["fundamentals"], rules)
        flagged.append(sanity.flag(kept, rules).filter(pl.col("year") == year))
        refused.append(broken.filter(pl.col("year") == year))
    broken = pl.concat(refused)
    return Rows(pl.concat(flagged), broken.select("year", "rule", row_json=to_json_rows(broken.drop("rule"))))
