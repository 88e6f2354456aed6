"""When an item that a filing leaves out is none, and when it is unknown.

Judged from what was known with the filing: figures of the same filing, and signs of the item in it and in
earlier filings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smallcap.rules.types.concepts import Concepts
from smallcap.sources.sec.chains import Chain, Figure, resolve, tags_of
from smallcap.sources.sec.facts import Facts, Filing
from smallcap.sources.sec.periods import Period
from smallcap.sources.sec.reading import lookup_in

DEBT_PARTS: Final = ("short_term_debt", "long_term_debt")
SIGNS: Final = ("debt_signs", "dividend_signs", "buyback_signs", "goodwill_signs")
TWO_YEARS, _THREE_YEARS = 731, 1096

Signs = Mapping[str, list[tuple[tuple[int, bool, str], int]]]
"""By group of concepts: the standing of each filing with a value that is not zero or cannot be told, and its
period's end."""


def signs_of(facts: Facts, concepts: Concepts) -> Signs:
    """Return where a company's filings show debt, dividends, buybacks or goodwill."""
    groups: dict[str, list[str]] = {}
    for name in SIGNS:
        for tag in tags_of(concepts, (name,)):
            groups.setdefault(tag, []).append(name)
    found: dict[str, set[tuple[tuple[int, bool, str], int]]] = {name: set() for name in SIGNS}
    for context, values in facts.seen.items():
        for tag in groups.keys() & values.keys():
            for filing, value in values[tag]:
                if value:
                    for name in groups[tag]:
                        found[name].add((filing.standing, context[1]))
    for filing in facts.filings:
        for context, tags in filing.unusable.items():
            for tag in groups.keys() & tags:
                for name in groups[tag]:
                    found[name].add((filing.standing, context[1]))
    return {name: sorted(places) for name, places in found.items()}


def judged_none(
    filing: Filing,
    period: Period,
    figures: Mapping[str, Figure],
    chains: Mapping[str, Chain],
    signs: Signs,
    concepts: Concepts,
) -> tuple[dict[str, Figure], bool]:
    """Return the blank items that are none as figures of zero, and whether blank debt is none.

    Dividends and buybacks are none where the filing has a complete cash flow statement (it totals the
    financing flows) and nothing in this filing or an earlier one shows any in the last three years; goodwill
    where the identified assets explain total assets, with the same condition. Blank debt keeps no figure: the
    flag says it.
    """
    none = Figure(0.0, (), (), filing.accession, filing.form, filing.filed)
    found = {}

    def is_unseen(group: str, days: int) -> bool:
        """Whether no filing up to this one shows the item in the days before the period's end."""
        known, since = filing.standing, period.end - days
        return not any(standing <= known and end > since for standing, end in signs[group])

    has_cash_flows = bool(period.flows) and _figure(filing, period.flows, chains, "financing_cash_flow")
    pairs = (("dividends_paid", "dividend_signs"), ("net_share_repurchases", "buyback_signs"))
    for item, group in pairs:
        if item not in figures and has_cash_flows and is_unseen(group, _THREE_YEARS):
            found[item] = none
    if "goodwill" not in figures and is_unseen("goodwill_signs", _THREE_YEARS):
        assets = figures.get("total_assets")
        if assets and _explains(filing, period, chains, "identified_assets", assets.value, concepts):
            found["goodwill"] = none
    is_blank = any(part not in figures for part in DEBT_PARTS)
    is_none = (
        is_blank
        and all(part not in figures or figures[part].value == 0 for part in DEBT_PARTS)
        and is_unseen("debt_signs", TWO_YEARS)
        and _liabilities_explained(filing, period, figures, chains, concepts)
    )
    return found, is_none


def _liabilities_explained(
    filing: Filing,
    period: Period,
    figures: Mapping[str, Figure],
    chains: Mapping[str, Chain],
    concepts: Concepts,
) -> bool:
    """Whether liabilities other than debt explain the total, without a large one of unknown kind."""
    total, equity = figures.get("total_liabilities"), figures.get("shareholders_equity")
    if total is None or equity is None or total.value < 0:
        return False
    most = concepts.rules.blanks.max_other_to_equity * equity.value
    look = lookup_in(filing, period.balances)
    others = (look(tag) for tag in tags_of(concepts, ("other_liabilities",)))
    if any(hit is not None and hit[0] > max(most, 0.0) for hit in others):
        return False
    return _explains(filing, period, chains, "identified_liabilities", total.value, concepts)


def _explains(
    filing: Filing, period: Period, chains: Mapping[str, Chain], items: str, total: float, concepts: Concepts
) -> bool:
    if total == 0:
        return True
    blanks, look = concepts.rules.blanks, lookup_in(filing, period.balances)
    # Each order of the chain by itself: notes repeat a part of a line that the balance sheet has.
    sums = (resolve((group,), look) for group in chains.get(items, ()))
    least, most = blanks.least_explained * total, blanks.most_explained * total
    return any(one is not None and least <= one.value <= most for one in sums)


def _figure(
    filing: Filing, contexts: tuple[tuple[int, int], ...], chains: Mapping[str, Chain], item: str
) -> Figure | None:
    chain = chains.get(item)
    return resolve(chain, lookup_in(filing, contexts)) if chain else None
