"""Quintile portfolios as a bare script: Polars for all years at once, and statsmodels series by series.

It shares the thresholds with smallcap, and none of the calculations. Months are numbered, weights of both
kinds stand beside each other, and values are compounded by logarithms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from statsmodels.regression import linear_model

from smallcap.rules.types.quintiles import QuintileRules

SERIES = ["method", "holding_months", "weighting", "scope", "portfolio"]
FORMED = ["formed", "holding_months", "method", "scope", "quintile"]
FACTORS = {
    "ff5": ["mkt_rf", "smb", "hml", "rmw", "cma"],
    "ff5_mom": ["mkt_rf", "smb", "hml", "rmw", "cma", "mom"],
}
EDGES = (0.2, 0.4, 0.6, 0.8)
JUNE, YEAR = 6, 12


def _number(day: str) -> pl.Expr:
    return pl.col(day).dt.year().cast(pl.Int64) * 12 + pl.col(day).dt.month() - 1


def _day(number: str) -> pl.Expr:
    return pl.date(pl.col(number) // 12, pl.col(number) % 12 + 1, 1).dt.month_end()


def portfolios(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    rules: QuintileRules,
    traded: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Make the columns of marts.quintile_returns but year, is_thin, is_survivors_only and rule_set.

    `traded` says which lines traded in which month, where `returns` lacks some of them.
    """
    earned = returns.select(_number("month").alias("at"), "security_id", pl.col("total_return").alias("r"))
    lines = earned if traded is None else traded.select(_number("month").alias("at"), "security_id")
    bought = _bought(scores, members, metrics, lines, rules)
    held = _held(bought, earned)
    monthly = _weighted(held)
    quintiles = (
        monthly.join(_traded(bought, held), on=[*FORMED, "weighting"], how="left")
        .with_columns(
            pl.when(pl.col("at") == pl.col("formed") + 1).then("traded").otherwise(0.0).alias("traded"),
            pl.col("quintile").cast(pl.String).alias("portfolio"),
        )
        .with_columns(turnover=pl.col("traded") / 2 + pl.col("weight_without_return") / 2)
        .with_columns(_day("formed").alias("formed_as_of"), _day("at").alias("month"))
    )
    wanted = [
        *SERIES,
        *("month", "formed_as_of", "total_return", "turnover", "names", "holdings", "with_return"),
        "weight_without_return",
    ]
    return pl.concat([quintiles.select(wanted), _spread(quintiles).select(wanted)])


def _bought(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    earned: pl.DataFrame,
    rules: QuintileRules,
) -> pl.DataFrame:
    ends = scores.filter(
        pl.col("as_of") == pl.col("as_of").dt.month_end(), basis="point_in_time", status="scored"
    ).select("as_of", "method", "entity_id", "sector", "score", "quintile")
    sector = ["as_of", "method", "sector"]
    edges = (
        ends.drop_nulls("sector")
        .group_by(sector)
        .agg(pl.len().alias("n"), *(pl.col("score").quantile(q, "linear").alias(f"edge{q}") for q in EDGES))
        .filter(pl.col("n") >= rules.least_sector_names)
    )
    above = sum(((pl.col("score") > pl.col(f"edge{q}")).cast(pl.Int64) for q in EDGES), pl.lit(1, pl.Int64))
    inside = ends.drop("quintile").join(edges, on=sector).with_columns(above.alias("quintile"))
    both = pl.concat(
        [
            ends.select("as_of", "method", "entity_id", "quintile", scope=pl.lit("all")),
            inside.select("as_of", "method", "entity_id", "quintile", scope=pl.lit("sector_neutral")),
        ]
    )
    company = ["as_of", "entity_id"]
    lines = (
        both.join(members.select(*company, "security_id"), on=company)
        .join(metrics.select(*company, "market_cap_usd"), on=company, how="left")
        .with_columns(formed=_number("as_of"))
        .join(
            earned.select(pl.col("at").alias("formed"), "security_id"),
            on=["formed", "security_id"],
            how="semi",
        )
    )
    june = lines.filter(pl.col("as_of").dt.month() == JUNE).with_columns(
        holding_months=pl.lit(YEAR, pl.Int64)
    )
    every = pl.concat([lines.with_columns(holding_months=pl.lit(1, pl.Int64)), june])
    cap = pl.col("market_cap_usd").fill_null(0.0).clip(lower_bound=0.0)
    return every.select(
        *FORMED, "security_id", equal=1 / pl.len().over(FORMED), cap=cap / cap.sum().over(FORMED)
    ).fill_nan(0.0)


def _held(bought: pl.DataFrame, earned: pl.DataFrame) -> pl.DataFrame:
    line = ["formed", "holding_months", "security_id"]
    steps = pl.concat(
        [pl.DataFrame({"holding_months": [h] * h, "step": list(range(1, h + 1))}) for h in (1, YEAR)]
    )
    path = (
        bought.select(line)
        .unique()
        .join(steps, on="holding_months")
        .with_columns(at=pl.col("formed") + pl.col("step"))
        .join(earned.select("at").unique(), on="at", how="semi")
        .join(earned, on=["at", "security_id"], how="left")
        .sort(*line, "at")
    )
    ended = path.filter(pl.col("r").is_null()).group_by(line).agg(pl.col("at").min().alias("ended"))
    alive = path.join(ended, on=line, how="left").filter(
        pl.col("ended").is_null() | (pl.col("at") <= pl.col("ended"))
    )
    grown = pl.col("r").fill_null(0.0).log1p().cum_sum().over(line)
    valued = alive.with_columns(after=grown.exp()).with_columns(
        before=pl.col("after").shift(1).over(line).fill_null(1.0)
    )
    return bought.join(valued, on=line)


def _weighted(held: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for weighting in ("equal", "cap"):
        value = pl.col(weighting) * pl.col("before")
        known = pl.col("r").is_not_null()
        parts.append(
            held.filter(pl.col(weighting) > 0)
            .group_by(*FORMED, "at")
            .agg(
                total_return=pl.when(known.any()).then(
                    (value * pl.col("r")).sum() / value.filter(known).sum()
                ),
                holdings=pl.len().cast(pl.Int64),
                with_return=known.sum().cast(pl.Int64),
                weight_without_return=value.filter(~known).sum() / value.sum(),
            )
            .with_columns(weighting=pl.lit(weighting))
        )
    monthly = pl.concat(parts).with_columns(pl.col(pl.Float64).fill_nan(None))
    names = pl.concat(
        held.filter(pl.col(weighting) > 0)
        .select(*FORMED, "security_id")
        .unique()
        .group_by(FORMED)
        .agg(names=pl.len().cast(pl.Int64))
        .with_columns(weighting=pl.lit(weighting))
        for weighting in ("equal", "cap")
    )
    return monthly.join(names, on=[*FORMED, "weighting"])


def _traded(bought: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    last = held.filter(
        (pl.col("at") == pl.col("formed") + pl.col("holding_months")) & pl.col("r").is_not_null()
    )
    parts = []
    for weighting in ("equal", "cap"):
        value = pl.col(weighting) * pl.col("after")
        old = last.select(
            pl.col("at").alias("formed"), *FORMED[1:], "security_id", was=value / value.sum().over(FORMED)
        ).filter(pl.col("was") > 0)
        new = bought.filter(pl.col(weighting) > 0).select(*FORMED, "security_id", now=weighting)
        each = new.join(old, on=[*FORMED, "security_id"], how="full", coalesce=True)
        parts.append(
            each.group_by(FORMED)
            .agg(
                traded=(pl.col("now").fill_null(0.0) - pl.col("was").fill_null(0.0)).abs().sum(),
                is_both=pl.col("now").is_not_null().any() & pl.col("was").is_not_null().any(),
            )
            .filter("is_both")
            .select(*FORMED, "traded", weighting=pl.lit(weighting))
        )
    return pl.concat(parts)


def _spread(quintiles: pl.DataFrame) -> pl.DataFrame:
    pair = [*SERIES[:4], "month"]
    best, worst = (quintiles.filter(pl.col("quintile") == q) for q in (5, 1))
    both = best.join(worst, on=pair, suffix="_1")
    return both.with_columns(
        portfolio=pl.lit("long_short"),
        total_return=pl.col("total_return") - pl.col("total_return_1"),
        turnover=pl.col("turnover") + pl.col("turnover_1"),
        names=pl.min_horizontal("names", "names_1"),
        holdings=pl.col("holdings") + pl.col("holdings_1"),
        with_return=pl.col("with_return") + pl.col("with_return_1"),
        weight_without_return=pl.max_horizontal("weight_without_return", "weight_without_return_1"),
    )


def performance(monthly: pl.DataFrame, raw_factors: pl.DataFrame, rules: QuintileRules) -> pl.DataFrame:
    """Measure each series at each cost; key columns and the main figures of marts.quintile_performance."""
    factors = {name: _factors(raw_factors, name) for name in FACTORS}
    used = monthly.filter(pl.col("names") >= rules.least_names).drop_nulls("total_return").sort("month")
    rows = []
    for key, own in used.partition_by(SERIES, as_dict=True).items():
        for cost in rules.costs_basis_points:
            traded = 2 * own["turnover"].fill_null(0.0).to_numpy()
            net = own["total_return"].to_numpy() - cost / 10_000 * traded
            if len(net) < rules.least_months:
                continue
            figures = _figures(net, own, key[4] == "long_short", factors)
            rows.append(dict(zip(SERIES, key, strict=True)) | {"cost_basis_points": cost} | figures)
    # Of few years, or of few companies, no series is long and wide enough.
    no_series = monthly.select(SERIES).clear().with_columns(cost_basis_points=pl.lit(None, pl.Int64))
    return pl.DataFrame(rows) if rows else no_series


def _figures(
    net: Any, own: pl.DataFrame, is_excess: bool, factors: dict[str, dict[Any, Any]]
) -> dict[str, float]:
    value = np.concatenate([[1.0], np.cumprod(1 + net)])
    found = {
        "months": len(net),
        "annual_return": value[-1] ** (12 / len(net)) - 1,
        "volatility": float(np.std(net, ddof=1) * np.sqrt(12)),
        "max_drawdown": float((value / np.maximum.accumulate(value) - 1).min()),
        "mean_t_stat": _robust_t(net, np.ones((len(net), 1)), own["month"]),
    }
    for name, by_month in factors.items():
        at = [place for place, month in enumerate(own["month"]) if month in by_month]
        rows = np.array([by_month[own["month"][place]] for place in at])
        explained = net[at] if is_excess else net[at] - rows[:, -1]
        explaining = np.column_stack([np.ones(len(at)), rows[:, :-1]])
        found[f"{name}_alpha_annual"] = 12 * float(linear_model.OLS(explained, explaining).fit().params[0])
        found[f"{name}_alpha_ols_t_stat"] = float(linear_model.OLS(explained, explaining).fit().tvalues[0])
        found[f"{name}_alpha_hac_t_stat"] = _robust_t(explained, explaining, own["month"][at])
    return found


def _robust_t(explained: Any, explaining: Any, months: pl.Series) -> float:
    """Fit with empty rows in the place of missing months, so that lags count calendar months."""
    numbers = (months.dt.year().cast(pl.Int64) * 12 + months.dt.month()).to_numpy()
    count, terms = explaining.shape
    padded_y, padded_x = (np.zeros((numbers[-1] - numbers[0] + 1, width)) for width in (1, terms))
    padded_y[numbers - numbers[0], 0], padded_x[numbers - numbers[0]] = explained, explaining
    lags = int(np.floor(4 * (count / 100) ** (2 / 9)))
    fit = linear_model.OLS(padded_y[:, 0], padded_x).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}
    )
    return float(fit.params[0] / np.sqrt(fit.cov_params()[0, 0] * count / (count - terms)))


def _factors(raw: pl.DataFrame, name: str) -> dict[Any, Any]:
    five, momentum = raw.filter(model="FF5"), raw.filter(model="MOM")
    both = set(five["vintage"]) & (set(momentum["vintage"]) if name == "ff5_mom" else set(five["vintage"]))
    if not both:
        return {}
    vintage = max(both)
    rows = (
        five.filter(vintage=vintage)
        .drop("mom")
        .join(momentum.filter(vintage=vintage).select("month", "mom"), on="month", how="left")
    )
    known = rows.select("month", *FACTORS[name], "rf").drop_nulls()
    return {row[0]: row[1:] for row in known.iter_rows()}
