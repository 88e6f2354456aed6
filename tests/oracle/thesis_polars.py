"""The numbers behind the claims of the deep dive as a bare script: one function per group of tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.rules.types.thesis import ThesisClaim

LEAST_MONTHS: Final = 36
Number = tuple[float | None, dt.date | None, float | None]
Tables = dict[str, pl.DataFrame]
NOTHING: Final[Number] = (None, None, None)


def checks(tables: Tables, claims: Sequence[ThesisClaim]) -> pl.DataFrame:
    """Make claim, verdict, value, value_date and std_error of marts.thesis_checks."""
    window = next((claim.window_months for claim in claims if claim.window_months), None)
    if {claim.window_months for claim in claims} - {None, window}:
        raise ValueError("this implementation covers claims with one window")
    numbers = _of_members(tables) | _of_months(tables, window) | _of_studies(tables)
    rows = []
    for claim in claims:
        value, day, error = numbers[claim.measure] if claim.measure else NOTHING
        verdict = _verdict(claim, value, error)
        rows.append((claim.claim, verdict, value, day, error))
    columns = {
        "claim": pl.String,
        "verdict": pl.String,
        "value": pl.Float64,
        "value_date": pl.Date,
        "std_error": pl.Float64,
    }
    return pl.DataFrame(rows, columns, orient="row")


def _verdict(claim: ThesisClaim, value: float | None, error: float | None) -> str:
    ends = [end for end in (claim.low, claim.high) if end is not None]
    if value is None or not ends:
        return "not known"
    if claim.least_t is not None and (
        not error or min(abs(value - end) for end in ends) < claim.least_t * error
    ):
        return "not known"
    low, high = (
        -np.inf if claim.low is None else claim.low,
        np.inf if claim.high is None else claim.high,
    )
    return "supports" if low <= value <= high else "contradicts"


def _of_members(tables: Tables) -> dict[str, Number]:
    metrics = tables["core.metrics_as_of"].filter(~pl.col("is_stale"))
    now = metrics.filter(pl.col("as_of") == metrics["as_of"].max())
    day = now["as_of"].max()
    covered = now.filter(pl.col("debt_to_assets") > 0)["interest_coverage"].drop_nulls()
    growth = now["revenue_growth"].median()
    weak = float((covered < 1.5).mean()) if len(covered) else None  # type: ignore[arg-type]
    profile = tables["marts.index_profile"].sort("as_of").tail(1)
    holdings = tables["marts.index_holdings"]
    last = holdings.filter(pl.col("as_of") == holdings["as_of"].max())
    found = {
        "revenue_growth_median": (growth, day),
        "weak_coverage_share": (weak, day),
        "unprofitable_share": (profile["unprofitable_share"].item(), profile["as_of"].item()),
        "largest_weight": (last["weight"].max(), last["as_of"].max()),
        "days_to_trade": _days_to_trade(tables),
    }
    return {name: NOTHING if pair[0] is None else (*pair, None) for name, pair in found.items()}  # type: ignore[misc]


def _days_to_trade(tables: Tables) -> tuple[Any, Any]:
    members = tables["core.members"]
    as_of = members["as_of"].max()
    own = members.filter(pl.col("as_of") == as_of)["security_id"].implode()
    traded = tables["raw.prices"].filter(
        pl.col("security_id").is_in(own), pl.col("date") <= as_of, pl.col("median_dollar_volume_usd") > 0
    )
    if traded.is_empty():
        return None, None
    first = traded["date"].max().replace(day=1)  # type: ignore[union-attr]
    volume = traded.filter(pl.col("date") >= first)["median_dollar_volume_usd"].median()
    return 1e7 / volume, traded["date"].max()  # type: ignore[operator]


def _of_months(tables: Tables, window: int | None) -> dict[str, Number]:
    factors = tables["core.factors_monthly"].select("month", "mkt_rf", "rf").drop_nulls()
    index = tables["marts.experiment_returns"].filter(universe="all", weighting="cap")
    both = index.select("month", "total_return").drop_nulls().join(factors, on="month").sort("month")
    own = both.tail(window or both.height)
    market, total, rf = (own[name].to_numpy() for name in ("mkt_rf", "total_return", "rf"))
    months = own["month"]
    found: dict[str, Number] = dict.fromkeys(
        ("volatility_ratio", "fund_correlation", "downside_beta"), NOTHING
    )
    if len(own) >= LEAST_MONTHS:
        found["volatility_ratio"] = (float(np.std(total) / np.std(market + rf)), months[-1], None)
        found["fund_correlation"] = (float(np.corrcoef(total - rf, market)[0, 1]), months[-1], None)
    is_down = market + rf < 0
    if is_down.sum() >= LEAST_MONTHS:
        design = np.column_stack([np.ones(is_down.sum()), market[is_down]])
        explained = (total - rf)[is_down]
        (_, slope), rest, *_ = np.linalg.lstsq(design, explained, rcond=None)
        variance = rest[0] / (len(explained) - 2) * np.linalg.inv(design.T @ design)[1, 1]
        last = months.filter(pl.Series(is_down))[-1]
        found["downside_beta"] = (float(slope), last, float(np.sqrt(variance)))
    return found | _of_funds(tables, window)


def _of_funds(tables: Tables, window: int | None) -> dict[str, Number]:
    panel = tables["marts.benchmark_panel"].drop_nulls("security_id")
    now = panel.filter(pl.col("as_of") == panel["as_of"].max())
    lines = dict(
        now.select("role", "security_id").unique("role", keep="first", maintain_order=True).iter_rows()
    )
    if not {"index", "large"} <= lines.keys():
        return {}
    returns = tables["core.monthly_returns"].filter(pl.col("month") <= now["as_of"].max())
    index, large = (
        returns.filter(security_id=lines[role]).select("month", r="total_return")
        for role in ("index", "large")
    )
    both = index.join(large, on="month", suffix="_large").sort("month")
    own = both.tail(window or both.height)
    if own.height < LEAST_MONTHS:
        return {}
    number = float(np.corrcoef(own["r"].to_numpy(), own["r_large"].to_numpy())[0, 1])
    return {"fund_correlation": (number, own["month"][-1], None)}


def _of_studies(tables: Tables) -> dict[str, Number]:
    quality = tables["marts.quintile_performance"].filter(
        method="published", holding_months=12, weighting="cap", scope="all", portfolio="long_short"
    )
    events = tables["marts.reconstitution_pooled"].filter(adjustment="five_factor", measure="fund_cost")
    cost = events.filter(
        pl.col("group") == "additions_less_deletions", pl.col("window") == "rank_to_effective"
    )
    profits = tables["marts.profitability_experiment"].filter(
        universe="profitable", weighting="cap", period="all"
    )
    is_free = pl.col("cost_basis_points") == 0
    return {
        "quality_alpha": _last(
            quality.filter(is_free), "ff5_alpha_annual", "last_month", "ff5_alpha_hac_std_error"
        ),
        "reconstitution_cost": _last(
            cost.sort("through_effective_date"), "estimate", "known_date", "std_error"
        ),
        "profit_rule_difference": _last(
            profits.filter(is_free), "difference_annual", "last_month", "difference_std_error"
        ),
    }


def _last(rows: pl.DataFrame, *columns: str) -> Number:
    last = rows.tail(1).filter(pl.col("status") == "estimated").select(columns)
    if last.is_empty() or last.row(0)[0] is None:
        return NOTHING
    value, day, error = last.row(0)
    return value, day, error
