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

UNIVERSES = ("all", "profitable", "unprofitable", "admitted")
WEIGHTINGS = ("equal", "cap", "sector_neutral")
COSTS = {0: 0.0, 10: 0.0010, 50: 0.0050}
JUNES = 8
Row = dict[str, Any]
Admitted = dict[tuple[pd.Timestamp, int], bool | None]


def admissions(members: pd.DataFrame, trailing: pd.DataFrame, ranges: pd.DataFrame) -> Admitted:
    """Say for each member at each June's end whether it has been admitted; None where that is unknown.

    Each is answered by itself: from that June back, year by year, up to the eighth June.

    Parameters
    ----------
    members
        as_of, entity_id.
    trailing
        as_of, entity_id, is_stale, net_income_usd, quarter_net_income_usd, market_cap_usd.
    ranges
        first_day, lowest_usd, highest_usd.
    """
    junes = {day for day in members["as_of"] if day.month == 6 and day.is_month_end}
    known = {(row["as_of"], row["entity_id"]): row for row in trailing.to_dict("records")}
    listed = {(row.as_of, row.entity_id) for row in members.itertuples() if row.as_of in junes}
    by_day = ranges.sort_values("first_day").to_dict("records")
    meets = {key: _meets(key[0], known.get(key, {}), by_day) for key in listed}
    found: Admitted = {}
    for june, company in listed:
        found[june, company] = meets[june, company]
        for back in range(JUNES):
            key = (june - pd.DateOffset(years=back), company)
            if key not in listed:
                break
            if meets[key]:
                found[june, company] = True
    return found


def _meets(day: pd.Timestamp, figures: Row, ranges: list[Row]) -> bool | None:
    """False where a condition is broken, None where none is and one is unknown."""
    applied = [one for one in ranges if one["first_day"] <= day]
    size = figures.get("market_cap_usd", math.nan)
    lowest, highest = (applied[-1][name] if applied else math.nan for name in ("lowest_usd", "highest_usd"))
    stale, unknown = figures.get("is_stale"), [size, lowest]
    conditions = [pd.isna(stale) or not stale]
    for name in ("quarter_net_income_usd", "net_income_usd"):
        income = figures.get(name, math.nan)
        unknown.append(income)
        conditions.append(pd.isna(income) or income > 0)
    if not pd.isna(size) and applied:
        conditions.append(lowest <= size <= highest)
    if not all(conditions):
        return False
    return None if pd.isna(stale) or any(pd.isna(value) for value in unknown) else True


def experiment_returns(
    members: pd.DataFrame, metrics: pd.DataFrame, returns: pd.DataFrame, admitted: Admitted
) -> pd.DataFrame:
    """Hold every universe from each June's end on, company by company.

    Parameters
    ----------
    members
        as_of, entity_id, security_id, sector.
    metrics
        as_of, entity_id, net_income_usd, is_stale, market_cap_usd.
    returns
        month, security_id, total_return.
    admitted
        What `admissions` gives.
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
                index = _index(visible[visible["as_of"] == june], earned, weighting, admitted)
                rows, old = _held(_weights(index, universe, weighting), old, june, listed, earned, last)
                unknown = sum(row["admitted" if universe == "admitted" else "kind"] is None for row in index)
                key = {"universe": universe, "weighting": weighting, "unknown_names": unknown}
                found += [{**row, **key} for row in rows]
    return pd.DataFrame(found)


def _index(
    visible: pd.DataFrame,
    earned: dict[tuple[pd.Timestamp, int], float],
    weighting: str,
    admitted: Admitted,
) -> list[Row]:
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
        size = company["market_cap_usd"] if weighting != "equal" else 1.0
        entered = admitted.get((company["as_of"], company["entity_id"]))
        rows.append({**company, "size": size, "kind": kind, "admitted": entered})
    return rows


def _weights(index: list[Row], universe: str, weighting: str) -> dict[tuple[int, int], float]:
    """Weigh the companies of a universe, by (entity, line)."""
    own = [row for row in index if row["admitted"] or universe != "admitted"]
    own = [row for row in own if universe in ("all", "admitted", row["kind"])]
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
            for universe, base in [
                *((universe, "all") for universe in UNIVERSES),
                ("admitted", "profitable"),
            ]:
                key = {"universe": universe, "weighting": weighting, "cost_basis_points": basis_points}
                rows.append(
                    {
                        **key,
                        "compared_with": base,
                        **_measured(net[universe], risk_free),
                        **_compared(net[universe], net[base], risk_free),
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
