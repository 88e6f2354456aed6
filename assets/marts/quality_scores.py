"""marts.quality_scores: every member, scored or excluded with its reason."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.graph import VISIBLE_LATER
from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance import quality
from smallcap.finance.quality_rules import QualityRules
from smallcap.rules import read_rules


@table_asset("marts.quality_scores", columns={"metrics_as_of": ("year", "as_of", "entity_id", "market_cap_usd")})
def quality_scores(
    run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame, annual_metrics: pl.DataFrame, vendor_metrics: pl.DataFrame
) -> Rows:
    """Score the members by both methods on both bases."""
    rules = read_rules(run.settings.reference_dir, "quality.toml", QualityRules)

    def some_years_at_a_time() -> Iterator[pl.DataFrame]:
        for years in run.blocks_of("marts.quality_scores"):
            known = pl.col("year").is_in(list(VISIBLE_LATER.around(years)))
            yield quality.quality_scores(
                members.filter(pl.col("year").is_in(years)),
                metrics_as_of.filter(pl.col("year").is_in(years)),
                annual_metrics.filter(known),
                vendor_metrics.filter(known),
                rules,
                run.source.clock,
                run.settings.stale_months,
            )

    return Rows(some_years_at_a_time())
