"""How the sample's lines end: the cause, which the source knows of some, and what was lost after it."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.sample.calendar import MONTH_COUNT, last_sessions
from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.deaths import NEVER
from smallcap.sources.sample.lines import Lines
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.names import Texts
from smallcap.sources.sample.randomness import stream

ACQUIRED: Final = "acquired"
PERFORMANCE: Final = "performance"
KNOWN_SHARE: Final = 0.8
"""Share of the ends whose cause the source knows."""

LOSS_ON_NASDAQ: Final = (-0.55, 0.15)
LOSS_ELSEWHERE: Final = (-0.30, 0.12)
"""Mean and standard deviation of the return after the last price of a line delisted for performance."""


def true_causes(lines: Lines, market: Market) -> Texts:
    """Return why each line ended; None where it has not, and for leftovers of mergers."""
    cause = np.where(market.is_acquired[lines.company], ACQUIRED, PERFORMANCE).astype(object)
    cause[(market.death_month[lines.company] == NEVER) | lines.is_leftover] = None
    return cause


def known_causes(lines: Lines, market: Market, seed: int) -> Texts:
    """Return the causes that the source knows."""
    cause = true_causes(lines, market)
    cause[stream(seed, "known causes").random(len(lines)) >= KNOWN_SHARE] = None
    return cause


def delistings_frame(lines: Lines, market: Market, exchange: Texts, seed: int) -> pl.DataFrame:
    """Return the true end of each line that ended.

    Returns
    -------
    pl.DataFrame
        source_id, last_date, cause, exchange, and return_after: what a holder got after the last price. No
        price says it; it is 0 after an acquisition.
    """
    cause = true_causes(lines, market)
    draws = stream(seed, "returns after the last price").standard_normal(len(lines))
    mean, deviation = np.where(exchange[:, None] == "NASDAQ", LOSS_ON_NASDAQ, LOSS_ELSEWHERE).T
    loss = np.round(np.clip(mean + deviation * draws, -1.0, 0.0), 4)
    ended = np.flatnonzero([one is not None for one in cause])
    last = last_sessions()[np.minimum(market.death_month[lines.company[ended]], MONTH_COUNT - 1)]
    return pl.DataFrame(
        {
            "source_id": spread(lines.source_id, ended),
            "last_date": last,
            "cause": spread(cause, ended),
            "exchange": spread(exchange, ended),
            "return_after": np.where(cause[ended] == PERFORMANCE, loss[ended], 0.0),
        }
    )
