"""marts.quality_scores: the score of each member. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    looks_later,
    ratio,
    text,
    usd,
    year,
)


class QualityScores(dy.Schema):
    """One row per as_of, member, method and basis: the score of the quality screen, or why there is none.

    Several methods and bases are in this table: an average over it mixes them. Take a view of one of them,
    marts.quality_point_in_time, quality_as_published, quality_trailing or quality_debt_free_aware.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    ticker = text("ticker of the company's largest line", nullable=False)
    name = text("name of the largest line")
    sector = text("GICS sector name")
    method = key_text(
        "published, debt_free_aware, or trailing: on the latest footing; choose one, or take the view of it"
    )
    basis = key_text(
        "point_in_time (known at as_of), or as_published (known 163 days later); choose one, or take "
        "marts.quality_point_in_time"
    )
    is_final = looks_later(
        flag("later filings can no longer change the row"), "true once the clock has passed horizon_date"
    )
    status = text("scored or excluded", nullable=False)
    exclusion_reason = text(
        "unusable_ticker, no_fundamentals, stale, missing:<fields>, out_of_range:<field> or "
        "insufficient_records; null if scored"
    )
    period_end = date("end of the fiscal year of the record used")
    available_date = date("when the record used became known")
    horizon_date = date("the last day whose filings the basis may use", nullable=False)
    inputs_basis = text("vendor if the vendor's metrics are used, else computed")
    roe = ratio("return on equity")
    fcf_margin = ratio("free cash flow margin")
    debt_to_assets = ratio("total debt over total assets")
    interest_coverage = ratio("interest coverage, before the clip", unit="multiple")
    market_cap_usd = usd("market value at period_end if the vendor serves it by the horizon, else at as_of")
    roe_winsorized = ratio("roe, winsorized over the records left at as_of")
    fcf_margin_winsorized = ratio("fcf_margin, winsorized")
    debt_to_assets_winsorized = ratio("debt_to_assets, winsorized")
    interest_coverage_winsorized = ratio("interest_coverage, clipped and winsorized", unit="multiple")
    roe_z = ratio("z-score of roe_winsorized, by the population deviation", unit="deviations")
    fcf_margin_z = ratio("z-score of fcf_margin_winsorized", unit="deviations")
    debt_to_assets_z = ratio("z-score of debt_to_assets_winsorized", unit="deviations")
    interest_coverage_z = ratio("z-score of interest_coverage_winsorized", unit="deviations")
    score = ratio("z(roe) + z(fcf_margin) - z(debt_to_assets) + z(interest_coverage)", unit="deviations")
    quintile = dy.Int64(
        nullable=True,
        min=1,
        max=5,
        description="1 + the number of quintile edges strictly below the score; 5 is best",
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def nothing_after_the_horizon(cls) -> pl.Expr:
        """Every number used was known at the basis' horizon."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("horizon_date"))

    @dy.rule()
    def scored_or_explained(cls) -> pl.Expr:
        """A row has either a score or a reason, never both or neither."""
        return (pl.col("status") == "scored") == pl.col("score").is_not_null() & pl.col(
            "exclusion_reason"
        ).is_null()
