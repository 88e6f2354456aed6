"""core.members: the companies of the index at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import members as member_rows
from smallcap.rules.types.kinds import CompanyKind
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.members", by_year=True)
def members(
    constituents: pl.DataFrame,
    securities: pl.DataFrame,
    prices: pl.DataFrame,
    metrics_rules: MetricsRules,
    company_kinds: tuple[CompanyKind, ...],
) -> pl.DataFrame:
    """Sum the lines of each company, and say whether it is resolved and priced, and of what kind it is."""
    return member_rows.members(constituents, securities, prices, metrics_rules, company_kinds)
