"""Ends of the sample's companies: which are acquired, which fail, and when; the last return of each."""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Integers, month_index
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.universe import SCIENCE, STRAINED, Companies

NEVER: Final = 10**6
"""Month of death of a company that still exists."""

FIRST_DEATH: Final = month_index(2004, 1)
YOUNGEST_MONTHS: Final = 18
"""A company exists for this long at least."""

ACQUIRED_RATE: Final = 0.0036
"""Probability a month that a company is acquired: 4.2% a year, as among small caps."""

FAILURE_RATE: Final = 0.0004
FAILURE_RATE_OF_GROUP: Final = {STRAINED: 0.0012, SCIENCE: 0.0008}
"""Probability a month that a company fails, whatever its shares did."""

DISTRESS_RETURN: Final = -0.55
DISTRESS_RATE: Final = 0.045
"""The probability is this one where the twelve months' return is below the other."""

FAILURE_CAP_USD: Final = 1.5e6
"""A company whose original shares are worth less than this fails."""

LEAST_OF_EACH: Final = 6
"""Companies that are acquired, and that fail, in every universe."""


def draw_deaths(companies: Companies, price: Floats, seed: int) -> tuple[Integers, Flags]:
    """Draw the month of each company's death, `NEVER` where there is none, and whether it is acquired.

    Parameters
    ----------
    companies
        The companies.
    price
        Price of one original share by month, as if nobody ever died.
    seed
        Of the universe.
    """
    acquired = _first(stream(seed, "acquisitions").random(price.shape) < _may_die(companies) * ACQUIRED_RATE)
    failed = _first(_fails(companies, price, seed))
    _make_up(acquired, failed, companies, seed)
    return np.minimum(acquired, failed), acquired < failed


def with_last_returns(
    total_return: Floats, death_month: Integers, is_acquired: Flags, rng: np.random.Generator
) -> Floats:
    """Set the last return of dead companies: a premium on the month's if acquired, a fall if failed."""
    dead = np.flatnonzero(death_month < NEVER)
    premium = rng.uniform(0.10, 0.45, len(dead))
    fall = rng.uniform(-0.85, -0.35, len(dead))
    changed = total_return.copy()
    cell = (dead, death_month[dead])
    changed[cell] = np.where(is_acquired[dead], changed[cell] + premium, fall)
    return changed


def _may_die(companies: Companies) -> Flags:
    months = np.arange(MONTH_COUNT)[None, :]
    may = (months >= companies.first_month[:, None] + YOUNGEST_MONTHS) & (months >= FIRST_DEATH)
    return np.asarray(may & (months < MONTH_COUNT - 1))


def _fails(companies: Companies, price: Floats, seed: int) -> Flags:
    """Return the months in which each company fails if it still exists."""
    rate = np.full(len(companies), FAILURE_RATE)
    for group, of_group in FAILURE_RATE_OF_GROUP.items():
        rate[companies.group == group] = of_group
    year_before = np.concatenate([np.repeat(price[:, :1], 12, axis=1), price[:, :-12]], axis=1)
    is_distressed = price < (1 + DISTRESS_RETURN) * year_before
    first_cap = price * (companies.first_cap_usd / companies.first_price_usd)[:, None]
    draws = stream(seed, "failures").random(price.shape)
    fails = draws < np.where(is_distressed, DISTRESS_RATE, rate[:, None])
    return (fails | (first_cap < FAILURE_CAP_USD)) & _may_die(companies)


def _first(happens: Flags) -> Integers:
    return np.where(happens.any(axis=1), happens.argmax(axis=1), NEVER).astype(np.int64)


def _make_up(acquired: Integers, failed: Integers, companies: Companies, seed: int) -> None:
    """Let companies of a very small universe die, so that each kind of death occurs."""
    rng = stream(seed, "deaths of small universes")
    for month, other in ((acquired, failed), (failed, acquired)):
        missing = LEAST_OF_EACH - int((month < other).sum())
        alive = np.flatnonzero(
            (acquired == NEVER) & (failed == NEVER) & (companies.first_month < MONTH_COUNT - 60)
        )
        chosen = rng.choice(alive, min(max(missing, 0), len(alive)), replace=False)
        earliest = np.maximum(companies.first_month[chosen] + YOUNGEST_MONTHS, FIRST_DEATH)
        month[chosen] = rng.integers(earliest, MONTH_COUNT - 1)
