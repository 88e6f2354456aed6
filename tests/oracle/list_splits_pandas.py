"""Splits between two lists again, line by line in plain Python, written out from the methods page.

It shares nothing with smallcap.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import defaultdict
from typing import NamedTuple

import pandas as pd

USUAL = {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50}
LONGEST_GAP, FEWEST_HOLDINGS, OLDEST_PRICE = 400, 10, 31


class Held(NamedTuple):
    """What a list shows of a company: its line, the fund's shares and the price."""

    line: int
    quantity: float
    price: float


class Split(NamedTuple):
    """A split between two lists."""

    line: int
    before: pd.Timestamp
    on: pd.Timestamp
    ratio: float


def list_splits(members: pd.DataFrame, prices: pd.DataFrame) -> dict[int, list[Split]]:
    """Find the splits that consecutive lists show and the prices do not know, by company.

    Parameters
    ----------
    members
        Rows of core.members.
    prices
        Rows of raw.prices.
    """
    lists: dict[pd.Timestamp, dict[int, Held]] = defaultdict(dict)
    for row in members.sort_values("as_of").itertuples():
        held = Held(row.security_id, _quantity(row), row.list_price_usd)
        if held.quantity > 0:
            lists[row.snapshot_date].setdefault(row.entity_id, held)
    months = {line: rows.sort_values("date") for line, rows in prices.groupby("security_id")}
    dates, found = sorted(lists), defaultdict(list)
    for before, on in itertools.pairwise(dates):
        both = {
            company: (lists[before][company], now)
            for company, now in lists[on].items()
            if company in lists[before] and lists[before][company].line == now.line
        }
        if (on - before).days > LONGEST_GAP or len(both) < FEWEST_HOLDINGS:
            continue
        flow = statistics.median(now.quantity / then.quantity for then, now in both.values())
        for company, (then, now) in both.items():
            ratio = _simple(now.quantity / then.quantity / flow)
            rows = months.get(now.line, prices.iloc[:0])
            change = ratio and _price_change(then, now, rows, before, on)
            if change and abs(math.log(ratio * change)) <= math.log(1.25) and _is_unknown(rows, before, on):
                found[company].append(Split(now.line, before, on, ratio))
    return dict(found)


def _simple(move: float) -> float | None:
    """New shares per old: 2 to 50 or 1/2 to 1/25 within 10%, the usual ones first."""
    names = [*range(2, 51), *(1 / n for n in range(2, 26))]
    near = [name for name in names if 0.9 * name <= move <= 1.1 * name]
    usual = [name for name in near if round(max(name, 1 / name)) in USUAL]
    return min(usual or near, key=lambda name: abs(math.log(move / name)), default=None)


def _price_change(
    then: Held, now: Held, rows: pd.DataFrame, before: pd.Timestamp, on: pd.Timestamp
) -> float | None:
    """Change of the list price over that of the adjusted close, where both lists have a near one."""
    if not (then.price > 0 and now.price > 0):
        return None
    closes = [_near(rows, day, on) for day in (before, on)]
    explained = closes[1] / closes[0] if all(closes) else 1.0  # type: ignore[operator]
    return now.price / then.price / explained


def _near(rows: pd.DataFrame, day: pd.Timestamp, last: pd.Timestamp) -> float | None:
    usable = rows[(rows["adjusted_close_usd"] > 0) & (rows["date"] <= last)]
    away = [(abs((date - day).days), date) for date in usable["date"]]
    away = [one for one in away if one[0] <= OLDEST_PRICE]
    return float(usable.set_index("date")["adjusted_close_usd"][min(away)[1]]) if away else None


def _is_unknown(rows: pd.DataFrame, before: pd.Timestamp, on: pd.Timestamp) -> bool:
    """Whether the line's split data do not cover the time between, and hold no split of it."""
    between = rows[(rows["date"] > before) & (rows["date"] <= on)]["split_ratio"].astype(float)
    if (between.fillna(1.0) != 1).any():
        return False
    is_covered = (rows["date"] <= before).any() and (
        (on - rows[rows["date"] <= on]["date"].max()).days <= OLDEST_PRICE
    )
    return not is_covered or bool(between.isna().any())


def pending_splits(
    row: object, splits: list[Split], counts: dict[pd.Timestamp, dict[int, float]]
) -> list[float]:
    """Ratios of the splits that a row's count does not carry yet.

    Parameters
    ----------
    row
        A member with its visible count.
    splits
        Of its company.
    counts
        Count that was known of each company at the earlier list of a split.
    """
    ends = row.shares_split_basis  # type: ignore[attr-defined]
    carried = row.shares_date  # type: ignore[attr-defined]
    if isinstance(ends, str) and ends.startswith("split_adjusted_to "):
        carried = max(carried, pd.Timestamp(ends.split()[1]))
    pending = []
    for split in splits:
        count = counts[split.before].get(row.entity_id, math.nan)  # type: ignore[attr-defined]
        is_due = (
            split.line == row.security_id  # type: ignore[attr-defined]
            and split.on <= min(row.snapshot_date, row.price_date)  # type: ignore[attr-defined]
            and carried < split.on
        )
        if is_due and count > 0:
            growth = math.log(row.shares / count)  # type: ignore[attr-defined]
            if abs(growth) < abs(growth - math.log(split.ratio)):
                pending.append(split.ratio)
    return pending


def _quantity(row: object) -> float:
    if row.list_quantity == row.list_quantity:  # type: ignore[attr-defined]
        return float(row.list_quantity)  # type: ignore[attr-defined]
    value, price = row.market_value_usd, row.list_price_usd  # type: ignore[attr-defined]
    return float(value / price) if value > 0 and price > 0 else 0.0
