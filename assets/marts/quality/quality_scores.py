"""marts.quality_scores: every member, scored or excluded with its reason."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.quality import scores as quality
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules


@table_asset("marts.quality_scores", columns={"metrics_as_of": ("year", "as_of", "entity_id", "market_cap_usd")})
def quality_scores(
    run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame, annual_metrics: pl.DataFrame, vendor_metrics: pl.DataFrame
) -> Rows:
    """Score the members by both methods on both bases."""
    rules = read_rules(run.settings.reference_dir, "quality.toml", QualityRules)
    frames = {"members": members, "metrics_as_of": metrics_as_of, "annual_metrics": annual_metrics, "vendor_metrics": vendor_metrics}
    return Rows(
        quality.quality_scores(
            own["members"],
            own["metrics_as_of"],
            own["annual_metrics"],
            own["vendor_metrics"],
            rules,
            run.source.clock,
            run.settings.stale_months,
        )
        for _, own in run.each_year("marts.quality_scores", **frames)
    )
