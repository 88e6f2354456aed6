"""The split basis of share counts again, company by company in plain Python: the vote of a table, and each
count brought back or left.

It shares nothing with smallcap. Its thresholds are written out from the methods page. Earlier versions of a
record are not looked at: none of the inputs that it is used on has any with another count.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict

import pandas as pd

USUAL = {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50}
LEAST, GREATEST = 0.02, 10.0
"""Holding ratios outside these have no market value."""


def simple_ratio(ratio: float, is_one_day: bool) -> float | None:
    """New shares per old of the split that a ratio is close to: 2 to 50, or 1/2 to 1/25."""
    splits = [n for n in range(2, 51) if 0.99 * n <= ratio <= 1.1 * n]
    merged = [1 / n for n in range(2, 26) if 0.9 / n <= ratio <= 1.1 / n]
    close = splits + merged
    usual = [n for n in close if round(max(n, 1 / n)) in USUAL]
    candidates = close if is_one_day or not usual else usual
    return min(candidates, key=lambda n: abs(math.log(ratio / n)), default=None)


def footed_shares(
    seen: pd.DataFrame, prices: pd.DataFrame, pending: dict[object, list[float]] | None = None
) -> pd.Series:
    """Bring counts to the split basis of their prices, and leave out those that cannot be the company's.

    Parameters
    ----------
    seen
        Rows with as_of, table, security_id, price, price_date, shares, factor (of the splits from the count
        to the price), shares_split_basis, list_quantity, market_value_usd and list_price_usd.
    prices
        Rows of raw.prices.
    pending
        By row, the splits between lists that its count does not carry.
    """
    adjusted = prices[prices["adjusted_close_usd"] > 0]
    closes: dict[int, list[tuple[pd.Timestamp, float]]] = defaultdict(list)
    for line, day, close in zip(
        adjusted["security_id"], adjusted["date"], adjusted["adjusted_close_usd"], strict=True
    ):
        closes[line].append((pd.Timestamp(day), close))
    counts = pd.Series(float("nan"), index=seen.index)
    for _, rows in seen.groupby("as_of"):
        counts.update(pd.Series(_footed_on_a_date(rows, closes, pending or {}), dtype=float))
    return counts


def _footed_on_a_date(
    rows: pd.DataFrame,
    closes: dict[int, list[tuple[pd.Timestamp, float]]],
    pending: dict[object, list[float]],
) -> dict[object, float]:
    known = [row for row in rows.itertuples() if row.shares > 0 and row.price > 0]
    left = {row.Index: row.shares * (1 if _is_declared_adjusted(row) else row.factor) for row in known}
    split = {row.Index: _later_split(row, closes.get(row.security_id, [])) for row in known}
    back = {row.Index: row.shares / (split[row.Index] or 1) for row in known}
    quantity = {row.Index: _quantity(row) for row in known}
    held = [quantity[i] / left[i] for i in left if quantity[i]]
    median = statistics.median(held) if held else math.nan

    def off(row: object, count: dict[object, float]) -> float:
        """Distance of the holding ratio from the median, in logarithms."""
        return abs(math.log(quantity[row] / count[row] / median))

    votes: dict[str, list[bool]] = defaultdict(list)
    for row in known:
        if not (pd.isna(row.shares_split_basis) and split[row.Index] and quantity[row.Index]):
            continue
        # A count in another unit says nothing of splits.
        ratios = [quantity[row.Index] / count[row.Index] / median for count in (left, back)]
        if any(LEAST <= ratio <= GREATEST for ratio in ratios):
            votes[row.table].append(off(row.Index, back) < off(row.Index, left))
    adjusted = {source for source, cast in votes.items() if len(cast) >= 5 and 2 * sum(cast) > len(cast)}
    final, doubts = {}, {}
    for row in known:
        i = row.Index
        is_undeclared = pd.isna(row.shares_split_basis)
        is_adjusted = row.table in adjusted if is_undeclared else _is_declared_adjusted(row)
        is_nearer = off(i, back) < off(i, left) if quantity[i] else not is_undeclared
        final[i] = back[i] if is_adjusted and is_nearer else left[i]
        if is_undeclared and is_adjusted:
            doubts[i] = "brought back" if is_nearer else "adjusted"
        elif is_undeclared:
            doubts[i] = "not declared"
    final = _after_splits(final, quantity, pending, doubts)
    shares = {i: quantity[i] / final[i] for i in final if quantity[i]}
    median = statistics.median(shares.values()) if shares else math.nan
    return {i: final[i] for i in final if i not in shares or LEAST <= shares[i] / median <= GREATEST}


def _after_splits(
    counts: dict[object, float],
    quantity: dict[object, float],
    pending: dict[object, list[float]],
    doubts: dict[object, str],
) -> dict[object, float]:
    """Multiply counts by splits between lists; where the basis is in doubt the holding ratio has to agree."""
    held = {i: quantity[i] / counts[i] for i in counts if quantity[i]}
    median = statistics.median(held.values()) if held else math.nan
    multiplied = dict(counts)
    for i in counts:
        for split in pending.get(i, []):
            ratio = held[i] / median
            is_far = not 0.7 <= ratio <= 1.4
            is_better = abs(math.log(ratio / split)) < abs(math.log(ratio))
            agrees = {
                "not declared": is_far and (is_better or ratio / split <= 1.4),
                "adjusted": is_far and is_better,
                "brought back": False,
            }
            if agrees.get(doubts.get(i, ""), True):
                multiplied[i] *= split
    return multiplied


def _quantity(row: object) -> float:
    """Shares that the fund holds, else its value over the list's price; 0 where neither is known."""
    if row.list_quantity == row.list_quantity:  # type: ignore[attr-defined]
        return float(row.list_quantity)  # type: ignore[attr-defined]
    value, price = row.market_value_usd, row.list_price_usd  # type: ignore[attr-defined]
    return float(value / price) if value > 0 and price > 0 else 0.0


def _is_declared_adjusted(row: object) -> bool:
    basis = row.shares_split_basis  # type: ignore[attr-defined]
    if pd.isna(basis) or basis == "as_filed":
        return False
    return bool(pd.Timestamp(basis.split()[1]) > row.price_date)  # type: ignore[attr-defined]


def _later_split(row: object, closes: list[tuple[pd.Timestamp, float]]) -> float | None:
    """Split after the price's day, by the adjusted close of the nearest day: at most 31 days away, not after
    as_of.
    """
    day, as_of = row.price_date, row.as_of  # type: ignore[attr-defined]
    usable = [(abs((date - day).days), date, close) for date, close in closes if date <= as_of]
    near = [found for found in usable if found[0] <= 31]
    if not near:
        return None
    days, _, close = min(near)
    return simple_ratio(row.price / close, days == 0)  # type: ignore[attr-defined]
