"""The lists of the index at each month's end (raw.constituents), with the fund's holdings."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import LISTED_COLUMNS
from smallcap.sources.sample.calendar import FIRST_LIST_MONTH, MONTH_COUNT, month_ends
from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.industries import INDUSTRIES
from smallcap.sources.sample.lines import SOURCE, Lines, line_names
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.names import Texts
from smallcap.sources.sample.prices import LinePrices
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.spells import Spells, spell_at
from smallcap.sources.sample.universe import Companies

FUND_SHARE: Final = 0.024
"""Share of a line's shares that the fund holds."""


def constituents_frame(
    companies: Companies,
    market: Market,
    lines: Lines,
    spells: Spells,
    prices: LinePrices,
    is_member: Flags,
    seed: int,
) -> pl.DataFrame:
    """Return one row per list and line in `LISTED_COLUMNS`; `as_of` is the date of the list."""
    line, month = np.nonzero(listed_lines(lines, is_member))
    is_leftover = lines.is_leftover[line]
    company = lines.company[line]
    quantity = _quantities(lines, market, seed)[line, month]
    value = np.where(is_leftover, 0.0, np.round(quantity * prices.close[line, month], 2))
    traits = _traits(companies, lines, seed)
    sectors = np.array([item.sector for item in INDUSTRIES], dtype=object)
    return (
        pl.DataFrame(
            {
                "source_id": spread(lines.source_id, line),
                "as_of": month_ends()[month],
                "ticker": spread(spells.listed_ticker, spell_at(spells, line, month)),
                "sector": spread(sectors, companies.industry[company]),
                "market_value_usd": value,
                "quantity": quantity,
                **{name: spread(values, line) for name, values in traits.items()},
            }
        )
        .with_columns(
            pl.lit(SOURCE).alias("source"),
            pl.col("as_of").alias("snapshot_date"),
            pl.lit(None).alias("price_usd"),
            pl.lit(None).alias("fund"),
        )
        .select(*LISTED_COLUMNS)
        .cast(LISTED_COLUMNS)  # type: ignore[arg-type]
        .sort("as_of", "source_id")
    )


def listed_lines(lines: Lines, is_member: Flags) -> Flags:
    """Return which lines are in the lists: lines by month."""
    months = np.arange(MONTH_COUNT)[None, :]
    lasts = (months >= lines.first_month[:, None]) & (months <= lines.last_month[:, None])
    was_member = np.asarray(is_member.any(axis=1))[lines.company][:, None]
    listed = np.where(lines.is_leftover[:, None], lasts & was_member, is_member[lines.company] & lasts)
    listed[:, :FIRST_LIST_MONTH] = False
    return np.asarray(listed)


def _quantities(lines: Lines, market: Market, seed: int) -> Floats:
    """Return the shares that the fund holds: about 2.4% of the line's, varying with the free float."""
    float_share = stream(seed, "float").uniform(0.65, 1.25, len(lines))
    shares = (market.first_shares * market.split_factor)[lines.company] * lines.share_of_company[:, None]
    held = np.round(FUND_SHARE * float_share[:, None] * shares)
    return np.where(lines.is_leftover[:, None], 1000.0, held)


def _traits(companies: Companies, lines: Lines, seed: int) -> dict[str, Texts]:
    rng = stream(seed, "listings")
    exchange = _exchanges(lines, rng)
    countries = np.array(["United States", "Bermuda", "Canada", "Israel"], dtype=object)
    return {
        "name": line_names(companies, lines),
        "location": countries[rng.choice(4, len(lines), p=[0.975, 0.01, 0.01, 0.005])],
        "exchange": exchange,
    }


def exchanges(lines: Lines, seed: int) -> Texts:
    """Return the exchange of each line, as the lists print it."""
    return _exchanges(lines, stream(seed, "listings"))


def _exchanges(lines: Lines, rng: np.random.Generator) -> Texts:
    names = np.array(["NASDAQ", "NYSE", "Nyse Mkt Llc"], dtype=object)
    drawn = names[rng.choice(3, len(lines), p=[0.60, 0.37, 0.03])]
    return np.where(lines.is_leftover, "NO MARKET (E.G. UNLISTED)", drawn)
