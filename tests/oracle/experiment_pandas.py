"""The profitability experiment with pandas and plain Python, one formation and month at a time.

It shares nothing with smallcap; the conditions on a company, and the costs, are written out from the methods
page on purpose.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

UNIVERSES = ("all", "profitable", "unprofitable")
WEIGHTINGS = ("equal", "cap", "sector_neutral")
COSTS = {0: 0.0, 10: 0.0010, 50: 0.0050}
Row = dict[str, Any]


def experiment_returns(members: pd.DataFrame, metrics: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """Hold every universe from each June's end on, company by company.

    Parameters
    ----------
    members
        as_of, entity_id, security_id, sector.
    metrics
        as_of, entity_id, net_income_usd, is_stale, market_cap_usd.
    returns
        month, security_id, total_return.
    """
    listed = {day: set(rows["entity_id"]) for day, rows in members.groupby("as_of")}
    earned = {(row.month, row.security_id): row.total_return for row in returns.itertuples()}
    last = returns["month"].max()
    visible = members.merge(metrics, on=["as_of", "entity_id"], how="left")
    found: list[Row] = []
    for weighting in WEIGHTINGS:
        for universe in UNIVERSES:
            old: dict[int, float] = {}
            for june in sorted(day for day in listed if day.month == 6 and day.is_month_end):
                index = _index(visible[visible["as_of"] == june], earned, weighting)
                rows, old = _held(_weights(index, universe, weighting), old, june, listed, earned, last)
                found += [{**row, "universe": universe, "weighting": weighting} for row in rows]
    return pd.DataFrame(found)


def _index(visible: pd.DataFrame, earned: dict[tuple[pd.Timestamp, int], float], weighting: str) -> list[Row]:
    rows = []
    for company in visible.to_dict("records"):
        if (company["as_of"], company["security_id"]) not in earned:
            continue
        has_cap = company["market_cap_usd"] > 0
        has_sector = isinstance(company["sector"], str)
        if not {"equal": True, "cap": has_cap, "sector_neutral": has_cap and has_sector}[weighting]:
            continue
        is_known = (
            not pd.isna(company["is_stale"])
            and not company["is_stale"]
            and not math.isnan(company["net_income_usd"])
        )
        kind = None if not is_known else "profitable" if company["net_income_usd"] > 0 else "unprofitable"
        rows.append(
            {**company, "size": company["market_cap_usd"] if weighting != "equal" else 1.0, "kind": kind}
        )
    return rows


def _weights(index: list[Row], universe: str, weighting: str) -> dict[tuple[int, int], float]:
    """Weigh the companies of a universe, by (entity, line)."""
    own = [row for row in index if universe in ("all", row["kind"])]
    if weighting == "sector_neutral":
        sectors: dict[str, float] = {}
        for row in index:
            sectors[row["sector"]] = sectors.get(row["sector"], 0.0) + row["size"]
        held = {
            sector: sum(row["size"] for row in own if row["sector"] == sector)
            for sector in {row["sector"] for row in own}
        }
        covered = sum(sectors[sector] for sector in held)
        return {
            (row["entity_id"], row["security_id"]): row["size"]
            / held[row["sector"]]
            * sectors[row["sector"]]
            / covered
            for row in own
        }
    total = sum(row["size"] for row in own)
    return {(row["entity_id"], row["security_id"]): row["size"] / total for row in own}


def _held(
    weights: dict[tuple[int, int], float],
    old: dict[int, float],
    june: pd.Timestamp,
    listed: dict[pd.Timestamp, set[int]],
    earned: dict[tuple[pd.Timestamp, int], float],
    last: pd.Timestamp,
) -> tuple[list[Row], dict[int, float]]:
    """Follow one universe for a year.

    Return its months, and the weights that it has drifted to by the next June's end.
    """
    rows = []
    values = dict(weights)
    new = {line: weight for (_, line), weight in weights.items()}
    turnover = (
        sum(abs(new.get(line, 0.0) - old.get(line, 0.0)) for line in {*new, *old}) / 2
        if old and new
        else math.nan
    )
    month = june
    for _ in range(12):
        day_before, month = month, month + pd.offsets.MonthEnd(1)
        stay = {key: value for key, value in values.items() if key[0] in listed.get(day_before, set())}
        if month > last or not stay:
            return rows, {}
        if day_before != june:
            turnover = sum(value for key, value in values.items() if key not in stay) / sum(values.values())
        known = {key: value for key, value in stay.items() if (month, key[1]) in earned}
        gain = sum(value * earned[month, key[1]] for key, value in known.items())
        rows.append(
            {
                "month": month,
                "formed_as_of": june,
                "total_return": gain / sum(known.values()) if known else math.nan,
                "turnover": turnover,
                "names": len(weights),
                "holdings": len(stay),
                "with_return": len(known),
            }
        )
        values = {
            key: value * (1 + earned[month, key[1]]) if key in known else value for key, value in stay.items()
        }
    total = sum(values.values())
    return rows, {line: value / total for (_, line), value in values.items()}


def summary(monthly: pd.DataFrame, risk_free: pd.Series) -> pd.DataFrame:
    """Measure every universe over all months, at each cost.

    Parameters
    ----------
    monthly
        What `experiment_returns` gives.
    risk_free
        By month.
    """
    rows = []
    for weighting in WEIGHTINGS:
        for basis_points, cost in COSTS.items():
            net = {
                universe: _net(
                    monthly[(monthly["universe"] == universe) & (monthly["weighting"] == weighting)], cost
                )
                for universe in UNIVERSES
            }
            for universe in UNIVERSES:
                key = {"universe": universe, "weighting": weighting, "cost_basis_points": basis_points}
                rows.append(
                    {
                        **key,
                        **_measured(net[universe], risk_free),
                        **_compared(net[universe], net["all"], risk_free),
                    }
                )
    return pd.DataFrame(rows)


def _net(own: pd.DataFrame, cost: float) -> pd.Series:
    return (
        ((1 - cost * own["turnover"].fillna(0.0)) * (1 + own["total_return"]) - 1)
        .set_axis(own["month"])
        .dropna()
    )


def _measured(net: pd.Series, risk_free: pd.Series) -> Row:
    value = np.concatenate([[1.0], (1 + net).cumprod()])
    excess = (net - risk_free.reindex(net.index)).dropna()
    return {
        "annual_return": value[-1] ** (12 / len(net)) - 1,
        "volatility": net.std() * math.sqrt(12),
        "sharpe": excess.mean() / excess.std() * math.sqrt(12),
        "max_drawdown": (value / np.maximum.accumulate(value) - 1).min(),
    }


def _compared(net: pd.Series, index: pd.Series, risk_free: pd.Series) -> Row:
    """Newey-West with Bartlett weights on the mean difference.

    Jobson-Korkie with Memmel's correction on the Sharpe ratios.
    """
    gap = (net - index).dropna().to_numpy()
    months, rest = len(gap), gap - gap.mean()
    if not gap.any():
        return dict.fromkeys(
            ("difference_annual", "difference_std_error", "difference_ci_low", "sharpe_difference_ci_high"),
            math.nan,
        )
    lags = math.floor(4 * (months / 100) ** (2 / 9))
    long_run = rest @ rest + 2 * sum(
        (1 - lag / (lags + 1)) * (rest[lag:] @ rest[:-lag]) for lag in range(1, lags + 1)
    )
    error = math.sqrt(long_run / months / (months - 1))
    both = pd.DataFrame({"own": net - risk_free, "index": index - risk_free}).dropna()
    a, b = both.mean() / both.std()
    rho = both["own"].corr(both["index"])
    sharpe_error = math.sqrt(12 * (2 - 2 * rho + (a * a + b * b - 2 * a * b * rho * rho) / 2) / len(both))
    return {
        "difference_annual": 12 * gap.mean(),
        "difference_std_error": 12 * error,
        "difference_ci_low": 12 * (gap.mean() - stats.t.ppf(0.975, months - 1) * error),
        "sharpe_difference_ci_high": math.sqrt(12) * (a - b) + stats.norm.ppf(0.975) * sharpe_error,
    }
