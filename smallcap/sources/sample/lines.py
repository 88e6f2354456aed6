"""The listed lines: share classes, leftovers of mergers, ticker spells, and the map of names and ids (raw.securities)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.sample.calendar import FIRST_LIST_MONTH, MONTH_COUNT, Integers, last_sessions, month_starts
from smallcap.sources.sample.columns import spread, whole
from smallcap.sources.sample.industries import INDUSTRIES
from smallcap.sources.sample.market import NEVER, Market
from smallcap.sources.sample.names import Texts, tickers
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream
from smallcap.sources.sample.universe import Companies

SOURCE: Final = "sample"
SECOND_CLASS_SHARE: Final = 0.2
"""Part of a company's shares that are in its second line."""

CLASS_SEPARATORS: Final = (".", "-", " ", "")
RENAMED_SHARE: Final = 0.10
RECYCLED_SHARE: Final = 0.25
"""Lines that change their ticker once; and dead companies' tickers that a later company takes."""

LEFTOVER_SHARE: Final = 0.14
"""Part of the acquired companies that leave a contingent right or an escrow line in the lists."""

NO_STATEMENTS: Final = "the fundamentals source has no annual reports of this company"
LEFTOVER: Final = "leftover of a merger (contingent value right, escrow or rights), not a company"


@dataclass(frozen=True)
class Lines:
    """Traits of the lines, one entry each: companies' first lines, then second lines, then leftovers of mergers.

    Attributes
    ----------
    company
        Position of the company in `Companies`.
    entity
        Number of the source's company: leftovers have their own.
    share_of_company
        Part of the company's shares that are in the line; 0 for leftovers.
    first_month, last_month
        Months of the first and the last day in the lists or at the exchange.
    is_leftover
        Whether the line is the leftover of a merger.
    class_letter
        A or B where the company has two lines, else empty.
    separator
        How the source spells the class in the ticker.
    """

    company: Integers
    entity: Integers
    share_of_company: Floats
    first_month: Integers
    last_month: Integers
    is_leftover: Flags
    class_letter: Texts
    separator: Texts

    def __len__(self) -> int:
        return len(self.company)

    @property
    def source_id(self) -> Texts:
        """The source's ids of the lines."""
        return np.array([f"L{number:06d}" for number in range(1, len(self) + 1)], dtype=object)

    @property
    def source_entity_id(self) -> Texts:
        """The source's ids of the lines' companies."""
        return entity_ids(self.entity)


@dataclass(frozen=True)
class Spells:
    """Ticker spells, sorted by line and first month.

    Attributes
    ----------
    line
        Position of the line in `Lines`.
    first_month, last_month
        First and last month of the spell; `NEVER` where it lasts.
    listed_ticker
        The symbol as the lists spell it.
    """

    line: Integers
    first_month: Integers
    last_month: Integers
    listed_ticker: Texts


def entity_ids(entity: Integers) -> Texts:
    """Return the source's ids of companies from their numbers."""
    return np.array([f"C{number:06d}" for number in entity + 1], dtype=object)


def list_lines(companies: Companies, market: Market, seed: int) -> Lines:
    """Make the lines of the companies and the leftovers of mergers."""
    rng = stream(seed, "lines")
    count = len(companies)
    second = np.flatnonzero(companies.has_two_lines)
    acquired = np.flatnonzero(market.is_acquired & (market.death_month >= FIRST_LIST_MONTH))
    leftover = acquired[pick(rng, len(acquired), LEFTOVER_SHARE, least=4)]
    company = np.concatenate([np.arange(count), second, leftover])
    first_share = np.where(companies.has_two_lines, 1 - SECOND_CLASS_SHARE, 1.0)
    leftover_start = market.death_month[leftover] + 1
    leftover_end = leftover_start + rng.integers(12, 60, len(leftover))
    first_letter = np.where(companies.has_two_lines, "A", "").astype(object)
    separator = np.array(CLASS_SEPARATORS, dtype=object)[rng.integers(0, len(CLASS_SEPARATORS), count)]
    separator[second] = np.array(CLASS_SEPARATORS, dtype=object)[np.arange(len(second)) % len(CLASS_SEPARATORS)]
    return Lines(
        company=company,
        entity=np.concatenate([np.arange(count), second, count + np.arange(len(leftover))]),
        share_of_company=np.concatenate([first_share, np.full(len(second), SECOND_CLASS_SHARE), np.zeros(len(leftover))]),
        first_month=np.concatenate([companies.first_month, companies.first_month[second], leftover_start]),
        last_month=np.concatenate([market.death_month, market.death_month[second], leftover_end]),
        is_leftover=np.arange(len(company)) >= count + len(second),
        class_letter=np.concatenate([first_letter, np.full(len(second), "B", dtype=object), np.full(len(leftover), "", dtype=object)]),
        separator=separator[company],
    )


def name_spells(companies: Companies, lines: Lines, market: Market, seed: int) -> Spells:
    """Give every line its tickers: some change once, some of the dead companies' go to later ones."""
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
    last_month = np.concatenate([np.where(change_month < NEVER, change_month - 1, lines.last_month), lines.last_month[changed]])
    base_of_spell = np.concatenate([base[lines.company], later_base[lines.company[changed]]])
    symbol = base_of_spell + np.where(lines.class_letter == "", "", lines.separator)[line].astype(object) + lines.class_letter[line]
    symbol = np.where(lines.is_leftover[line], _leftover_symbols(base_of_spell), symbol)
    order = np.lexsort((first_month, line))
    return Spells(line[order], first_month[order], last_month[order], symbol[order])


def spell_at(spells: Spells, line: Integers, month: Integers) -> Integers:
    """Return the position of the spell of each line in a month: the latest begun by then."""
    starts = spells.line * (MONTH_COUNT + 1) + np.minimum(spells.first_month, MONTH_COUNT)
    return np.asarray(np.searchsorted(starts, line * (MONTH_COUNT + 1) + month, side="right") - 1, dtype=np.int64)


def _recycled(base: Texts, companies: Companies, market: Market, is_renamed: Flags, rng: np.random.Generator) -> Texts:
    """Hand tickers of companies that died in the first half to companies listed at least a year later."""
    middle = (FIRST_LIST_MONTH + MONTH_COUNT) // 2
    free = np.flatnonzero((market.death_month < middle) & ~companies.has_two_lines)
    takers = np.flatnonzero((companies.first_month > middle + 12) & ~companies.has_two_lines & ~is_renamed)
    size = min(len(free), len(takers), max(2, round(len(free) * RECYCLED_SHARE)))
    recycled = base.copy()
    recycled[rng.choice(takers, size, replace=False)] = base[rng.choice(free, size, replace=False)]
    return recycled


def _leftover_symbols(base: Texts) -> Texts:
    """Spell leftovers in turn as lists do: a dash, a code with digits, a ticker with a suffix."""
    turn = np.arange(len(base)) % 3
    codes = np.array([f"P{number % 10}{symbol[:1]}{number * 37 % 1000:03d}" for number, symbol in enumerate(base)], dtype=object)
    return np.select([turn == 0, turn == 1], [np.full(len(base), "-", dtype=object), codes], base + " RT")


def line_names(companies: Companies, lines: Lines) -> Texts:
    """Return the names of the lines as the lists print them."""
    suffix = np.where(lines.class_letter == "", "", " Class " + lines.class_letter)
    suffix = np.where(lines.is_leftover, " CVR", suffix)
    return companies.name[lines.company] + suffix.astype(object)


def securities_frame(companies: Companies, lines: Lines, spells: Spells) -> pl.DataFrame:
    """Return one row per line and ticker spell, in the columns of `SECURITIES_COLUMNS`."""
    line = spells.line
    is_resolved = companies.is_resolved[lines.company] & ~lines.is_leftover
    reason = np.where(is_resolved, None, np.where(lines.is_leftover, LEFTOVER, NO_STATEMENTS))
    industry = companies.industry[lines.company]
    codes = {
        "sector": np.array([item.sector for item in INDUSTRIES], dtype=object)[industry],
        "sic": np.array([item.sic for item in INDUSTRIES], dtype=object)[industry],
        "gics": np.array([item.gics for item in INDUSTRIES], dtype=object)[industry],
    }
    return (
        pl.DataFrame(
            {
                "source_id": spread(lines.source_id, line),
                "valid_from": month_starts()[spells.first_month],
                "valid_to": last_sessions()[np.minimum(spells.last_month, MONTH_COUNT - 1)],
                "is_over": spells.last_month < MONTH_COUNT,
                "source_entity_id": spread(lines.source_entity_id, line),
                "ticker": whole(spells.listed_ticker),
                "name": spread(line_names(companies, lines), line),
                **{name: spread(np.where(lines.is_leftover, None, values), line) for name, values in codes.items()},
                "is_resolved": is_resolved[line],
                "unresolved_reason": spread(reason, line),
            }
        )
        .with_columns(
            pl.lit(SOURCE).alias("source"),
            pl.when("is_over").then("valid_to").alias("valid_to"),
            _normalised(pl.col("ticker")),
        )
        .select(*SECURITIES_COLUMNS)
        .cast(SECURITIES_COLUMNS)  # type: ignore[arg-type]
    )


def _normalised(ticker: pl.Expr) -> pl.Expr:
    bare = ticker.str.replace_all(r"[^A-Za-z0-9]", "").str.to_uppercase()
    return pl.when(bare == "").then(ticker).otherwise(bare).alias("ticker")
