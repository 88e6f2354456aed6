"""core.members: the companies of the index at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import members as member_rows
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.members")
def members(run: Run, constituents: pl.DataFrame, securities: pl.DataFrame, prices: pl.DataFrame) -> Rows:
    """Sum the lines of each company, and say whether it is resolved, priced and classified."""
    rules = read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules)
    return Rows(
        member_rows.members(own["constituents"], securities, own["prices"], rules)
        for _, own in run.each_year("core.members", constituents=constituents, prices=prices)
    )
