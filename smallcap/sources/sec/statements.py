"""A period's statement: its versions, its share count, and what is missing and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Final

from smallcap.rules.types.concepts import Concepts, DoubtRules
from smallcap.sources.sec.blanks import DEBT_PARTS, TWO_YEARS, Signs, judged_none
from smallcap.sources.sec.chains import SHARES_OUTSTANDING, Chain, Figure
from smallcap.sources.sec.facts import Facts, Filing
from smallcap.sources.sec.periods import Period
from smallcap.sources.sec.reading import has_wrong_sign, items_of, lookup_in, read_items, usable
from smallcap.sources.sec.shares import Count, share_count
from smallcap.sources.sec.versions import Split, Version, versions_of

_NO_VALUE: Final = "a concept of the chain has no value that can be used: see what is refused"
IN_ALL: Final = "LongTermDebt"


@dataclass(frozen=True)
class Company:
    """What the statements of a company are made from.

    Attributes
    ----------
    facts
        Its facts.
    chains
        The chains of every item, without concepts that the company never uses.
    signs
        Where its filings show debt, dividends, buybacks or goodwill.
    concepts
        The rules.
    """

    facts: Facts
    chains: Mapping[str, Chain]
    signs: Signs
    concepts: Concepts


@dataclass(frozen=True)
class Statement:
    """The versions of one period.

    Attributes
    ----------
    period
        The period.
    versions
        The original first.
    is_debt_none
        For each version, whether blank debt is none.
    count
        The share count of the original.
    splits
        Counts of later filings that were not taken over.
    unusable
        The items of which the original has values that cannot be used, with the reason.
    """

    period: Period
    versions: Sequence[Version]
    is_debt_none: Sequence[bool]
    count: Count
    splits: Sequence[Split]
    unusable: Mapping[str, str] = field(default_factory=dict)


def make_statement(
    company: Company, filing: Filing, period: Period, reports: Sequence[tuple[Filing, Period]]
) -> Statement:
    """Make the versions of a period.

    Parameters
    ----------
    company
        The company.
    filing, period
        The filing that first reports the period.
    reports
        Later reports of the same period, amendments for example.
    """
    chains, concepts = company.chains, company.concepts
    doubts = concepts.rules.doubts
    figures, unusable = _told(filing, period, chains, doubts)
    none, is_none = judged_none(filing, period, figures, chains, company.signs, concepts)
    completed = {later.accession: _told(later, own, chains, doubts)[0] for later, own in reports}
    versions, splits = versions_of(filing, {**figures, **none}, completed, company.facts, concepts.rules)
    average = figures["shares_basic"].value if "shares_basic" in figures else None
    count = share_count(filing, period, chains.get(SHARES_OUTSTANDING, ()), average, concepts.rules)
    is_debt_none = [is_none, *(is_none and _still_none(version, period, company) for version in versions[1:])]
    return Statement(period, versions, is_debt_none, count, splits, unusable)


def _told(
    filing: Filing, period: Period, chains: Mapping[str, Chain], doubts: DoubtRules
) -> tuple[dict[str, Figure], dict[str, str]]:
    """Return the figures of a filing that can be told, and why the others cannot."""
    found = read_items(filing, items_of(period, chains))
    in_all, _ = lookup_in(filing, period.balances)(IN_ALL) or (0.0, None)
    figures = usable(found)
    unusable = dict.fromkeys(found.keys() - figures.keys(), _NO_VALUE)
    for item in [item for item, figure in figures.items() if has_wrong_sign(item, figure)]:
        least = min(figures.pop(item).values)
        unusable[item] = f"{least:,.0f} is below zero, which its concept cannot be: its sign is in doubt"
    if reason := _hides_debt(figures, in_all, doubts.note_to_debt):
        for part in DEBT_PARTS:
            del figures[part]
            unusable[part] = reason
    liabilities = figures.get("total_liabilities")
    debt = sum(figures[part].value for part in DEBT_PARTS if part in figures)
    if liabilities is not None and debt > doubts.debt_to_liabilities * liabilities.value:
        reason = f"debt of {debt:,.0f} is above total liabilities of {liabilities.value:,.0f}: one is wrong"
        for item in ("total_liabilities", *DEBT_PARTS):
            if figures.pop(item, None) is not None:
                unusable[item] = reason
    return figures, unusable


def _hides_debt(figures: Mapping[str, Figure], in_all: float, most: float) -> str:
    """Say whether the two parts of debt are far below the long-term debt in all that a note gives."""
    parts = [figures[part].value for part in DEBT_PARTS if part in figures]
    if len(parts) < len(DEBT_PARTS) or isnan(in_all) or in_all <= most * sum(parts):
        return ""
    return f"a note has long-term debt of {in_all:,.0f} in all, far above debt of {sum(parts):,.0f}"


def _still_none(version: Version, period: Period, company: Company) -> bool:
    """Whether nothing that became known with a version contradicts that there was no debt."""
    is_same = "total_liabilities" not in version.changed
    since = period.end - TWO_YEARS
    unseen = not any(
        standing <= version.filing.standing and since < end <= period.end
        for standing, end in company.signs["debt_signs"]
    )
    parts = [version.figures[part].value for part in DEBT_PARTS if part in version.figures]
    return is_same and unseen and not any(parts)


def why_missing(
    item: str,
    figures: Mapping[str, Figure],
    is_debt_none: bool,
    unusable: Mapping[str, str],
    company: Company,
) -> str:
    """Say why a statement has no figure of an item."""
    if item in unusable:
        return unusable[item]
    if item in DEBT_PARTS:
        if is_debt_none:
            return "none: other liabilities explain the balance sheet, and nothing shows debt"
        other = DEBT_PARTS[1 - DEBT_PARTS.index(item)]
        known = "; the other part of debt is known" if other in figures else ""
        return f"no concept of the chain in the filing, and not shown to be none{known}"
    if not company.chains.get(item):
        return "no filing of the company uses a concept of the chain"
    return "no concept of the chain in the filing"
