"""The members of the sample's index: June reconstitution with banding, and quarterly additions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, month_index
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.randomness import Flags, Floats
from smallcap.sources.sample.universe import Companies

SIZE_SHARE: Final = 1960 / 2600
"""Maximum number of members after a reconstitution, as a share of the companies existing from the start."""

LARGE_SHARE: Final = 0.12
"""Share of the listed companies that are too large at a reconstitution."""

BAND: Final = 0.025
"""Band around the breakpoint, as a share of cumulative market capitalisation; within it no company moves."""

LEAST_CAP_USD: Final = 30e6
LEAST_PRICE_USD: Final = 1.0
RANK_MONTH: Final = 4
EARLIER_RANK_MONTH: Final = 5
LAST_YEAR_OF_EARLIER: Final = 2016
"""Ranked at the end of April, until 2016 of May: the month ends that hold the data of the real rank days."""

RECONSTITUTION_MONTH: Final = 6
QUARTER_MONTHS: Final = (3, 6, 9, 12)
FIRST_RECONSTITUTION: Final = month_index(2004, RECONSTITUTION_MONTH)


@dataclass(frozen=True)
class Membership:
    """Matrices of companies by month.

    Attributes
    ----------
    is_member
        Companies in the index at the month end.
    is_large
        Companies that were too large for it at the last reconstitution.
    """

    is_member: Flags
    is_large: Flags


def members_by_month(companies: Companies, market: Market) -> Membership:
    """Return which companies are members at each month's end, and which are too large.

    Ranked at the end of April or May, effective at the end of June (the fourth Friday is before it).
    Deletions between reconstitutions are not replaced; new listings join at the end of the next quarter.
    """
    cap = market.market_cap
    months = np.arange(MONTH_COUNT)[None, :]
    is_alive = (months >= companies.first_month[:, None]) & (months <= market.death_month[:, None])
    size = round((companies.first_month == 0).sum() * SIZE_SHARE)
    is_member, is_large = np.zeros(cap.shape, dtype=np.bool_), np.zeros(cap.shape, dtype=np.bool_)
    member = np.zeros(len(companies), dtype=np.bool_)
    large = np.zeros(len(companies), dtype=np.bool_)
    # Membership depends on the quarter before, so this loops over quarters, vectorised over companies.
    for month in range(FIRST_RECONSTITUTION, MONTH_COUNT, 3):
        if month % 12 + 1 == RECONSTITUTION_MONTH:
            rank_month = _rank_month(month)
            price_passes = market.traded_price[:, rank_month] >= LEAST_PRICE_USD
            is_ranked = is_alive[:, rank_month] & is_alive[:, month]
            member, large = reconstitute(cap[:, rank_month], is_ranked, price_passes, member, large, size)
        is_new: Flags = (companies.first_month > month - 4) & (companies.first_month <= month - 1)
        member = member | (is_new & is_alive[:, month] & _is_of_size(cap[:, month], large))
        is_member[:, month : month + 3] = member[:, None]
        is_large[:, month : month + 3] = large[:, None]
    return Membership(is_member & is_alive, is_large)


def _rank_month(reconstitution: int) -> int:
    """Return the month at whose end the companies were ranked."""
    is_earlier = reconstitution <= month_index(LAST_YEAR_OF_EARLIER, RECONSTITUTION_MONTH)
    return reconstitution - (RECONSTITUTION_MONTH - (EARLIER_RANK_MONTH if is_earlier else RANK_MONTH))


def _is_of_size(cap: Floats, large: Flags) -> Flags:
    """Return which companies are large enough, and smaller than each that is too large."""
    break_cap = cap[large].min(initial=np.inf) if large.any() else np.inf
    is_of_size: Flags = (cap >= LEAST_CAP_USD) & (cap < break_cap)
    return is_of_size


def reconstitute(
    cap: Floats, is_alive: Flags, price_passes: Flags, member: Flags, large: Flags, size: int
) -> tuple[Flags, Flags]:
    """Reconstitute the index and return (members, too large).

    Parameters
    ----------
    cap
        Market capitalisation on the rank day, USD.
    is_alive
        Companies listed on both days.
    price_passes
        Companies whose price on the rank day is at least one dollar.
    member, large
        Companies that were in the index, and that were too large, before.
    size
        Maximum number of members.
    """
    ranked = np.where(is_alive, cap, 0.0)
    order = np.argsort(-ranked, kind="stable")
    cumulative = np.empty(len(cap))
    cumulative[order] = np.cumsum(ranked[order]) / ranked.sum()
    break_rank = max(1, round(is_alive.sum() * LARGE_SHARE))
    break_share = cumulative[order[break_rank - 1]]
    stays_small = member & (cumulative > break_share - BAND)
    stays_large = large & (cumulative <= break_share + BAND)
    is_large = is_alive & ((cumulative <= break_share) | stays_large) & ~stays_small
    eligible = is_alive & ~is_large & (cap >= LEAST_CAP_USD) & price_passes
    is_member = np.zeros(len(cap), dtype=np.bool_)
    chosen = order[eligible[order]][:size]
    is_member[chosen] = True
    return is_member, is_large
