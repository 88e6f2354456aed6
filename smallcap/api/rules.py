"""The rules by which the functions judge where none are given: those of data/reference, read once."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from smallcap.engine.rule_sets import RuleSets
from smallcap.errors import InputError
from smallcap.package_files import default_reference
from smallcap.settings import Settings

Rules = TypeVar("Rules")


def rule_set(name: str) -> Any:
    """Return a rule set of the package by the name of `smallcap.engine.rule_sets.RULE_SETS`."""
    return _packaged()[name]


def chosen_rules(rules: Rules | None, kind: type[Rules], name: str) -> Rules:
    """Return the rules that a user gave, by default those of the package by their name.

    Raises
    ------
    InputError
        When they are something else.
    """
    if rules is None:
        packaged: Rules = rule_set(name)
        return packaged
    if not isinstance(rules, kind):
        raise InputError(
            f"rules must be a {kind.__name__} of {kind.__module__}, it is {type(rules).__name__}: read_rules "
            f"of smallcap.rules.files makes one from a file, dataclasses.replace changes one"
        )
    return rules


def stale_limit(months: int | None) -> int:
    """Return a number of months after which a record is stale; by default that of the settings.

    Raises
    ------
    InputError
        When it is not a number of months.
    """
    if months is None:
        return int(Settings.model_fields["stale_months"].default)
    if not isinstance(months, int) or months < 1:
        raise InputError(f"stale_months is {months!r}: it must be a whole number of months, 1 or more")
    return months


@cache
def _packaged() -> RuleSets:
    return RuleSets(default_reference())
