"""Ticker spells of the sample: which line carried which ticker when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import (
    FIRST_LIST_MONTH,
    MONTH_COUNT,
    Integers,
)
from smallcap.sources.sample.deaths import NEVER
from smallcap.sources.sample.lines import Lines
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.names import Texts, tickers
from smallcap.sources.sample.randomness import Flags, stream
from smallcap.sources.sample.universe import Companies

RENAMED_SHARE: Final = 0.10
RECYCLED_SHARE: Final = 0.25
"""Share of lines that change their ticker once, and of dead companies' tickers that a later company takes."""


@dataclass(frozen=True)
class Spells:
    """Ticker spells, sorted by line and first month.

    Attributes
    ----------
    line
        Position of the line in `Lines`.
    first_month, last_month
        First and last month of the spell; `NEVER` where it has not ended.
    listed_ticker
        The symbol as spelled in the lists.
    """

    line: Integers
    first_month: Integers
    last_month: Integers
    listed_ticker: Texts


def name_spells(companies: Companies, lines: Lines, market: Market, seed: int) -> Spells:
    """Assign tickers to lines: some lines change theirs once; some tickers of dead companies are reused."""
    rng = stream(seed, "tickers")
    count = len(companies)
    pool = tickers(rng, 2 * count)
    base, later_base = pool[:count].copy(), pool[count:]
    life_end = np.minimum(market.death_month, MONTH_COUNT - 1)
    start = np.maximum(companies.first_month, FIRST_LIST_MONTH)
    is_renamed = (rng.random(count) < RENAMED_SHARE) & (life_end - start > 36) & (market.death_month == NEVER)
    rename_month = np.where(is_renamed, rng.integers(start + 12, np.maximum(life_end - 6, start + 13)), NEVER)
    base = _recycled(base, companies, market, is_renamed, rng)
    changed = np.flatnonzero(is_renamed[lines.company] & ~lines.is_leftover)
    line = np.concatenate([np.arange(len(lines)), changed])
    change_month = np.where(lines.is_leftover, NEVER, rename_month[lines.company])
    first_month = np.concatenate([lines.first_month, change_month[changed]])
    last_month = np.concatenate(
        [np.where(change_month < NEVER, change_month - 1, lines.last_month), lines.last_month[changed]]
    )
    base_of_spell = np.concatenate([base[lines.company], later_base[lines.company[changed]]])
    symbol = _symbols(lines, line, base_of_spell)
    order = np.lexsort((first_month, line))
    return Spells(line[order], first_month[order], last_month[order], symbol[order])


def spell_at(spells: Spells, line: Integers, month: Integers) -> Integers:
    """Return the position of each line's spell in a month: the latest that has begun."""
    starts = spells.line * (MONTH_COUNT + 1) + np.minimum(spells.first_month, MONTH_COUNT)
    return np.asarray(
        np.searchsorted(starts, line * (MONTH_COUNT + 1) + month, side="right") - 1, dtype=np.int64
    )


def _recycled(
    base: Texts, companies: Companies, market: Market, is_renamed: Flags, rng: np.random.Generator
) -> Texts:
    """Reuse tickers of companies that died in the first half for companies listed at least a year later."""
    middle = (FIRST_LIST_MONTH + MONTH_COUNT) // 2
    free = np.flatnonzero((market.death_month < middle) & ~companies.has_two_lines)
    takers = np.flatnonzero((companies.first_month > middle + 12) & ~companies.has_two_lines & ~is_renamed)
    size = min(len(free), len(takers), max(2, round(len(free) * RECYCLED_SHARE)))
    recycled = base.copy()
    recycled[rng.choice(takers, size, replace=False)] = base[rng.choice(free, size, replace=False)]
    return recycled


def _symbols(lines: Lines, line: Integers, base: Texts) -> Texts:
    """Add the class to each base; leftovers of mergers have symbols of their own."""
    separator = np.where(lines.class_letter == "", "", lines.separator)[line].astype(object)
    symbol = base + separator + lines.class_letter[line]
    return np.where(lines.is_leftover[line], _leftover_symbols(base), symbol)


def _leftover_symbols(base: Texts) -> Texts:
    """Return leftovers' symbols as lists show them: a dash, a code with digits, or a ticker with a suffix."""
    turn = np.arange(len(base)) % 3
    codes = np.array(
        [f"P{number % 10}{symbol[:1]}{number * 37 % 1000:03d}" for number, symbol in enumerate(base)],
        dtype=object,
    )
    return np.select([turn == 0, turn == 1], [np.full(len(base), "-", dtype=object), codes], base + " RTS")
