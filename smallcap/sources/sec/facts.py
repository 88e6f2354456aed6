"""The facts of a company that items are read from, by filing and by period.

Whitelisted forms only. A fact that is malformed, in another unit or contradicted by its own filing is refused
with its rule. The order of facts in the file does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from smallcap.rules.types.concepts import StatementRules
from smallcap.sources.sec.document import Document
from smallcap.sources.sec.refused import Refused

Context = tuple[int, int]
"""First and last day of a period as ordinals; the first is 0 for a day."""
MONEY, SHARES, PER_SHARE = "USD", "shares", "USD/shares"
DEFAULT_TAXONOMY: Final = "us-gaap"
ASSETS, BOTH_SIDES = "Assets", "LiabilitiesAndStockholdersEquity"
COVER: Final = "dei:EntityCommonStockSharesOutstanding"
"""The count of shares on a filing's cover."""
Currencies = dict[tuple[str, Context], dict[str, set[str]]]
_LENGTH_OF_DATE: Final = 10
_LENGTH_OF_CURRENCY: Final = 3


@dataclass
class Filing:
    """A filing with facts.

    Attributes
    ----------
    accession, form
        As the SEC writes them.
    filed
        The day of filing, as an ordinal.
    contexts
        By period, the value of each concept.
    class_counts
        By day, the counts of a cover that has several: those of the classes of shares.
    unusable
        By period, the concepts that the filing has without a value that can be used.
    """

    accession: str
    form: str
    filed: int
    contexts: dict[Context, dict[str, float]] = field(default_factory=dict)
    class_counts: dict[int, tuple[float, ...]] = field(default_factory=dict)
    unusable: dict[Context, set[str]] = field(default_factory=dict)

    @property
    def standing(self) -> tuple[int, bool, str]:
        """Order of filings in time; of one day, an amendment is later."""
        return self.filed, "/" in self.form, self.accession


@dataclass
class Facts:
    """What a file has of the concepts in question.

    Attributes
    ----------
    filings
        In order of time.
    seen
        By period and concept: each filing that has the value, and the value.
    other_currencies
        By accession number and period, the core concepts that are given in each currency but the dollar.
    """

    filings: list[Filing]
    seen: dict[Context, dict[str, list[tuple[Filing, float]]]]
    other_currencies: Currencies


def read_facts(
    document: Document,
    tags: Mapping[str, Collection[str]],
    core: Collection[str],
    rules: StatementRules,
    refused: Refused,
) -> Facts:
    """Read the facts of the concepts in question.

    Parameters
    ----------
    document
        The file.
    tags
        The concepts, with the units in which they count.
    core
        The concepts by which the currency of a filing is told.
    rules
        Forms and the largest amount.
    refused
        Takes what cannot be used.
    """
    reader = _Reader(rules, refused)
    for tag, units in tags.items():
        taxonomy, _, name = tag.rpartition(":")
        concept = document.taxonomies.get(taxonomy or DEFAULT_TAXONOMY, {}).get(name)
        if concept is None:
            continue
        found = concept.get("units") if isinstance(concept, dict) else None
        if not isinstance(found, dict):
            refused.add("fact_malformed", 0, {"concept": tag, "problem": "it has no units"})
            continue
        for unit, facts in found.items():
            if unit in units:
                reader.read(tag, facts)
            elif tag in core and is_currency(unit):
                reader.note_currency(tag, facts, unit)
    return reader.finished()


def is_currency(unit: str) -> bool:
    """Whether a unit is a currency by its code of three letters; others are mistakes of a filer."""
    return len(unit) == _LENGTH_OF_CURRENCY and unit.isascii() and unit.isupper()


def indexed(filings: Iterable[Filing], other_currencies: Currencies | None = None) -> Facts:
    """Order filings in time, and find their facts by period and concept."""
    ordered = sorted(filings, key=lambda filing: filing.standing)
    seen: dict[Context, dict[str, list[tuple[Filing, float]]]] = {}
    for filing in ordered:
        for context, values in filing.contexts.items():
            by_tag = seen.get(context)
            if by_tag is None:
                by_tag = seen[context] = {}
            for tag, value in values.items():
                if tag in by_tag:
                    by_tag[tag].append((filing, value))
                else:
                    by_tag[tag] = [(filing, value)]
    return Facts(ordered, seen, other_currencies or {})


class _Reader:
    """Collects facts by filing and period."""

    def __init__(self, rules: StatementRules, refused: Refused) -> None:
        forms = rules.forms
        self._forms = frozenset((*forms.annual, *forms.quarterly, *forms.later))
        self._most = rules.max_amount
        self._tolerance, self._imbalance = rules.tolerance, rules.balance_tolerance
        self._refused = refused
        self._filings: dict[str, Filing] = {}
        self._days: dict[str, int] = {}
        self._doubles: dict[tuple[str, Context, str], set[float]] = {}
        self._currencies: Currencies = {}

    def read(self, tag: str, facts: Any) -> None:
        """Read the facts of a concept in one unit."""
        if not isinstance(facts, list):
            self._refused.add("fact_malformed", 0, {"concept": tag, "problem": "its facts are no list"})
            return
        filings, days, forms, most = self._filings, self._days, self._forms, self._most
        for fact in facts:
            try:
                form = fact["form"]
                if form not in forms:
                    continue
                end_text, value = fact["end"], fact["val"]
                end = days.get(end_text) or self._day(end_text)
                start = 0
                if "start" in fact and (start_text := fact["start"]) is not None:
                    start = days.get(start_text) or self._day(start_text)
                accession = fact["accn"]
                filing = filings.get(accession) or self._filing(accession, form, fact["filed"])
                if type(value) is not int and type(value) is not float:
                    filing.unusable.setdefault((start, end), set()).add(tag)
                    raise _MalformedError("its value is no number")
                if not -most < value < most:
                    filing.unusable.setdefault((start, end), set()).add(tag)
                    self._refuse("amount_implausible", tag, fact, "its amount is beyond all bounds")
                    continue
                if start > end or end > filing.filed:
                    self._refuse("fact_of_the_future", tag, fact, "its period ends after its filing")
                    continue
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                self._refuse("fact_malformed", tag, fact, _problem(error))
                continue
            context = filing.contexts.get((start, end))
            if context is None:
                context = filing.contexts[start, end] = {}
            known = context.get(tag)
            if known is None:
                context[tag] = value
            elif known != value:
                self._doubles.setdefault((accession, (start, end), tag), {known}).add(value)

    def note_currency(self, tag: str, facts: Any, unit: str) -> None:
        """Note in which filings a core concept is given in another currency."""
        for fact in facts if isinstance(facts, list) else ():
            try:
                context = (self._day(fact["start"]) if fact.get("start") else 0, self._day(fact["end"]))
                if fact["form"] in self._forms:
                    self._filing(fact["accn"], fact["form"], fact["filed"])
                    units = self._currencies.setdefault((fact["accn"], context), {})
                    units.setdefault(unit, set()).add(tag)
            except (KeyError, TypeError, AttributeError, ValueError):
                continue

    def finished(self) -> Facts:
        """Settle values that a filing gives twice, and order the filings."""
        for (accession, context, tag), values in self._doubles.items():
            self._settle(self._filings[accession], context, tag, values)
        for filing in self._filings.values():
            for context, found in filing.contexts.items():
                if ASSETS in found and BOTH_SIDES in found:
                    self._balance(filing, context, found)
        return indexed(self._filings.values(), self._currencies)

    def _settle(self, filing: Filing, context: Context, tag: str, values: set[float]) -> None:
        """Keep the most exact of values that differ by rounding; of others, none."""
        largest = max(abs(value) for value in values)
        if max(values) - min(values) <= self._tolerance * largest:
            filing.contexts[context][tag] = min(values, key=lambda value: (_unit(value), -abs(value), value))
            return
        amounts = sorted(values)
        if tag == COVER:
            # A cover has one count a class; that of the whole company is their sum.
            filing.class_counts[context[1]] = tuple(amounts)
            filing.contexts[context][tag] = sum(amounts)
            return
        del filing.contexts[context][tag]
        filing.unusable.setdefault(context, set()).add(tag)
        row = {
            "concept": tag,
            "accn": filing.accession,
            "end": _text(context[1]),
            "values": amounts,
            "problem": f"its filing has {len(amounts)} values of it, {amounts[0]:,.0f} to {amounts[-1]:,.0f}",
        }
        self._refused.add("values_contradict", context[1], row)

    def _balance(self, filing: Filing, context: Context, values: dict[str, float]) -> None:
        """Use neither total of a balance sheet whose sides differ: one may be in thousands, or another's."""
        assets, other = values[ASSETS], values[BOTH_SIDES]
        if abs(assets - other) <= self._imbalance * max(abs(assets), abs(other)):
            return
        del values[ASSETS], values[BOTH_SIDES]
        filing.unusable.setdefault(context, set()).update((ASSETS, BOTH_SIDES))
        row = {
            "concept": ASSETS,
            "accn": filing.accession,
            "end": _text(context[1]),
            "values": [assets, other],
            "problem": f"assets of {assets:,.0f} and liabilities and equity of {other:,.0f} are not equal",
        }
        self._refused.add("values_contradict", context[1], row)

    def _day(self, text: str) -> int:
        day = self._days.get(text)
        if day is None:
            if len(text) != _LENGTH_OF_DATE:
                raise _MalformedError(f"'{text[:20]}' is no date")
            day = self._days[text] = dt.date.fromisoformat(text).toordinal()
        return day

    def _filing(self, accession: str, form: str, filed: str) -> Filing:
        if type(accession) is not str or not accession.isascii():
            raise _MalformedError("its accession number is no text")
        known = self._filings.get(accession)
        if known is None:
            known = self._filings[accession] = Filing(accession, form, self._day(filed))
        return known

    def _refuse(self, rule: str, tag: str, fact: Any, problem: str) -> None:
        end = fact.get("end") if isinstance(fact, dict) else None
        day = self._days.get(end, 0) if isinstance(end, str) else 0
        self._refused.add(rule, day, {"concept": tag, "fact": fact, "problem": problem})


class _MalformedError(ValueError):
    """A fact that cannot be read, and why."""


def _problem(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return str(error) if isinstance(error, _MalformedError) else "a part of it has the wrong type"


def _unit(value: float) -> int:
    """Return the power of ten to which a value looks rounded."""
    power, whole = 0, abs(value)
    while power < 9 and whole and whole % 10 ** (power + 1) == 0:  # billions
        power += 1
    return power


def _text(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
