"""Composites of ranks: quality after Asness, Frazzini and Pedersen, and financials among themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import Final

import polars as pl

from smallcap.rules.types.quintiles import AlternativeRules

PROFITABILITY: Final = (
    *("gross_profitability", "roe", "return_on_assets", "cash_flow_to_assets", "gross_margin"),
    "accruals_low",
)
GROWTH: Final = (
    *("gross_profitability_growth", "roe_growth", "return_on_assets_growth", "cash_flow_to_assets_growth"),
    "gross_margin_growth",
)
SAFETY: Final = ("debt_to_assets_low", "roe_stability", "altman_z_double_prime")
COMPONENTS: Final[Mapping[str, Sequence[str]]] = {
    "qmj_profitability": PROFITABILITY,
    "qmj_growth": GROWTH,
    "qmj_safety": SAFETY,
}
OF_FINANCIALS: Final = ("roe", "return_on_assets", "equity_to_assets", "return_on_assets_stability")
FINANCIAL_SCORE: Final = "financial_score"


def items() -> list[pl.Expr]:
    """Return every item of the composites, higher is better, from a record and the years before it.

    Growth is the change since the first year known, per year, over that year's assets, equity or revenue.
    """
    assets, first_assets = _positive("total_assets_usd"), _positive("total_assets_usd_first")
    gross_profit, income, cash = "gross_profit_usd", "net_income_usd", "operating_cash_flow_usd"
    return [
        (pl.col(gross_profit) / assets).alias("gross_profitability"),
        (pl.col(income) / assets).alias("return_on_assets"),
        (pl.col(cash) / assets).alias("cash_flow_to_assets"),
        (-pl.col("accruals_cash_flow")).alias("accruals_low"),
        _growth(gross_profit, first_assets).alias("gross_profitability_growth"),
        _growth(income, _positive("shareholders_equity_usd_first")).alias("roe_growth"),
        _growth(income, first_assets).alias("return_on_assets_growth"),
        _growth(cash, first_assets).alias("cash_flow_to_assets_growth"),
        _growth(gross_profit, _positive("revenue_usd_first")).alias("gross_margin_growth"),
        (-pl.col("debt_to_assets")).alias("debt_to_assets_low"),
        (-pl.col("roe_deviation")).alias("roe_stability"),
        (pl.col("shareholders_equity_usd") / assets).alias("equity_to_assets"),
        (-pl.col("roa_deviation")).alias("return_on_assets_stability"),
        ((pl.col("ebit_usd") + pl.col("depreciation_amortization_usd")) / _positive("revenue_usd")).alias(
            "ebitda_margin"
        ),
    ]


def composites(valued: pl.DataFrame, rules: AlternativeRules) -> pl.DataFrame:
    """Rank each item within its group, and combine the ranks.

    Parameters
    ----------
    valued, rules
        Rows with `group`, `is_financial_group` and the items, each group ranked among itself; minimum number
        of companies that are ranked, and of items of a component.

    Returns
    -------
    pl.DataFrame
        The rows with the `COMPONENTS` and `qmj`, null for financials, and `financial_score`, null for others.
    """
    is_financial = pl.col("is_financial_group")
    names = sorted({*PROFITABILITY, *GROWTH, *SAFETY, *OF_FINANCIALS})
    ranked = _rank_scores(valued, names, rules.least_names)
    means = {name: mean_of(of, rules.least_items_share) for name, of in COMPONENTS.items()}
    combined = ranked.with_columns(
        *(pl.when(~is_financial).then(mean).alias(name) for name, mean in means.items()),
        pl.when(is_financial).then(mean_of(OF_FINANCIALS, rules.least_items_share)).alias(FINANCIAL_SCORE),
    ).with_columns(_standardised(name).alias(name) for name in (*COMPONENTS, FINANCIAL_SCORE))
    profitability, growth, safety = map(pl.col, COMPONENTS)
    total = combined.with_columns(qmj=profitability + growth + safety)
    return total.with_columns(_standardised("qmj").alias("qmj")).drop(f"{name}_rank" for name in names)


def _rank_scores(valued: pl.DataFrame, names: Sequence[str], least_names: int) -> pl.DataFrame:
    """Add to each item the z-score of its rank within its group, if enough companies have it."""
    ranked = valued.with_columns(
        pl.col(name).rank("average").over("group").alias(f"{name}_rank") for name in names
    )
    enough = {name: pl.col(name).count().over("group") >= least_names for name in names}
    return ranked.with_columns(
        pl.when(enough[name]).then(_standardised(f"{name}_rank")).alias(f"{name}_rank") for name in names
    )


def mean_of(names: Sequence[str], least_share: float) -> pl.Expr:
    """Average the scores of the items that are known, if enough are.

    Parameters
    ----------
    names, least_share
        The items, whose columns end in ``_rank``, and the least share of them that is known.
    """
    scores = [pl.col(f"{name}_rank") for name in names]
    known = pl.sum_horizontal(score.is_not_null().cast(pl.Int64) for score in scores)
    # Added from left to right: `sum_horizontal` adds five columns or more in an order that depends on the
    # number of threads, and what a home holds must not depend on the machine.
    total = reduce(add, (score.fill_null(0.0) for score in scores))
    return pl.when(known >= least_share * len(names)).then(total / known)


def _standardised(column: str) -> pl.Expr:
    """Standardise a column within its group by the population deviation; null if it does not vary."""
    values = pl.col(column)
    deviation = pl.when(values.max() > values.min()).then(values.std(ddof=0))
    return (values - values.mean().over("group")) / deviation.over("group")


def _growth(column: str, over: pl.Expr) -> pl.Expr:
    return (pl.col(column) - pl.col(f"{column}_first")) / over / pl.col("years")


def _positive(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(column)
