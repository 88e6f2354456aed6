"""Which rules of a filter are asked of which kind of company, and the reasons that say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from smallcap.finance.kinds import is_asked
from smallcap.rules.types.kinds import KIND_WORDS


class Scope:
    """Which rules of a filter are asked of which kind of company.

    Kinds that are not asked every rule have a place from 1; all other companies have place 0.

    Parameters
    ----------
    rules
        The measure of each rule, and the measure of the rule that it belongs to, if it is a part of one.
    not_asked
        By kind of company, the measures of the rules that it is not asked (`Applicability.of_filter`).
    """

    def __init__(self, rules: Sequence[tuple[str, str]], not_asked: Mapping[str, Collection[str]]) -> None:
        self._rules = rules
        without = {
            kind: [i for i, (measure, whole) in enumerate(rules) if (whole or measure) in names]
            for kind, names in not_asked.items()
        }
        self._without = {kind: numbers for kind, numbers in without.items() if numbers}

    @property
    def place(self) -> pl.Expr:
        """The place of each row's kind."""
        places = [
            pl.when(pl.col("company_kind") == kind).then(pl.lit(place, pl.UInt32))
            for place, kind in enumerate(self._without, start=1)
        ]
        return pl.coalesce(*places, pl.lit(0, pl.UInt32))

    def asked(self, rule: int) -> pl.Expr:
        """Whether a rule is asked of each row's company."""
        return is_asked([kind for kind, rules in self._without.items() if rule in rules])

    def is_applicable(self) -> list[bool]:
        """For each place, whether any rule is asked."""
        return [True, *(len(rules) < len(self._rules) for rules in self._without.values())]

    def first_asked(self) -> list[int]:
        """For each place, the number of the first rule that is asked; 0 if none is."""
        numbers = range(len(self._rules))
        asked = ([i for i in numbers if i not in rules] for rules in self._without.values())
        return [0, *(min(rules, default=0) for rules in asked)]

    def count(self) -> list[int]:
        """For each place, how many rules are not asked; a part of a rule does not count."""
        return [0, *(len(self._whole(rules)) for rules in self._without.values())]

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Repeat reasons for each place, with what is not asked of the kind."""
        repeated = list(texts)
        for kind, rules in self._without.items():
            who = KIND_WORDS[kind]
            beside = f"; not asked of {who}: {', '.join(self._whole(rules))}".replace("_", " ")
            is_none_asked = len(rules) == len(self._rules)
            repeated += [
                f"cannot be asked of {who}" if is_none_asked else f"{text}{beside}" for text in texts
            ]
        return repeated

    def _whole(self, rules: Sequence[int]) -> list[str]:
        """Return the measures of rules, without those that are parts of others."""
        return [measure for measure, whole in (self._rules[i] for i in rules) if not whole]
