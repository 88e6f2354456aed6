"""marts.quintile_outcomes: what became of a quintile's companies, judged when it is known.

The outcome year is the first fiscal year that ends at least some months after formation. It is judged when
all companies should have reported it, whatever the month of their fiscal year, on the row of that later date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.frames import as_table
from smallcap.finance.pointintime import by_standing
from smallcap.finance.quality.exits import CAUSES, exits
from smallcap.finance.quality.inputs import METHODS
from smallcap.finance.quality.outcomes import ALL_SCORED
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.quintiles import OutcomeRules, QuintileRules

OF_A_ROW: Final = ["as_of", "method", "basis", "quintile"]
COHORT: Final = ["as_of", "formed_as_of", "entity_id"]
DAYS_A_MONTH: Final = 365.25 / 12
RECORD: Final = (
    "entity_id",
    "period_end",
    "version",
    "source",
    "available_date",
    "net_income_usd",
    "debt_to_assets",
)


def quintile_outcomes(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    index_changes: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: QuintileRules,
    years: Sequence[int],
) -> pl.DataFrame:
    """Follow each quintile to the date on which its outcome is judged.

    Parameters
    ----------
    scores, members, index_changes
        Rows of marts.quality_scores, core.members and marts.index_changes for the years and two years before.
    annual_metrics
        Rows of core.annual_metrics; those known after as_of are ignored.
    prices
        Rows of raw.prices, from three years before.
    securities
        Rows of raw.securities: why trading in a line ended.
    rules
        When an outcome is judged, and which lines failed.
    years
        The calendar years to compute.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quintile_outcomes, sorted by key: six rows (0 for all scored, and 1 to 5) for
        each as_of, method and basis whose date of formation is available.
    """
    formed = _formed(scores, rules.outcomes, years)
    companies = formed.select(COHORT).unique().sort(COHORT)
    known = companies.join(_outcome_years(companies, annual_metrics, rules.outcomes), on=COHORT, how="left")
    fates = known.join(
        exits(companies, members, index_changes, prices, securities, rules.outcomes), on=COHORT
    )
    followed = formed.join(fates, on=COHORT)
    both = pl.concat([followed, followed.with_columns(pl.lit(ALL_SCORED, pl.Int64).alias("quintile"))])
    measured = both.sort(*OF_A_ROW, "entity_id").group_by(OF_A_ROW, maintain_order=True).agg(_measures())
    pairs = formed.select("as_of", "formed_as_of", "method", "basis").unique()
    frame = pairs.join(pl.DataFrame({"quintile": range(6)}, schema={"quintile": pl.Int64}), how="cross")
    counts = [name for name, kind in measured.schema.items() if kind == pl.Int64 and name != "quintile"]
    complete = frame.join(measured, on=OF_A_ROW, how="left").with_columns(
        pl.col(counts).fill_null(0),
        pl.col("as_of").dt.year().alias("year"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return as_table(complete.with_columns(_loss_bounds()), "marts.quintile_outcomes").sort(OF_A_ROW)


def _formed(scores: pl.DataFrame, rules: OutcomeRules, years: Sequence[int]) -> pl.DataFrame:
    """Pair each as_of with the last month's end that is old enough to be judged, and its scored companies."""
    asked = scores.filter(pl.col("as_of").dt.year().is_in(list(years))).select("as_of").unique()
    day = pl.col("as_of")
    # A day within a month judges the month's end before the one that will be judged at the end of its month.
    back = (
        pl.when(day == day.dt.month_end())
        .then(rules.judged_after_months)
        .otherwise(rules.judged_after_months + 1)
    )
    dated = asked.with_columns(
        day.dt.offset_by(pl.format("-{}mo", back)).dt.month_end().alias("formed_as_of")
    )
    is_followed = (pl.col("status") == "scored") & pl.col("method").is_in(METHODS)
    scored = scores.filter(is_followed).select(
        pl.col("as_of").alias("formed_as_of"), "method", "basis", "entity_id", "quintile"
    )
    return dated.join(scored, on="formed_as_of")


def _outcome_years(
    companies: pl.DataFrame, annual_metrics: pl.DataFrame, rules: OutcomeRules
) -> pl.DataFrame:
    """Find the first fiscal year that ends late enough after formation, as known at as_of.

    A year that ends a further year later is the next one, and does not stand in for one that is missing.
    """
    records = annual_metrics.select(RECORD)
    ranked = records.with_row_index("row").join(by_standing(records).select("row", "standing"), on="row")
    formed = pl.col("formed_as_of")
    least = rules.least_months_to_period_end
    first, beyond = (formed.dt.offset_by(f"{months}mo") for months in (least, least + MONTHS_A_YEAR))
    found = (
        companies.with_columns(first.alias("first"), beyond.alias("beyond"))
        .join(ranked, on="entity_id")
        .filter(
            (pl.col("available_date") <= pl.col("as_of"))
            & (pl.col("period_end") >= pl.col("first"))
            & (pl.col("period_end") < pl.col("beyond"))
            & pl.col("net_income_usd").is_not_null()
        )
        .sort(*COHORT, "period_end", "standing", descending=[False, False, False, False, True])
    )
    return found.unique(COHORT, keep="first", maintain_order=True).select(
        *COHORT,
        pl.lit(value=True).alias("is_reported"),
        (pl.col("net_income_usd") < 0).alias("is_loss"),
        pl.col("debt_to_assets").alias("later_debt_to_assets"),
        _months(pl.col("period_end") - formed).alias("months_to_period_end"),
        _months(pl.col("available_date") - formed).alias("months_to_known"),
    )


def _months(span: pl.Expr) -> pl.Expr:
    return span.dt.total_days() / DAYS_A_MONTH


def _measures() -> list[pl.Expr]:
    """Aggregate the outcomes of a quintile."""
    return [
        pl.len().cast(pl.Int64).alias("companies"),
        pl.col("is_reported").count().cast(pl.Int64).alias("reported"),
        pl.col("is_loss").sum().cast(pl.Int64).alias("losses"),
        pl.col("later_debt_to_assets").median().alias("debt_to_assets_median"),
        pl.col("months_to_period_end").median().alias("months_to_period_end_median"),
        pl.col("months_to_known").median().alias("months_to_known_median"),
        pl.col("exit_cause").count().cast(pl.Int64).alias("exits"),
        *((pl.col("exit_cause") == cause).sum().cast(pl.Int64).alias(f"exits_{cause}") for cause in CAUSES),
    ]


def _loss_bounds() -> list[pl.Expr]:
    """Share what is known, and bound it by companies that have not reported: as none, as losses."""
    companies, losses = pl.col("companies"), pl.col("losses")
    unknown = companies - pl.col("reported")
    is_any = companies > 0
    return [
        pl.when(is_any).then(pl.col("reported") / companies).alias("reported_share"),
        pl.when(pl.col("reported") > 0).then(losses / pl.col("reported")).alias("loss_share"),
        pl.when(is_any).then(losses / companies).alias("loss_share_low"),
        pl.when(is_any).then((losses + unknown) / companies).alias("loss_share_high"),
        pl.when(is_any).then(pl.col("exits") / companies).alias("exit_share"),
    ]
