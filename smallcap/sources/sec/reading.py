"""Reads every item of one period from one filing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan, nan

from smallcap.sources.sec.chains import (
    BALANCE_ITEMS,
    COUNT_ITEMS,
    FLOW_ITEMS,
    NEVER_NEGATIVE,
    OF_POSITIVE_PARTS,
    Chain,
    Figure,
    Lookup,
    resolve,
)
from smallcap.sources.sec.facts import Context, Filing
from smallcap.sources.sec.periods import Period

TO_DATE = "_year_to_date"
"""Ends the name of a flow since the fiscal year began."""


@dataclass(frozen=True)
class Asked:
    """An item that is read: its name in the result, its chain, and the periods in which it is looked for."""

    name: str
    chain: Chain
    contexts: tuple[Context, ...]


def items_of(period: Period, chains: Mapping[str, Chain]) -> list[Asked]:
    """Return every item of a period: flows, averages of shares, balances, and flows to date."""
    asked = [
        Asked(item, chains[item], period.flows) for item in (*FLOW_ITEMS, *COUNT_ITEMS) if chains.get(item)
    ]
    asked += [Asked(item, chains[item], period.balances) for item in BALANCE_ITEMS if chains.get(item)]
    if period.to_date:
        asked += [
            Asked(f"{item}{TO_DATE}", chains[item], period.to_date) for item in FLOW_ITEMS if chains.get(item)
        ]
    return asked


def read_items(filing: Filing, asked: Iterable[Asked]) -> dict[str, Figure]:
    """Return the figures that a filing has, by item; not a number for one that cannot be told."""
    found = {}
    lookups: dict[tuple[Context, ...], Lookup] = {}
    for item in asked:
        look = lookups.get(item.contexts)
        if look is None:
            look = lookups[item.contexts] = lookup_in(filing, item.contexts)
        figure = resolve(item.chain, look)
        if figure is not None:
            found[item.name] = Figure(
                figure.value, figure.parts, figure.values, filing.accession, filing.form, filing.filed
            )
    return found


def has_wrong_sign(item: str, figure: Figure) -> bool:
    """Whether a figure is below zero, or a part of it, whose concept is positive by its definition."""
    name = item.removesuffix(TO_DATE)
    if name in OF_POSITIVE_PARTS:
        return any(value < 0 for value in figure.values)
    return figure.value < 0 and name in NEVER_NEGATIVE


def usable(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the figures that are a number."""
    return {item: figure for item, figure in figures.items() if not isnan(figure.value)}


def lookup_in(filing: Filing, contexts: tuple[Context, ...]) -> Lookup:
    """Return a function that finds a concept's value in the first of some periods that has it.

    The value is not a number where the filing has the concept without a value that can be used: the next
    concept of a chain may be a part of it.
    """
    unusable = filing.unusable
    present = [
        (context, filing.contexts.get(context, {}))
        for context in contexts
        if filing.contexts.get(context) or context in unusable
    ]
    if len(present) == 1 and not unusable:
        only, values = present[0]

        def look_once(tag: str) -> tuple[float, Context] | None:
            """Find a concept's value in the only period that is there."""
            value = values.get(tag)
            return None if value is None else (value, only)

        return look_once

    def look(tag: str) -> tuple[float, Context] | None:
        """Find a concept's value in the first period that has it."""
        for context, found in present:
            value = found.get(tag)
            if value is not None:
                return value, context
            if tag in unusable.get(context, ()):
                return nan, context
        return None

    return look
