"""The rules by which the functions judge where none are given: those of data/reference, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from smallcap.engine.rule_sets import RuleSets
from smallcap.package_files import default_reference
from smallcap.settings import Settings


def rule_set(name: str) -> Any:
    """Return a rule set of the package by the name of `smallcap.engine.rule_sets.RULE_SETS`."""
    return _packaged()[name]


def stale_limit(months: int | None) -> int:
    """Return a number of months after which a record is stale; by default that of the settings."""
    return int(Settings.model_fields["stale_months"].default) if months is None else months


@cache
def _packaged() -> RuleSets:
    return RuleSets(default_reference())
