"""The figures of each visible annual record, and of the years before it as known when it became known."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.frames import without_nan
from smallcap.finance.metrics.fields import AMENDED, INHERITED, SUSPECT, without_suspects
from smallcap.finance.metrics.inputs import gross_profit
from smallcap.finance.pointintime import take, visible_history, visible_rows
from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.quintiles import AlternativeRules

KEY: Final = ("entity_id", "period_end", "version", "source", "available_date")
REPORTED: Final = (
    *("revenue_usd", "cost_of_revenue_usd", "gross_profit_usd"),
    *("depreciation_amortization_usd", "long_term_debt_usd"),
)
STATEMENT_COLUMNS: Final = (
    *KEY,
    *REPORTED,
    "is_blank_debt_zero",
    "is_debt_explained_zero",
    SUSPECT,
    INHERITED,
    AMENDED,
)
METRIC_COLUMNS: Final = (
    *KEY,
    *("net_income_usd", "operating_cash_flow_usd", "total_assets_usd", "shareholders_equity_usd", "ebit_usd"),
    *(
        "roe",
        "gross_margin",
        "current_ratio",
        "debt_to_assets",
        "accruals_cash_flow",
        "altman_z_double_prime",
    ),
)
FIGURES: Final = (
    *("revenue_usd", "gross_profit_usd", "net_income_usd", "operating_cash_flow_usd", "total_assets_usd"),
    *("shareholders_equity_usd", "long_term_debt_usd", "gross_margin", "current_ratio"),
)
"""Needed of earlier years too: of the year before with suffix _1, then _2, of the first with _first."""


def visible_years(
    questions: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prior_year: DayRange,
    rules: AlternativeRules,
) -> pl.DataFrame:
    """Find the record visible at each question, with the years before it.

    Parameters
    ----------
    questions
        as_of, entity_id.
    annual_fundamentals, annual_metrics
        Rows of these core tables, with `STATEMENT_COLUMNS` and `METRIC_COLUMNS`.
    prior_year
        Days back in which the prior year's period_end is expected.
    rules
        How many years a growth or a stability reaches back.

    Returns
    -------
    pl.DataFrame
        The questions in order, with period_end, available_date, the metrics, the `FIGURES` of this year, of
        the two years before (`_1`, `_2`), and of the first year of growth (`_first`, which lies `years`
        back), and `roe_deviation` and `roa_deviation`; null where unknown.
    """
    records = _records(annual_fundamentals, annual_metrics)
    seen = visible_rows(records.select(KEY), questions)
    used = pl.DataFrame({"record": seen.drop_nulls().unique().sort()})
    history = visible_history(records.select(KEY), rules.most_years, prior_year).join(
        used, on="record", how="semi"
    )
    beside = [
        used,
        take(records, used["record"]),
        *(_of_year(records, used, history, back) for back in (1, 2)),
        _of_first(records, used, history, rules.least_years),
        _deviations(records, used, history, rules.least_years),
    ]
    years = pl.concat(beside, how="horizontal")
    place = years.select("record").with_row_index("place")
    at = questions.select(seen.alias("record")).join(place, on="record", how="left", maintain_order="left")
    return questions.hstack(take(years.drop("record", "entity_id"), at["place"]))


def _records(annual_fundamentals: pl.DataFrame, annual_metrics: pl.DataFrame) -> pl.DataFrame:
    """Join statements and metrics of each record; a figure of suspect scale is null."""
    trusted = without_suspects(annual_fundamentals.select(STATEMENT_COLUMNS), REPORTED)
    debt = pl.col("long_term_debt_usd")
    reported = trusted.select(
        *KEY,
        "revenue_usd",
        gross_profit().alias("gross_profit_usd"),
        "depreciation_amortization_usd",
        pl.when(pl.col("is_blank_debt_zero") | pl.col("is_debt_explained_zero").fill_null(False))
        .then(debt.fill_null(0.0))
        .otherwise(debt)
        .alias("long_term_debt_usd"),
    )
    both = annual_metrics.select(METRIC_COLUMNS).join(reported, on=KEY, how="left", maintain_order="left")
    assets = pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    return without_nan(both.with_columns((pl.col("net_income_usd") / assets).alias("roa")))


def _of_year(records: pl.DataFrame, used: pl.DataFrame, history: pl.DataFrame, back: int) -> pl.DataFrame:
    """Take the figures of the year so many years back."""
    wanted = used.join(
        history.filter(pl.col("years_back") == back), on="record", how="left", maintain_order="left"
    )
    return take(records.select(FIGURES), wanted["prior"]).select(pl.all().name.suffix(f"_{back}"))


def _of_first(
    records: pl.DataFrame, used: pl.DataFrame, history: pl.DataFrame, least_years: int
) -> pl.DataFrame:
    """Take the figures of the earliest year known, if it lies far enough back."""
    far = history.filter(pl.col("years_back") >= least_years).sort("record", "years_back")
    first = far.unique("record", keep="last", maintain_order=True)
    wanted = used.join(first, on="record", how="left", maintain_order="left")
    figures = take(records.select(FIGURES), wanted["prior"]).select(pl.all().name.suffix("_first"))
    return figures.hstack([wanted["years_back"].alias("years")])


def _deviations(
    records: pl.DataFrame, used: pl.DataFrame, history: pl.DataFrame, least_years: int
) -> pl.DataFrame:
    """Compute the sample deviations of returns on equity and assets over this year and those before it."""
    own = used.select("record", pl.col("record").alias("prior"))
    years = pl.concat([own, history.select("record", pl.col("prior").cast(own.schema["prior"]))])
    returns = years.select("record").hstack(take(records.select("roe", "roa"), years["prior"]))
    spread = returns.group_by("record").agg(
        pl.when(pl.col(name).count() >= least_years).then(pl.col(name).std()).alias(f"{name}_deviation")
        for name in ("roe", "roa")
    )
    return used.join(spread, on="record", how="left", maintain_order="left").drop("record")
