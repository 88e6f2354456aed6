"""The true causes of joining and leaving the sample's index, with which classifications are compared."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.sample.calendar import Integers, month_ends
from smallcap.sources.sample.columns import spread, whole
from smallcap.sources.sample.constituents import listed_lines
from smallcap.sources.sample.lines import Lines, entity_ids
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.membership import Membership
from smallcap.sources.sample.names import Texts
from smallcap.sources.sample.randomness import Flags
from smallcap.sources.sample.universe import Companies

NEW_LISTING_MONTHS: Final = 12
"""A company that joins within this many months of its listing joins as a new listing."""


def true_changes(
    companies: Companies, market: Market, lines: Lines, membership: Membership, months: Integers
) -> pl.DataFrame:
    """Name the cause of every change between two month-end lists of the first fund.

    Parameters
    ----------
    companies, market, lines, membership
        The universe and its index.
    months
        The months whose lists are the first fund's, ascending.

    Returns
    -------
    pl.DataFrame
        as_of (of the later list), source_entity_id, change (added or removed) and cause (a value of
        marts.index_changes), sorted by the first two. A company that grew into the index from below has the
        cause `other`, and so has a leftover of a merger.
    """
    own = _changes(membership.is_member, months)
    of_companies = _frame(np.arange(len(companies)), own, _causes(companies, market, membership, own))
    leftovers = _changes(listed_lines(lines, membership.is_member)[lines.is_leftover], months)
    others = np.full(len(leftovers[0]), "other", dtype=object)
    of_leftovers = _frame(lines.entity[lines.is_leftover], leftovers, others)
    return pl.concat([of_companies, of_leftovers]).sort("as_of", "source_entity_id")


def _causes(
    companies: Companies, market: Market, membership: Membership, changes: tuple[Integers, Integers, Flags]
) -> Texts:
    """Name the cause of each change of a company."""
    company, month, is_added = changes
    came = np.select(
        [
            month - companies.first_month[company] < NEW_LISTING_MONTHS,
            membership.is_large[company, month - 1],
        ],
        ["ipo", "demoted_in"],
        "other",
    )
    went = np.select(
        [month > market.death_month[company], membership.is_large[company, month]],
        ["delisted_or_acquired", "graduated"],
        "below_minimum",
    )
    return np.where(is_added, came, went).astype(object)


def _changes(is_listed: Flags, months: Integers) -> tuple[Integers, Integers, Flags]:
    """Find row, month and direction of every change between the lists of the given months."""
    row, position = np.nonzero(is_listed[:, months[1:]] != is_listed[:, months[:-1]])
    month = months[position + 1]
    return row, month, is_listed[row, month]


def _frame(entity: Integers, changes: tuple[Integers, Integers, Flags], cause: Texts) -> pl.DataFrame:
    row, month, is_added = changes
    return pl.DataFrame(
        {
            "as_of": month_ends()[month],
            "source_entity_id": spread(entity_ids(entity), row),
            "change": whole(np.where(is_added, "added", "removed").astype(object)),
            "cause": whole(cause),
        }
    )
