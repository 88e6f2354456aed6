"""The event study of reconstitutions in pandas, one event, window and company after the other.

It reads the calendar's file with csv, and shares only names with smallcap.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.tseries.offsets import MonthEnd
from scipy import stats

FACTORS = ["mkt_rf", "smb", "hml", "rmw", "cma"]

GROUP_OF = {
    "demoted_in": "from_above",
    "ipo": "new_listing",
    "graduated": "graduated",
    "below_minimum": "too_small",
}
KEY = ["event", "group", "window", "adjustment"]


@dataclass(frozen=True)
class Tables:
    """What the study reads."""

    members: pd.DataFrame
    changes: pd.DataFrame
    prices: pd.DataFrame
    returns: pd.DataFrame
    securities: pd.DataFrame
    factors: pd.DataFrame


def study(tables: Tables, calendar: Path) -> pd.DataFrame:
    """Measure every event of which two lists are known: one row per event, group, window and adjustment."""
    panel = tables.returns.pivot(index="month", columns="security_id", values="total_return").sort_index()
    factors = tables.factors.set_index("month").sort_index()
    rows: list[dict[str, object]] = []
    with calendar.open(encoding="utf-8") as file:
        for event in csv.DictReader(file):
            if event["status"] == "superseded" or not event["first_list_date"]:
                continue
            days = {
                name: pd.Timestamp(event[f"{name}_date"] or None)
                for name in ("rank", "announcement", "effective")
            }
            lists = _lists(tables.members, days["effective"], pd.Timestamp(event["first_list_date"]))
            if lists is not None:
                rows += _event(event["event"], days, lists, tables, panel, factors)
    return pd.DataFrame(rows)


def _lists(
    members: pd.DataFrame, effective: pd.Timestamp, settled: pd.Timestamp
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    dates = members[["as_of", "fund", "snapshot_date"]].drop_duplicates("as_of")
    found = []
    for _, own in dates.groupby("fund", dropna=False):
        before = own.loc[own["snapshot_date"] < effective, "as_of"].max()
        after = own.loc[(own["snapshot_date"] >= settled) & (own["as_of"] >= settled), "as_of"].min()
        if pd.notna(before) and pd.notna(after):
            found.append(((after - before).days, before, after))
    if not found or min(found)[0] > 65:
        return None
    return min(found)[1:]


def _windows(days: dict[str, pd.Timestamp]) -> Iterator[tuple[str, pd.Timestamp, pd.Timestamp]]:
    rank, announced, effective = days["rank"], days["announcement"], days["effective"]
    last = effective + MonthEnd(0)
    ranked = _data_month(rank)
    yield "before_rank", ranked - MonthEnd(2), ranked
    yield "rank_to_effective", rank + MonthEnd(0) + MonthEnd(1), last
    if pd.notna(announced):
        yield "announcement_month", announced + MonthEnd(0), announced + MonthEnd(0)
        if announced + MonthEnd(0) < last:
            yield "announcement_to_effective", announced + MonthEnd(0) + MonthEnd(1), last
    yield "effective_month", last, last
    yield "after_effective", last + MonthEnd(1), last + MonthEnd(2)


def _data_month(day: pd.Timestamp) -> pd.Timestamp:
    end = day + MonthEnd(0)
    rest = pd.bdate_range(day + pd.Timedelta(days=1), end)
    later = [one for one in rest if not (one.month == 5 and one.weekday() == 0 and one.day > 24)]
    return day - pd.offsets.MonthBegin() - pd.Timedelta(days=1) if later else end


def _event(
    event: str,
    days: dict[str, pd.Timestamp],
    lists: tuple[pd.Timestamp, pd.Timestamp],
    tables: Tables,
    panel: pd.DataFrame,
    factors: pd.DataFrame,
) -> Iterator[dict[str, object]]:
    before, after = (tables.members[tables.members["as_of"] == day].set_index("entity_id") for day in lists)
    came, went = after.drop(before.index, errors="ignore"), before.drop(after.index, errors="ignore")
    turnover = (came["weight"].sum() + went["weight"].sum()) / 2
    names = []
    for change, own in (("added", came), ("removed", went)):
        for entity, row in own.iterrows():
            line = int(row["security_id"])
            names.append((change, _group(change, entity, line, lists, tables, panel), line))
    loadings = {line: _loadings(panel.get(line), factors, days["rank"]) for _, _, line in names}
    for window, first, last in _windows(days):
        known_date = max(last, lists[1] + MonthEnd(0) + MonthEnd(1))
        if known_date > panel.index[-1]:
            continue
        months = pd.date_range(first, last, freq="ME")
        index = [_index_return(tables.members, panel, month) for month in months]
        earned = []
        for change, group, line in names:
            own = panel.get(line, pd.Series(dtype=float)).reindex(months).dropna()
            if len(own):
                earned.append((change, group, *_abnormal(own, months, index, factors, loadings[line])))
        yield from _rows(event, window, names, earned, turnover)


def _group(
    change: str,
    entity: object,
    line: int,
    lists: tuple[pd.Timestamp, pd.Timestamp],
    tables: Tables,
    panel: pd.DataFrame,
) -> str:
    own = tables.changes[
        (tables.changes["entity_id"] == entity)
        & (tables.changes["change"] == change)
        & (tables.changes["as_of"] > lists[0])
        & (tables.changes["as_of"] <= lists[1])
    ].sort_values("as_of")
    cause = own["cause"].iloc[-1] if len(own) else None
    if cause in GROUP_OF:
        return GROUP_OF[cause]
    if change == "added":
        is_sized = cause == "other" and pd.notna(own["size_quantile"].iloc[-1])
        return "from_below" if is_sized else "addition_unknown"
    if cause != "delisted_or_acquired":
        return "deletion_unknown"
    told = tables.securities.loc[tables.securities["security_id"] == line].sort_values("valid_from")
    said = told["delisting_cause"].dropna()
    if len(said) and said.iloc[-1] in ("performance", "acquired"):
        return "failed" if said.iloc[-1] == "performance" else "acquired"
    closes = (
        tables.prices[(tables.prices["security_id"] == line)].dropna(subset="close_usd").sort_values("date")
    )
    earned = panel[line].dropna() if line in panel else pd.Series(dtype=float)
    if not len(closes) and not len(earned):
        return "deletion_unknown"
    if len(closes) and closes["close_usd"].iloc[-1] < 1.0:
        return "failed"
    year = earned[earned.index > earned.index[-1] - MonthEnd(12)] if len(earned) else earned
    return "failed" if len(year) and np.prod(1 + year) - 1 < -0.5 else "acquired"


def _loadings(own: pd.Series | None, factors: pd.DataFrame, rank: pd.Timestamp) -> np.ndarray | None:
    if own is None:
        return None
    end = rank.replace(day=1) - pd.Timedelta(days=1)
    months = pd.date_range(end=end, periods=60, freq="ME")
    both = (
        pd.concat([own.rename("own"), factors[[*FACTORS, "rf"]]], axis=1, sort=True).reindex(months).dropna()
    )
    if len(both) < 24:
        return None
    design = np.column_stack([np.ones(len(both)), both[FACTORS]])
    return np.linalg.lstsq(design, both["own"] - both["rf"], rcond=None)[0][1:]


def _index_return(members: pd.DataFrame, panel: pd.DataFrame, month: pd.Timestamp) -> float:
    begun = month.replace(day=1) - pd.Timedelta(days=1)
    lists = members.loc[
        (members["as_of"] <= begun) & (members["as_of"] >= begun - pd.Timedelta(days=31)), "as_of"
    ]
    if lists.empty:
        return np.nan
    own = members[members["as_of"] == lists.max()]
    earned = panel.loc[month].reindex(own["security_id"]).to_numpy()
    weight = own["weight"].to_numpy(dtype=float)
    known = ~np.isnan(earned)
    return float((earned[known] * weight[known]).sum() / weight[known].sum())


def _abnormal(
    own: pd.Series,
    months: pd.DatetimeIndex,
    index: list[float],
    factors: pd.DataFrame,
    loadings: np.ndarray | None,
) -> tuple[float, float, float, bool]:
    grown = np.prod(1 + own) - 1
    of_index = (
        np.prod([1 + value for month, value in zip(months, index, strict=True) if month in own.index]) - 1
    )
    rows = factors.reindex(own.index)[[*FACTORS, "rf"]]
    if loadings is None or rows.isna().to_numpy().any():
        return grown, grown - of_index, grown - of_index, False
    expected = np.prod(1 + rows["rf"] + rows[FACTORS].to_numpy() @ loadings) - 1
    return grown, grown - of_index, grown - expected, True


def _rows(
    event: str,
    window: str,
    names: list[tuple[str, str, int]],
    earned: list[tuple[str, str, float, float, float, bool]],
    turnover: float,
) -> Iterator[dict[str, object]]:
    frame = pd.DataFrame(earned, columns=["change", "group", "none", "index", "five_factor", "has_loadings"])
    for adjustment in ("none", "index", "five_factor"):
        sides = {}
        for group in sorted({group for _, group, _ in names}):
            own = frame.loc[frame["group"] == group, adjustment]
            yield _row(event, group, window, adjustment, sum(one[1] == group for one in names), own)
        for change, side in (("added", "additions"), ("removed", "deletions")):
            own = frame.loc[frame["change"] == change, adjustment]
            sides[side] = own.mean()
            yield _row(event, side, window, adjustment, sum(one[0] == change for one in names), own)
        difference = sides["additions"] - sides["deletions"]
        cost = turnover * difference if adjustment != "none" else np.nan
        yield {
            "event": event, "group": "additions_less_deletions", "window": window, "adjustment": adjustment,
            "names": len(names), "names_with_returns": len(frame), "mean_return": difference,
            "fund_cost": cost,
        }  # fmt: skip


def _row(
    event: str, group: str, window: str, adjustment: str, names: int, own: pd.Series
) -> dict[str, object]:
    return {
        "event": event, "group": group, "window": window, "adjustment": adjustment, "names": names,
        "names_with_returns": len(own), "mean_return": own.mean(), "fund_cost": np.nan,
    }  # fmt: skip


def pooled(events: pd.DataFrame) -> pd.DataFrame:
    """Test the mean over all events of each group, window and adjustment, by scipy."""
    rows = []
    for key, own in events.dropna(subset="mean_return").groupby(KEY[1:]):
        if len(own) >= 5:
            test = stats.ttest_1samp(own["mean_return"], 0.0)
            rows.append((*key, len(own), own["mean_return"].mean(), test.statistic, test.pvalue))
    return pd.DataFrame(rows, columns=[*KEY[1:], "events", "estimate", "t_stat", "p_value"])
