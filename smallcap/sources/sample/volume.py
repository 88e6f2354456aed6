"""Dollar volume of the sample's lines: known for some of them, from some year on."""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, month_index
from smallcap.sources.sample.lines import Lines
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.randomness import Floats, stream

KNOWN_SHARE: Final = 0.7
FIRST_MONTH: Final = month_index(2010, 1)
"""Share of the lines whose volume the source knows, and its first month."""

TURNOVER: Final = 0.006
TURNOVER_SPREAD: Final = 0.7
MONTHLY_SPREAD: Final = 0.35
"""Median share of a company that is traded in a day; standard deviations of its logarithm over lines and over
the months of a line."""


def median_dollar_volumes(lines: Lines, market: Market, seed: int) -> Floats:
    """Return the median dollar volume of a session, USD: lines by month; NaN where it is not known."""
    rng = stream(seed, "volume")
    is_known = (rng.random(len(lines)) < KNOWN_SHARE) & ~lines.is_leftover
    habit = np.log(TURNOVER) + TURNOVER_SPREAD * rng.standard_normal(len(lines))
    share = np.exp(habit[:, None] + MONTHLY_SPREAD * rng.standard_normal((len(lines), MONTH_COUNT)))
    traded: Floats = np.round(share * market.market_cap[lines.company] * lines.share_of_company[:, None])
    traded[~is_known] = np.nan
    traded[:, :FIRST_MONTH] = np.nan
    return traded
