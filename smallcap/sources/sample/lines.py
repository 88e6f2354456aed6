"""The listed lines: first and second share classes, and merger leftovers. `spells` defines their tickers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import FIRST_LIST_MONTH, Integers
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.names import Texts
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream
from smallcap.sources.sample.universe import Companies

SOURCE: Final = "sample"
SECOND_CLASS_SHARE: Final = 0.2
"""Share of a company's shares that belong to its second line."""

CLASS_SEPARATORS: Final = (".", "-", " ", "")

LEFTOVER_SHARE: Final = 0.02
"""Share of the acquired companies that leave a contingent right or an escrow line in the lists."""


@dataclass(frozen=True)
class Lines:
    """Traits of the lines, one entry each: first lines, then second lines, then leftovers of mergers.

    Attributes
    ----------
    company
        Position of the company in `Companies`.
    entity
        Number of the source's company: leftovers have their own.
    share_of_company
        Share of the company's shares that belong to the line; 0 for leftovers.
    first_month, last_month
        Months of the first and the last day in the lists or on the exchange.
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
    separator[second] = np.array(CLASS_SEPARATORS, dtype=object)[
        np.arange(len(second)) % len(CLASS_SEPARATORS)
    ]
    return Lines(
        company=company,
        entity=np.concatenate([np.arange(count), second, count + np.arange(len(leftover))]),
        share_of_company=np.concatenate(
            [first_share, np.full(len(second), SECOND_CLASS_SHARE), np.zeros(len(leftover))]
        ),
        first_month=np.concatenate([companies.first_month, companies.first_month[second], leftover_start]),
        last_month=np.concatenate([market.death_month, market.death_month[second], leftover_end]),
        is_leftover=np.arange(len(company)) >= count + len(second),
        class_letter=np.concatenate(
            [first_letter, np.full(len(second), "B", dtype=object), np.full(len(leftover), "", dtype=object)]
        ),
        separator=separator[company],
    )


def line_names(companies: Companies, lines: Lines) -> Texts:
    """Return the names of the lines as the lists print them."""
    suffix = np.where(lines.class_letter == "", "", " Class " + lines.class_letter)
    suffix = np.where(lines.is_leftover, " CVR", suffix)
    names: Texts = companies.name[lines.company] + suffix.astype(object)
    return names
