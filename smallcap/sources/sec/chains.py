"""Chains of concepts, compiled: which sum of facts gives an item."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import inf, isnan
from typing import Final

from smallcap.rules.types.concepts import BESIDE, LARGEST, NEEDED, REFERENCE, Concept, Concepts, Kind
from smallcap.sources.sec.facts import MONEY, PER_SHARE, SHARES, Context

INCOME_ITEMS: Final = (
    *("revenue", "cost_of_revenue", "gross_profit", "operating_income", "interest_expense"),
    *("net_interest_expense", "pretax_income", "income_tax", "net_income"),
)
CASH_FLOW_ITEMS: Final = (
    *("depreciation_amortization", "operating_cash_flow", "capital_expenditures", "dividends_paid"),
    "net_share_repurchases",
)
FLOW_ITEMS: Final = (*INCOME_ITEMS, *CASH_FLOW_ITEMS)
BALANCE_ITEMS: Final = (
    *("cash_and_short_term_investments", "receivables", "inventories", "current_assets"),
    *("property_plant_equipment", "goodwill", "total_assets", "short_term_debt", "current_liabilities"),
    *("long_term_debt", "total_liabilities", "retained_earnings", "shareholders_equity"),
)
COUNT_ITEMS: Final = ("shares_basic", "shares_diluted")
SHARES_OUTSTANDING: Final = "shares_outstanding"
MONEY_ITEMS: Final = (*FLOW_ITEMS, *BALANCE_ITEMS)
NEVER_NEGATIVE: Final = frozenset(
    (
        *("cost_of_revenue", "interest_expense", "depreciation_amortization", "capital_expenditures"),
        *("dividends_paid", "inventories", "current_assets", "property_plant_equipment", "goodwill"),
        *("total_assets", "current_liabilities", "total_liabilities"),
    )
)
"""Items whose concepts are positive by their definition: below zero, a filer took the other sign."""
OF_POSITIVE_PARTS: Final = frozenset(("net_share_repurchases",))
"""Items that may be below zero, of parts that may not."""
CORE_FLOWS: Final = ("net_income", "operating_cash_flow", "revenue", "pretax_income", "operating_income")
CORE_BALANCES: Final = ("total_assets", "equity_of_owners", "equity_in_all")

Part = tuple[float, str, Context]
"""A fact of a figure: its sign, concept and period."""
Lookup = Callable[[str], tuple[float, Context] | None]
Term = tuple[int, str | None, tuple["Group", ...], Kind]
"""Sign; the concept, or else the chain of the item that is referred to; what it is in the sum."""


@dataclass(frozen=True)
class Group:
    """A sum in a chain, or the largest of several concepts.

    Attributes
    ----------
    terms
        What is added or compared.
    is_largest
        Whether the largest is taken.
    beside_above
        A concept that may stand beside the first one is no part of it if it is so many times as large.
    """

    terms: tuple[Term, ...]
    is_largest: bool
    beside_above: float


Chain = tuple[Group, ...]


@dataclass(frozen=True)
class Figure:
    """An item's value in one version.

    Attributes
    ----------
    value
        The sum of its parts.
    parts, values
        The facts that it is made of, and the value of each as filed.
    accession, form, filed
        The filing that the parts are of, and its day, an ordinal.
    """

    value: float
    parts: tuple[Part, ...]
    values: tuple[float, ...]
    accession: str = ""
    form: str = ""
    filed: int = 0


@lru_cache(maxsize=4)
def chains_of(concepts: Concepts) -> Mapping[str, Chain]:
    """Compile the chain of every item."""
    by_item = {item: tuple(rows) for item, rows in groupby(concepts.rows, key=lambda row: row.item)}
    done: dict[str, Chain] = {}
    for item in by_item:
        _compile(item, by_item, done, concepts.rules.doubts.beside_above)
    return done


@lru_cache(maxsize=4)
def units_of(concepts: Concepts) -> Mapping[str, frozenset[str]]:
    """Return the unit in which each concept counts."""
    counts = {*COUNT_ITEMS, SHARES_OUTSTANDING}
    units: dict[str, set[str]] = {}
    for row in concepts.rows:
        if not row.tag.startswith(REFERENCE):
            allowed = (SHARES,) if row.item in counts else (MONEY,)
            signs = (PER_SHARE, SHARES) if row.item.endswith("_signs") else ()
            units.setdefault(row.tag, set()).update((*allowed, *signs))
    return {tag: frozenset(allowed) for tag, allowed in units.items()}


@lru_cache(maxsize=64)
def tags_of(concepts: Concepts, items: tuple[str, ...]) -> frozenset[str]:
    """Return the concepts of some items, with those of the items that they refer to."""
    chains = chains_of(concepts)
    return frozenset(tag for item in items for tag in _tags(chains.get(item, ())))


def chains_among(chains: Mapping[str, Chain], tags: Collection[str]) -> dict[str, Chain]:
    """Return chains without the concepts that a company never uses: equal in result, and shorter."""
    done: dict[int, Chain] = {}
    return {item: _among(chain, tags, done) for item, chain in chains.items()}


def _among(chain: Chain, tags: Collection[str], done: dict[int, Chain]) -> Chain:
    known = done.get(id(chain))
    if known is not None:
        return known
    kept = []
    for group in chain:
        terms: list[Term] = []
        for term in group.terms:
            sign, tag, inner, kind = term
            if tag is not None:
                if tag in tags:
                    terms.append(term)
                    continue
            elif among := _among(inner, tags, done):
                terms.append((sign, None, among, kind))
                continue
            if kind == NEEDED:
                break
        else:
            if terms:
                kept.append(Group(tuple(terms), group.is_largest, group.beside_above))
    done[id(chain)] = found = tuple(kept)
    return found


def resolve(chain: Chain, lookup: Lookup) -> Figure | None:
    """Return the figure of the first sum of a chain of which a filing has what it needs."""
    for group in chain:
        found: list[Figure] = []
        for sign, tag, inner, kind in group.terms:
            figure = _term(sign, tag, inner, lookup)
            if figure is None:
                if kind == NEEDED:
                    break
            elif kind != BESIDE or not _is_within(figure, found, group.beside_above):
                found.append(figure)
        else:
            if found:
                return _taken(group, found)
    return None


def _term(sign: int, tag: str | None, inner: Chain, lookup: Lookup) -> Figure | None:
    if tag is not None:
        hit = lookup(tag)
        return None if hit is None else Figure(sign * hit[0], ((sign, tag, hit[1]),), (hit[0],))
    figure = resolve(inner, lookup)
    if figure is None or sign > 0:
        return figure
    parts = tuple((-own, name, context) for own, name, context in figure.parts)
    return Figure(-figure.value, parts, figure.values)


def _taken(group: Group, found: Sequence[Figure]) -> Figure:
    if len(found) == 1:
        return found[0]
    if group.is_largest:
        # One that cannot be told may be the largest.
        return max(found, key=lambda figure: inf if isnan(figure.value) else figure.value)
    kept = [figure for index, figure in enumerate(found) if not _is_repeated(figure, found[:index])]
    parts = tuple(part for figure in kept for part in figure.parts)
    values = tuple(value for figure in kept for value in figure.values)
    return Figure(sum(figure.value for figure in kept), parts, values)


def _is_within(figure: Figure, found: Sequence[Figure], beside_above: float) -> bool:
    """Whether a term may be a part of the first one."""
    return not found or figure.value <= beside_above * found[0].value


def _is_repeated(figure: Figure, earlier: Sequence[Figure]) -> bool:
    """Whether a term repeats an earlier one: filers give one line under two concepts.

    Short-term borrowings and the current part of long-term debt are the usual pair.
    """
    return figure.value != 0 and any(figure.value == other.value for other in earlier)


def _compile(
    item: str, by_item: Mapping[str, tuple[Concept, ...]], done: dict[str, Chain], beside_above: float
) -> Chain:
    if item not in done:
        groups = groupby(by_item[item], key=lambda row: row.order)
        done[item] = tuple(_group(tuple(rows), by_item, done, beside_above) for _, rows in groups)
    return done[item]


def _group(
    rows: tuple[Concept, ...],
    by_item: Mapping[str, tuple[Concept, ...]],
    done: dict[str, Chain],
    beside_above: float,
) -> Group:
    terms: list[Term] = []
    for row in rows:
        is_reference = row.tag.startswith(REFERENCE)
        tag = row.tag.removeprefix(REFERENCE)
        inner = _compile(tag, by_item, done, beside_above) if is_reference else ()
        terms.append((row.sign, None if is_reference else tag, inner, row.kind))
    return Group(tuple(terms), any(row.kind == LARGEST for row in rows), beside_above)


def _tags(chain: Chain) -> Iterable[str]:
    for group in chain:
        for _, tag, inner, _ in group.terms:
            if tag is None:
                yield from _tags(inner)
            else:
                yield tag
